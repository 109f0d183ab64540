package org.dicomgateway.config.settings;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A rate: so many tokens a second, of which those of one second can be saved up. For one thread at a time. */
final class TokenBucket {

    private final double perSecond;
    private final InstantSource clock;
    private double tokens;
    private Instant filled;

    /** Full. */
    TokenBucket(double perSecond, InstantSource clock) {
        this.perSecond = perSecond;
        this.clock = clock;
        this.tokens = burst();
        this.filled = clock.instant();
    }

    /** How long until so many are there, or as many as it can hold. */
    Duration until(double wanted) {
        fill();
        double missing = Math.min(wanted, burst()) - tokens;
        // Rounded up: who waits must not come too early, by less than the clock can tell, again and again.
        return missing <= 0 ? Duration.ZERO : Duration.ofMillis((long) Math.ceil(missing / perSecond * 1000));
    }

    /** How many will be there after a time, if none are taken; below zero in debt. */
    double after(Duration time) {
        fill();
        return tokens + time.toNanos() / 1e9 * perSecond;
    }

    /** Takes so many, also those that are not there yet: then it is in debt. */
    void take(double taken) {
        fill();
        tokens -= taken;
    }

    private void fill() {
        Instant now = clock.instant();
        if (now.isAfter(filled)) {
            double seconds = Duration.between(filled, now).toNanos() / 1e9;
            tokens = Math.min(burst(), tokens + seconds * perSecond);
        }
        filled = now;
    }

    private double burst() {
        return Math.max(1, perSecond);
    }
}
