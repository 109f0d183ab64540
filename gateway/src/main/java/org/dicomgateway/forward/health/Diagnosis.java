package org.dicomgateway.forward.health;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What state the signs of a destination amount to, and why. Pure.
 *
 * @param why for operators; empty when there is nothing to say
 */
public record Diagnosis(DestinationState state, String why) {

    /**
     * What is to be seen of a destination.
     *
     * @param paused why an operator paused it
     * @param closedUntil when its hours begin, when it is outside of them
     * @param breaker whether it is left alone
     * @param complaints what is not as it should be, while it delivers
     */
    public record Signs(
            Optional<String> paused, Optional<Instant> closedUntil, BreakerState breaker, List<String> complaints) {

        /** Copies the list. */
        public Signs {
            complaints = List.copyOf(complaints);
        }
    }

    /** An operator's word counts most, then the hours, then what the destination does. */
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

    /** Those of the complaints that are there. */
    static List<String> present(List<Optional<String>> complaints) {
        return complaints.stream().flatMap(Optional::stream).toList();
    }
}
