package org.dicomgateway.forward;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How many workers of a lane may deliver at once: as many as its destination may have associations, fewer when it showed
 * that this is too much. Halves then, and grows back by one at a time, when it was quiet and work is waiting. For any
 * number of threads.
 */
final class Concurrency {

    /** Without another sign of overload, before there may be one more. */
    static final Duration QUIET = Duration.ofSeconds(30);

    /** After this time without work it is as at first. */
    static final Duration FORGOTTEN = Duration.ofMinutes(5);

    /** What comes within this time is the same overload, met by several workers. */
    private static final Duration SAME = Duration.ofSeconds(1);

    private final int max;
    private final InstantSource clock;
    private int limit;
    private int busy;
    private Instant changed = Instant.MIN;
    private Instant shrunk = Instant.MIN;
    private String why = "";

    Concurrency(int max, InstantSource clock) {
        this.max = max;
        this.clock = clock;
        this.limit = max;
    }

    /** Whether the caller may deliver, and then must {@link #leave}. */
    synchronized boolean enter() {
        if (busy >= limit) {
            return false;
        }
        busy++;
        return true;
    }

    /** Delivers in any case, to try a destination again, and then must {@link #leave}. */
    synchronized void enterAnyway() {
        busy++;
    }

    synchronized void leave() {
        busy--;
    }

    /** Whether more deliver than should. */
    synchronized boolean isOver() {
        return busy > limit;
    }

    /** Whether one more may deliver. */
    synchronized boolean hasRoom() {
        return busy < limit;
    }

    /** The destination has too much. */
    synchronized void shrink(String reason) {
        Instant now = clock.instant();
        changed = now;
        why = reason;
        if (between(shrunk, now).compareTo(SAME) >= 0) {
            shrunk = now;
            limit = Math.max(1, Math.min(limit, busy) / 2);
        }
    }

    /** Work is waiting: lets one more deliver, if it was quiet for long enough. */
    synchronized void growIfQuiet() {
        Instant now = clock.instant();
        if (limit < max && between(changed, now).compareTo(QUIET) >= 0) {
            limit++;
            changed = now;
        }
    }

    /** Nothing is going on: what was long ago counts no more. */
    synchronized void forget() {
        if (limit < max && between(changed, clock.instant()).compareTo(FORGOTTEN) >= 0) {
            limit = max;
        }
    }

    synchronized int limit() {
        return limit;
    }

    int max() {
        return max;
    }

    /** That it is less than it might be, for operators. */
    synchronized Optional<String> complaint() {
        return limit == max
                ? Optional.empty()
                : Optional.of("takes " + limit + " of " + max + " associations at once: " + why);
    }

    private static Duration between(Instant then, Instant now) {
        // A clock that was set back must not keep it small.
        return then.equals(Instant.MIN) || now.isBefore(then) ? FORGOTTEN : Duration.between(then, now);
    }
}
