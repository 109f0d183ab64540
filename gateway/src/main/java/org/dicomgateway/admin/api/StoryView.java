package org.dicomgateway.admin.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dicomgateway.spool.SpoolSearch.Event;
import org.dicomgateway.spool.SpoolSearch.Story;

/**
 * An instance, and what happened to it.
 *
 * @param timeline in order of time
 */
public record StoryView(@JsonUnwrapped InstanceView instance, List<Happened> timeline) {

    /** Copies the list. */
    public StoryView {
        timeline = List.copyOf(timeline);
    }

    public static StoryView of(Story story) {
        return new StoryView(
                InstanceView.of(story.instance()),
                story.events().stream().map(Happened::of).toList());
    }

    /**
     * Something that happened, or the same several times in a row.
     *
     * @param at when, for the first time
     * @param lastAt when for the last time
     * @param times how often
     * @param event received, held, planned, attempt, parked, retried, rerouted, discarded, superseded or delivered
     * @param deliveryId to which delivery; 0: to the instance
     * @param route whose delivery
     * @param destination where; several, separated by commas, when it is not chosen
     * @param status DIMSE status
     * @param reason why; empty when there is nothing to say
     */
    public record Happened(
            Instant at,
            Instant lastAt,
            long times,
            String event,
            long deliveryId,
            String route,
            String destination,
            Optional<String> status,
            String reason) {

        static Happened of(Event event) {
            return new Happened(
                    event.at(),
                    event.lastAt(),
                    event.times(),
                    event.kind().name().toLowerCase(Locale.ROOT),
                    event.deliveryId(),
                    event.route(),
                    event.destination(),
                    DeliveryView.status(event.status()),
                    event.reason());
        }
    }
}
