package org.dicomgateway.forward.health;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state that follows from the signs of a destination, and the reason. Pure.
 *
 * @param why for operators; empty when there is nothing to say
 */
public record Diagnosis(DestinationState state, String why) {

    /**
     * The signs of a destination.
     *
     * @param paused the reason, if an operator paused it
     * @param closedUntil when its hours begin, if the time is outside of them
     * @param breaker whether it is used
     * @param complaints what is wrong while it delivers
     */
    public record Signs(
            Optional<String> paused, Optional<Instant> closedUntil, BreakerState breaker, List<String> complaints) {

        /** Copies the list. */
        public Signs {
            complaints = List.copyOf(complaints);
        }
    }

    /** A pause by an operator counts first, then the hours, then what the destination does. */
    public static Diagnosis of(Signs signs) {
        if (signs.paused().isPresent()) {
            String reason = signs.paused().get();
            return new Diagnosis(
                    DestinationState.PAUSED, reason.isEmpty() ? "by an operator" : "by an operator: " + reason);
        }
        if (signs.closedUntil().isPresent()) {
            return new Diagnosis(
                    DestinationState.CLOSED_BY_SCHEDULE,
                    "until " + signs.closedUntil().get());
        }
        if (!signs.breaker().isClosed()) {
            return new Diagnosis(DestinationState.DOWN, signs.breaker().why());
        }
        if (signs.complaints().isEmpty()) {
            return new Diagnosis(DestinationState.UP, "");
        }
        return new Diagnosis(DestinationState.DEGRADED, String.join("; ", signs.complaints()));
    }

    /** The complaints that are present. */
    static List<String> present(List<Optional<String>> complaints) {
        return complaints.stream().flatMap(Optional::stream).toList();
    }
}
