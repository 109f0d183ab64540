package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How many workers of a lane may deliver at once: as many as are allowed, and fewer after a sign of overload. An
 * overload halves the number. It grows back by one at a time, after a quiet period, while work is waiting. Safe for any
 * number of threads.
 */
public final class Concurrency {

    /** How long without another sign of overload before one more worker may deliver. */
    public static final Duration QUIET = Duration.ofSeconds(30);

    /** After this time without work, an overload is forgotten. */
    public static final Duration FORGOTTEN = Duration.ofMinutes(5);

    /** Signs of overload within this time are one overload that several workers met. */
    private static final Duration SAME = Duration.ofSeconds(1);

    private final int max;
    private final InstantSource clock;
    private int bearable;
    private int busy;
    private Instant changed = Instant.MIN;
    private Instant shrunk = Instant.MIN;
    private String why = "";

    public Concurrency(int max, InstantSource clock) {
        this.max = max;
        this.clock = clock;
        this.bearable = max;
    }

    /** A worker's right to deliver. Any thread may use it. */
    public final class Place implements AutoCloseable {

        private boolean kept = true;

        private Place() {
            busy++;
        }

        /**
         * Whether the worker may continue. Once false, it stays false and the place is free: the worker gives its
         * claims back.
         */
        public boolean isKept() {
            synchronized (Concurrency.this) {
                if (kept && busy > limit()) {
                    close();
                }
                return kept;
            }
        }

        @Override
        public void close() {
            synchronized (Concurrency.this) {
                if (kept) {
                    kept = false;
                    busy--;
                }
            }
        }
    }

    /** A place, if one is free. */
    public synchronized Optional<Place> enter() {
        return hasRoom() ? Optional.of(new Place()) : Optional.empty();
    }

    /** A place in any case, to try a destination again. */
    public synchronized Place enterAnyway() {
        return new Place();
    }

    /** Whether one more worker may deliver. */
    public synchronized boolean hasRoom() {
        return busy < limit();
    }

    /** The destination is overloaded. */
    public synchronized void shrink(String reason) {
        Instant now = clock.instant();
        changed = now;
        why = reason;
        if (between(shrunk, now).compareTo(SAME) >= 0) {
            shrunk = now;
            bearable = Math.max(1, Math.min(bearable, busy) / 2);
        }
    }

    /** Work is waiting: lets one more worker deliver, after a quiet period. */
    public synchronized void growIfQuiet() {
        Instant now = clock.instant();
        if (bearable < max && between(changed, now).compareTo(QUIET) >= 0) {
            bearable++;
            changed = now;
        }
    }

    /** Nothing is being sent: forgets an overload that is long past. */
    public synchronized void forget() {
        if (bearable < max && between(changed, clock.instant()).compareTo(FORGOTTEN) >= 0) {
            bearable = max;
        }
    }

    public synchronized int limit() {
        return bearable;
    }

    public int max() {
        return max;
    }

    /** A message for operators while an overload keeps the number low. */
    public synchronized Optional<String> complaint() {
        return bearable >= max
                ? Optional.empty()
                : Optional.of("takes " + bearable + " of " + max + " associations at once: " + why);
    }

    private static Duration between(Instant then, Instant now) {
        // A clock that was set back must not keep the number low.
        return then.equals(Instant.MIN) || now.isBefore(then) ? FORGOTTEN : Duration.between(then, now);
    }
}
