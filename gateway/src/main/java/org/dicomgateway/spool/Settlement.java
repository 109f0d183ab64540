package org.dicomgateway.spool;

import java.time.Instant;
import java.util.function.Function;

/** What became of a claim. */
public sealed interface Settlement {

    /** The destination has it: the delivery is done. */
    record Delivered(int status) implements Settlement {}

    /**
     * To be tried again.
     *
     * @param due not before this
     * @param counted whether this attempt counts against the delivery's bound
     * @param status the response's status, or -1 when there was none
     * @param reason why, for operators
     * @param unanswered whether it was sent and got no answer: the destination may have it
     */
    record Retry(Instant due, boolean counted, int status, String reason, boolean unanswered) implements Settlement {

        /** Put off until its route opens. The ledger knows such a delivery again, and moves it when the hours change. */
        public static Retry untilOpen(String route, Instant opening) {
            return new Retry(opening, false, -1, "route " + route + " is closed until " + opening);
        }

        /** After an answer, or without having been sent. */
        public Retry(Instant due, boolean counted, int status, String reason) {
            this(due, counted, status, reason, false);
        }
    }

    /**
     * Given up until an operator says otherwise. The instance is kept.
     *
     * @param status the response's status, or -1 when there was none
     * @param reason why, for operators
     * @param elsewhere whether another destination might take what this one did not: false when the instance itself
     *     is damaged. With true, and where the route says so, the delivery goes to a candidate that has not refused it
     *     yet, and is parked only when there is none
     * @param unanswered whether it was sent and got no answer: the destination may have it
     */
    record Parked(int status, String reason, boolean elsewhere, boolean unanswered) implements Settlement {

        /** After an answer, or without having been sent. */
        public Parked(int status, String reason, boolean elsewhere) {
            this(status, reason, elsewhere, false);
        }

        /** By this destination's refusal: another one might take it. */
        public Parked(int status, String reason) {
            this(status, reason, true);
        }
    }

    /** Whether it was sent and got no answer: the destination may have it. */
    default boolean unanswered() {
        return match(done -> false, Retry::unanswered, Parked::unanswered);
    }

    /** The same, of an attempt that got no answer. */
    default Settlement withoutAnswer() {
        return this.<Settlement>match(
                done -> done,
                retry -> new Retry(retry.due, retry.counted, retry.status, retry.reason, true),
                parked -> new Parked(parked.status, parked.reason, parked.elsewhere, true));
    }

    /** Calls the function for what this is. */
    default <T> T match(Function<Delivered, T> onDelivered, Function<Retry, T> onRetry, Function<Parked, T> onParked) {
        if (this instanceof Delivered delivered) {
            return onDelivered.apply(delivered);
        } else if (this instanceof Retry retry) {
            return onRetry.apply(retry);
        }
        return onParked.apply((Parked) this);
    }
}
