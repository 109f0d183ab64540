package org.dicomgateway.forward.outcome;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A point in time to wait for. The wait also ends when the wall clock is set back to before the start: a retry that is
 * too early is better than one that is an hour late.
 */
public record Deadline(InstantSource clock, Instant start, Instant end) {

    public static Deadline after(InstantSource clock, Duration wait) {
        Instant now = clock.instant();
        return new Deadline(clock, now, now.plus(wait));
    }

    public boolean passed() {
        Instant now = clock.instant();
        return !now.isBefore(end) || now.isBefore(start);
    }

    /** How long is left; zero when {@link #passed()}. */
    public Duration remaining() {
        return passed() ? Duration.ZERO : Duration.between(clock.instant(), end);
    }
}
