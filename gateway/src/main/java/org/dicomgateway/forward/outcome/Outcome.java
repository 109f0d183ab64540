package org.dicomgateway.forward.outcome;

import java.time.Duration;
import java.util.function.Function;

/** How an attempt to deliver ended, and whether the destination or the instance is at fault. */
public sealed interface Outcome {

    /** No response came. */
    int NO_STATUS = -1;

    /** The response's status, or {@link #NO_STATUS}. */
    int status();

    /** Why it is not delivered, for operators; empty when it is. */
    String reason();

    /** The destination has stored the instance. */
    record Delivered(int status) implements Outcome {
        @Override
        public String reason() {
            return "";
        }
    }

    /**
     * The destination is at fault: try again, without counting the attempt.
     *
     * @param status the response's status, or {@link #NO_STATUS}
     * @param reason why, for operators
     */
    record Deferred(int status, String reason) implements Outcome {}

    /**
     * The destination refused the instance: try again, later each time. When the instance is at fault, the attempts are
     * limited, and then the delivery is parked.
     *
     * @param status the response's status, or {@link #NO_STATUS}
     * @param reason why, for operators
     * @param times how often it was refused, including this time, as far as that is known
     * @param counted whether the attempt counts against the instance; false when the destination may be at fault
     */
    record Refused(int status, String reason, int times, boolean counted) implements Outcome {

        /** A refusal judged by its answer alone: it counts against the instance. */
        public Refused(int status, String reason) {
            this(status, reason, 1, true);
        }
    }

    /**
     * The delivery cannot succeed, however often it is tried: park it at once, or give it to another candidate.
     *
     * @param status the response's status, or {@link #NO_STATUS}
     * @param reason why, for operators
     * @param anywhere whether this is true for every destination, because the instance itself is damaged, or may
     *     not leave as it is
     */
    record Impossible(int status, String reason, boolean anywhere) implements Outcome {

        /** True for this destination only. */
        public Impossible(int status, String reason) {
            this(status, reason, false);
        }
    }

    /**
     * The destination answered that it takes nothing now, whatever the instance: try again, without counting the
     * attempt, and without asking whether the instance is at fault.
     *
     * @param reason why, for operators
     * @param pause how long it asked to be left alone; zero when it did not
     * @param failing whether this is a failure of the destination; false when it is only busy
     */
    record Unavailable(String reason, Duration pause, boolean failing) implements Outcome {
        @Override
        public int status() {
            return NO_STATUS;
        }
    }

    /** Calls the function for the kind of this outcome. */
    default <T> T match(
            Function<Delivered, T> onDelivered,
            Function<Deferred, T> onDeferred,
            Function<Refused, T> onRefused,
            Function<Impossible, T> onImpossible,
            Function<Unavailable, T> onUnavailable) {
        if (this instanceof Delivered delivered) {
            return onDelivered.apply(delivered);
        } else if (this instanceof Deferred deferred) {
            return onDeferred.apply(deferred);
        } else if (this instanceof Refused refused) {
            return onRefused.apply(refused);
        } else if (this instanceof Unavailable unavailable) {
            return onUnavailable.apply(unavailable);
        }
        return onImpossible.apply((Impossible) this);
    }
}
