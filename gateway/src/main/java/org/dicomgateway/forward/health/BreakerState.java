package org.dicomgateway.forward.health;

import java.time.Instant;
import org.dicomgateway.forward.outcome.Deadline;

/**
 * The states of a {@link Breaker}. Each has a method for each legal transition, and no others:
 *
 * <pre>
 * Closed ──open──▶ Open ──tryAgain──▶ HalfOpen ──reopen──▶ Open
 *    ▲               │                   │
 *    └─────close─────┴───────close───────┘
 * </pre>
 */
public sealed interface BreakerState {

    /** When the state began. An open breaker counts from when it first opened, however often it was tried since. */
    Instant since();

    /** Failures in a row. */
    int failures();

    /** What failed last; empty when nothing failed. */
    String why();

    /** When the first of these failures happened; when there was none, the start of the state. */
    Instant firstFailure();

    /** Whether the destination is used. */
    default boolean isClosed() {
        return this instanceof Closed;
    }

    /**
     * The destination is used.
     *
     * @param inStores whether a store was among the failures: a successful C-ECHO does not clear those
     * @param pauses how many pauses there were before it was used again, if nothing was stored since
     */
    record Closed(Instant since, int failures, Instant firstFailure, boolean inStores, int pauses, String why)
            implements BreakerState {

        public static Closed fresh(Instant since) {
            return new Closed(since, 0, since, false, 0, "");
        }

        Closed struck(Instant now, boolean inStore, String reason) {
            Instant first = failures == 0 ? now : firstFailure;
            return new Closed(since, failures + 1, first, inStores || inStore, pauses, reason);
        }

        Closed cleared() {
            return failures == 0 ? this : fresh(since);
        }

        public Open open(Instant now, int inARow, Instant first, boolean inStore, Deadline pause, String reason) {
            return new Open(now, inARow, first, inStores || inStore, pauses + 1, pause, reason);
        }

        /** Whether the breaker was open, and nothing was stored since. */
        boolean isOnTrial() {
            return pauses > 0;
        }
    }

    /**
     * The destination is not used, except for trials.
     *
     * @param inStores as in {@link Closed}
     * @param pauses how many pauses of growing length there were, including this one
     * @param pause when it may be tried again
     */
    record Open(
            Instant since, int failures, Instant firstFailure, boolean inStores, int pauses, Deadline pause, String why)
            implements BreakerState {

        public HalfOpen tryAgain() {
            return new HalfOpen(this);
        }

        /** The pause ends early. After the first one, it does not count for the length of the next one. */
        Open dueNow(Deadline now) {
            return new Open(since, failures, firstFailure, inStores, Math.max(1, pauses - 1), now, why);
        }

        Closed close(Instant now) {
            return Closed.fresh(now);
        }
    }

    /** One worker tries the destination. */
    record HalfOpen(Open before) implements BreakerState {

        Closed close(Instant now) {
            return Closed.fresh(now);
        }

        /** It answers, but there is nothing to store that could prove it works: one more failure opens it again. */
        Closed onTrial(Instant now, int failures) {
            return new Closed(now, failures, before.firstFailure, true, before.pauses, before.why);
        }

        /** The trial failed: one more failure, and a longer pause. */
        Open reopen(boolean inStore, Deadline longer, String reason) {
            return new Open(
                    before.since,
                    before.failures + 1,
                    before.firstFailure,
                    before.inStores || inStore,
                    before.pauses + 1,
                    longer,
                    reason);
        }

        /** The trial gave no result, or nothing has changed: the same pause again. */
        Open reopenUnchanged(Deadline same) {
            return new Open(
                    before.since,
                    before.failures,
                    before.firstFailure,
                    before.inStores,
                    before.pauses,
                    same,
                    before.why);
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
