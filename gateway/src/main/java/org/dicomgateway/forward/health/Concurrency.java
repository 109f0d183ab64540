package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many workers of a lane may deliver at once: by as many associations as its destination takes most by (see
 * {@link ConcurrencyTuner}), fewer when it showed that this is too much. Halves then, and grows back by one at a time, when it was
 * quiet and work is waiting. For any number of threads.
 */
public final class Concurrency {

    private static final Logger LOG = LoggerFactory.getLogger(Concurrency.class);

    /** Without another sign of overload, before there may be one more. */
    public static final Duration QUIET = Duration.ofSeconds(30);

    /** After this time without work the overload is forgotten; what the server takes most by is not. */
    public static final Duration FORGOTTEN = Duration.ofMinutes(5);

    /** What comes within this time is the same overload, met by several workers. */
    private static final Duration SAME = Duration.ofSeconds(1);

    private final String destination;
    private final int max;
    private final InstantSource clock;
    private final ConcurrencyTuner concurrencyTuner;
    private int bearable;
    private int busy;
    private Instant changed = Instant.MIN;
    private Instant shrunk = Instant.MIN;
    private String why = "";

    public Concurrency(String destination, int max, InstantSource clock) {
        this.destination = destination;
        this.max = max;
        this.clock = clock;
        this.concurrencyTuner = new ConcurrencyTuner(max);
        this.bearable = max;
    }

    /** A worker's right to deliver. For any thread. */
    public final class Place implements AutoCloseable {

        private boolean kept = true;

        private Place() {
            busy++;
        }

        /** Whether its worker may go on. Once not, never again, and the place is free: what he has in hand goes back. */
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

    /** A place, if there is one free. */
    public synchronized Optional<Place> enter() {
        return hasRoom() ? Optional.of(new Place()) : Optional.empty();
    }

    /** A place in any case, to try a destination again. */
    public synchronized Place enterAnyway() {
        return new Place();
    }

    /** Whether one more may deliver. */
    public synchronized boolean hasRoom() {
        return busy < limit();
    }

    /** An instance was stored, and others wait. */
    public synchronized void stored(long bytes) {
        if (bearable < max) {
            concurrencyTuner.disturbed(clock.instant());
            return;
        }
        concurrencyTuner
                .stored(bytes, busy, clock.instant())
                .ifPresent(found -> LOG.info("destination {} {} (max-associations = {})", destination, found, max));
    }

    /** A worker has nothing to do, or waits for something else, or failed: what is stored now says little. */
    public synchronized void disturbed() {
        concurrencyTuner.disturbed(clock.instant());
    }

    /** The destination has too much. */
    public synchronized void shrink(String reason) {
        Instant now = clock.instant();
        changed = now;
        why = reason;
        if (between(shrunk, now).compareTo(SAME) >= 0) {
            shrunk = now;
            bearable = Math.max(1, Math.min(limit(), busy) / 2);
        }
        concurrencyTuner.disturbed(now);
    }

    /** Work is waiting: lets one more deliver, if it was quiet for long enough. */
    public synchronized void growIfQuiet() {
        Instant now = clock.instant();
        if (bearable < max && between(changed, now).compareTo(QUIET) >= 0) {
            bearable++;
            changed = now;
        }
    }

    /** Nothing is going on: what was long ago counts no more. */
    public synchronized void forget() {
        if (bearable < max && between(changed, clock.instant()).compareTo(FORGOTTEN) >= 0) {
            bearable = max;
        }
    }

    public synchronized int limit() {
        return Math.min(bearable, concurrencyTuner.limit());
    }

    public int max() {
        return max;
    }

    /** That it is less than it might be, for operators. */
    public synchronized Optional<String> complaint() {
        return bearable >= concurrencyTuner.best()
                ? Optional.empty()
                : Optional.of("takes " + bearable + " of " + max + " associations at once: " + why);
    }

    private static Duration between(Instant then, Instant now) {
        // A clock that was set back must not keep it small.
        return then.equals(Instant.MIN) || now.isBefore(then) ? FORGOTTEN : Duration.between(then, now);
    }
}
