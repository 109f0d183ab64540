package org.dicomgateway.forward.outcome;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * A wait that doubles each time up to a maximum, with equal jitter: half of it is fixed, half is random. So deliveries
 * that failed together are not tried again together. Safe for any number of threads.
 */
public final class Backoff {

    private final Duration initial;
    private final Duration max;
    private final RandomGenerator random;

    /** Starts with waits of {@code initial}, and grows to {@code max}. */
    public Backoff(Duration initial, Duration max, RandomGenerator random) {
        this.initial = initial;
        this.max = max;
        this.random = random;
    }

    /**
     * The {@code n}-th wait in a row, from 1: between half and all of {@code initial · 2^(n-1)}, at most {@code max}.
     */
    public Duration delay(int n) {
        Duration full = initial;
        for (int i = 1; i < n && full.compareTo(max) < 0; i++) {
            full = full.multipliedBy(2);
        }
        return jittered(full.compareTo(max) < 0 ? full : max);
    }

    private Duration jittered(Duration full) {
        long half = full.toNanos() / 2;
        synchronized (random) {
            return Duration.ofNanos(half + random.nextLong(half + 1));
        }
    }
}
