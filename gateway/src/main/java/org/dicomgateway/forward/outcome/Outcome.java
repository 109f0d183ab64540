package org.dicomgateway.forward.outcome;

import java.util.function.Function;

/** How an attempt to deliver ended, and whose trouble it is. */
public sealed interface Outcome {

    /** No response came. */
    int NO_STATUS = -1;

    /** The destination has it. */
    record Delivered(int status) implements Outcome {}

    /**
     * The destination's trouble: tried again without counting the attempt.
     *
     * @param status the response's status, or {@link #NO_STATUS}
     * @param reason why, for operators
     */
    record Deferred(int status, String reason) implements Outcome {}

    /**
     * Not taken: tried again, later each time. As this instance's trouble, a bounded number of times, then parked.
     *
     * @param status the response's status, or {@link #NO_STATUS}
     * @param reason why, for operators
     * @param times how often it was, this time included, as far as that is known
     * @param counted whether it is held against the instance; not when the destination may be to blame
     */
    record Refused(int status, String reason, int times, boolean counted) implements Outcome {

        /** By its answer alone. */
        public Refused(int status, String reason) {
            this(status, reason, 1, true);
        }
    }

    /**
     * It cannot be delivered as it is, however often it is tried: parked at once, or given to another candidate.
     *
     * @param status the response's status, or {@link #NO_STATUS}
     * @param reason why, for operators
     * @param anywhere whether that is so for every destination: the instance itself is damaged
     */
    record Impossible(int status, String reason, boolean anywhere) implements Outcome {

        /** For this destination. */
        public Impossible(int status, String reason) {
            this(status, reason, false);
        }
    }

    /** Calls the function for what this is. */
    default <T> T match(
            Function<Delivered, T> onDelivered,
            Function<Deferred, T> onDeferred,
            Function<Refused, T> onRefused,
            Function<Impossible, T> onImpossible) {
        if (this instanceof Delivered delivered) {
            return onDelivered.apply(delivered);
        } else if (this instanceof Deferred deferred) {
            return onDeferred.apply(deferred);
        } else if (this instanceof Refused refused) {
            return onRefused.apply(refused);
        }
        return onImpossible.apply((Impossible) this);
    }
}
