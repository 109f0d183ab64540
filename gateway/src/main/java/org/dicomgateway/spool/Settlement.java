package org.dicomgateway.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.dicomgateway.config.settings.DurationText;

/** The outcome of a claim. */
public sealed interface Settlement {

    /** The destination has the instance: the delivery is done. */
    record Delivered(int status) implements Settlement {}

    /**
     * The delivery is tried again.
     *
     * @param due not before this time
     * @param counted whether this attempt counts against the delivery's limit
     * @param status the response's status, or -1 without a response
     * @param reason why, for operators
     * @param unanswered whether the instance was sent without an answer: the destination may have it
     */
    record Retry(Instant due, boolean counted, int status, String reason, boolean unanswered) implements Settlement {

        /**
         * Postpones a delivery until its route opens. The ledger recognizes such a delivery by its reason and moves it
         * when the hours change.
         */
        public static Retry untilOpen(String route, Instant opening) {
            return new Retry(opening, false, -1, "route " + route + " is closed until " + opening);
        }

        /**
         * Postpones a delivery until its study is complete. The ledger recognizes it as it does {@link #untilOpen}. The
         * reason is the same for all instances and each time, so that the history has one line for it.
         *
         * @param quiet nothing of the study must have arrived for this long
         * @param atMost the longest wait since the receipt of the instance
         */
        public static Retry untilComplete(String route, Instant due, Duration quiet, Duration atMost) {
            return new Retry(
                    due,
                    false,
                    -1,
                    "route " + route + " is closed until its study is complete: all of it goes when nothing of it has"
                            + " arrived for " + DurationText.of(quiet) + ", or " + DurationText.of(atMost)
                            + " after its receipt");
        }

        /** Creates a retry after an answer, or for an instance that was not sent. */
        public Retry(Instant due, boolean counted, int status, String reason) {
            this(due, counted, status, reason, false);
        }
    }

    /**
     * The delivery is given up until an operator acts. The spool keeps the instance.
     *
     * @param status the response's status, or -1 without a response
     * @param reason why, for operators
     * @param elsewhere whether another destination might accept the instance; false when the instance itself is
     *     damaged. If true, and if the route allows it, the delivery goes to a candidate that has not refused it yet.
     *     It is parked only when no such candidate is left
     * @param unanswered whether the instance was sent without an answer: the destination may have it
     */
    record Parked(int status, String reason, boolean elsewhere, boolean unanswered) implements Settlement {

        /** Creates the settlement after an answer, or for an instance that was not sent. */
        public Parked(int status, String reason, boolean elsewhere) {
            this(status, reason, elsewhere, false);
        }

        /** Creates the settlement for a refusal by this destination. Another destination might accept the instance. */
        public Parked(int status, String reason) {
            this(status, reason, true);
        }
    }

    /** Whether the instance was sent without an answer: the destination may have it. */
    default boolean unanswered() {
        return match(done -> false, Retry::unanswered, Parked::unanswered);
    }

    /** Returns a copy for an attempt that got no answer. */
    default Settlement withoutAnswer() {
        return this.<Settlement>match(
                done -> done,
                retry -> new Retry(retry.due, retry.counted, retry.status, retry.reason, true),
                parked -> new Parked(parked.status, parked.reason, parked.elsewhere, true));
    }

    /** Calls the function for this kind of settlement. */
    default <T> T match(Function<Delivered, T> onDelivered, Function<Retry, T> onRetry, Function<Parked, T> onParked) {
        if (this instanceof Delivered delivered) {
            return onDelivered.apply(delivered);
        } else if (this instanceof Retry retry) {
            return onRetry.apply(retry);
        }
        return onParked.apply((Parked) this);
    }
}
