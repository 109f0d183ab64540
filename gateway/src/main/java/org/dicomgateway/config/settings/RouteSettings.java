package org.dicomgateway.config.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dicomgateway.config.match.Condition;

/**
 * One rule: which instances it applies to, and where they go.
 *
 * @param name its unique name in logs and in the ledger
 * @param match the condition on instances; every instance meets an empty {@link Condition.AllOf}
 * @param fallback whether it applies only to instances that no other route applies to
 * @param strategy how destinations are chosen
 * @param to names of destinations, without duplicates; never empty
 * @param priority higher goes first
 * @param schedule when its deliveries may be sent
 * @param commitOn which of its copies storage commitment requires, for modalities
 * @param hold whether its deliveries wait until their study is complete
 */
public record RouteSettings(
        String name,
        Condition match,
        boolean fallback,
        Strategy strategy,
        List<String> to,
        int priority,
        Schedule schedule,
        CommitOn commitOn,
        Optional<Hold> hold) {

    /** Copies the list. */
    public RouteSettings {
        to = List.copyOf(to);
    }

    /**
     * Deliveries wait until their study has come to rest.
     *
     * @param quiet when nothing of the study has arrived for this long, all of it is sent
     * @param atMost no instance waits longer than this after its receipt
     */
    public record Hold(Duration quiet, Duration atMost) {}

    /**
     * The copies of an instance that storage commitment requires.
     *
     * @param destinations only the copies there; empty: those at any destination
     * @param copies how many of them; empty: all
     */
    public record CommitOn(List<String> destinations, OptionalInt copies) {

        /** All copies. */
        public static final CommitOn ALL = new CommitOn(List.of(), OptionalInt.empty());

        /** Copies the list. */
        public CommitOn {
            destinations = List.copyOf(destinations);
        }
    }
}
