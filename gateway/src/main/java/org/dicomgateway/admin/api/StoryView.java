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
     * An event, or the same event several times in a row.
     *
     * @param at when it first happened
     * @param lastAt when it last happened
     * @param times how often it happened
     * @param event received, held, planned, attempt, parked, retried, rerouted, discarded, superseded or delivered
     * @param deliveryId the delivery it concerns; 0: the instance
     * @param route the route of the delivery
     * @param destination the destination; several, separated by commas, when none is chosen
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
