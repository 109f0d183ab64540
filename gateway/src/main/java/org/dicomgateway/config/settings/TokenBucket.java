package org.dicomgateway.config.settings;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A rate in tokens per second. Tokens of at most one second are saved. For one thread at a time. */
final class TokenBucket {

    private final double perSecond;
    private final InstantSource clock;
    private double tokens;
    private Instant filled;

    /** Starts full. */
    TokenBucket(double perSecond, InstantSource clock) {
        this.perSecond = perSecond;
        this.clock = clock;
        this.tokens = burst();
        this.filled = clock.instant();
    }

    /** How long until this many tokens are available, or as many as the bucket can hold. */
    Duration until(double wanted) {
        fill();
        double missing = Math.min(wanted, burst()) - tokens;
        // Rounded up: otherwise a waiting thread could wake slightly too early, again and again.
        return missing <= 0 ? Duration.ZERO : Duration.ofMillis((long) Math.ceil(missing / perSecond * 1000));
    }

    /** How many tokens will be available after a time, if none are taken. Negative when tokens are owed. */
    double after(Duration time) {
        fill();
        return tokens + time.toNanos() / 1e9 * perSecond;
    }

    /** Takes this many tokens, even when fewer are available: then the bucket owes tokens. */
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
