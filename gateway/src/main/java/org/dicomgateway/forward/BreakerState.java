package org.dicomgateway.forward;

import java.time.Instant;

/**
 * The states of a {@link Breaker}. Each has a method for each legal transition, and no others:
 *
 * <pre>
 * Closed ──open──▶ Open ──tryAgain──▶ HalfOpen ──reopen──▶ Open
 *    ▲               │                   │
 *    └─────close─────┴───────close───────┘
 * </pre>
 */
sealed interface BreakerState {

    /** Since when; an open breaker counts from when it was first opened, however often it was tried since. */
    Instant since();

    /** Failures in a row. */
    int failures();

    /** What last failed; empty when nothing did. */
    String why();

    /** When the first of these failures was; when the state began, if there was none. */
    Instant firstFailure();

    /** Whether the destination is used. */
    default boolean isClosed() {
        return this instanceof Closed;
    }

    /**
     * The destination is used.
     *
     * @param inStores whether a store was among the failures: a C-ECHO that works does not make up for it
     */
    record Closed(Instant since, int failures, Instant firstFailure, boolean inStores, String why)
            implements BreakerState {

        static Closed fresh(Instant since) {
            return new Closed(since, 0, since, false, "");
        }

        Closed struck(Instant now, boolean inStore, String reason) {
            return new Closed(since, failures + 1, failures == 0 ? now : firstFailure, inStores || inStore, reason);
        }

        Closed cleared() {
            return failures == 0 ? this : fresh(since);
        }

        Open open(Instant now, int inARow, Instant first, Deadline pause, String reason) {
            return new Open(now, inARow, first, 1, pause, reason);
        }
    }

    /**
     * The destination is left alone.
     *
     * @param pauses how many pauses that grew there were, this one included
     * @param pause when it may be tried again
     */
    record Open(Instant since, int failures, Instant firstFailure, int pauses, Deadline pause, String why)
            implements BreakerState {

        HalfOpen tryAgain() {
            return new HalfOpen(this);
        }

        Closed close(Instant now) {
            return Closed.fresh(now);
        }
    }

    /** The destination is tried, by one worker. */
    record HalfOpen(Open before) implements BreakerState {

        Closed close(Instant now) {
            return Closed.fresh(now);
        }

        /** The trial failed: another failure, and a longer pause. */
        Open reopen(Deadline longer, String reason) {
            return new Open(before.since, before.failures + 1, before.firstFailure, before.pauses + 1, longer, reason);
        }

        /** The trial told nothing, or that nothing has changed: the same pause again. */
        Open reopenUnchanged(Deadline same) {
            return new Open(before.since, before.failures, before.firstFailure, before.pauses, same, before.why);
        }

        @Override
        public Instant since() {
            return before.since;
        }

        @Override
        public int failures() {
            return before.failures;
        }

        @Override
        public Instant firstFailure() {
            return before.firstFailure;
        }

        @Override
        public String why() {
            return before.why;
        }
    }
}
