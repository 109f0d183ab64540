package org.dicomgateway.config.settings;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Limits the rate of instances from any number of threads. An instance may go as soon as the earlier ones are paid
 * for, whatever its size. A large instance then makes the later ones wait longer. So small instances cannot overtake
 * a large one for ever. For any number of threads.
 */
public final class RateLimiter {

    private final Optional<TokenBucket> instances;
    private final Optional<TokenBucket> bytes;
    private final OptionalDouble bytesPerSecond;

    /** Starts with a full bucket: the first instances go at once. */
    public RateLimiter(RateLimit limit, InstantSource clock) {
        this.instances = limit.instances().isPresent()
                ? Optional.of(new TokenBucket(limit.instances().getAsInt(), clock))
                : Optional.empty();
        this.bytes = limit.bytes().map(size -> new TokenBucket((double) size.bytes(), clock));
        this.bytesPerSecond = limit.bytes().stream()
                .mapToDouble(size -> (double) size.bytes())
                .findFirst();
    }

    /** How long until the next instance may go. When it may go at once, counts one instance with this many bytes. */
    public synchronized Duration go(long size) {
        Duration wait = untilNext();
        if (wait.isZero()) {
            instances.ifPresent(bucket -> bucket.take(1));
            bytes.ifPresent(bucket -> bucket.take((double) size));
        }
        return wait;
    }

    /** Counts bytes of an instance that went before its size was known. Later instances wait for them. */
    public synchronized void charge(long size) {
        bytes.ifPresent(bucket -> bucket.take((double) size));
    }

    /** Whether every instance may go at once. */
    public boolean isUnlimited() {
        return instances.isEmpty() && bytes.isEmpty();
    }

    /** How long until the next instance may go. */
    public synchronized Duration untilNext() {
        Duration one = instances.map(bucket -> bucket.until(1)).orElse(Duration.ZERO);
        Duration all = bytes.map(bucket -> bucket.until(1)).orElse(Duration.ZERO);
        return one.compareTo(all) > 0 ? one : all;
    }

    /** How many instances of this size may go within this time from now, at most. */
    public synchronized long within(Duration time, long size) {
        double number = Math.min(
                instances.map(bucket -> bucket.after(time)).orElse(Double.MAX_VALUE),
                bytes.map(bucket -> 1 + bucket.after(time) / Math.max(1, size)).orElse(Double.MAX_VALUE));
        return Math.max(0, (long) number);
    }

    /** The maximum rate in bytes per second; empty when unlimited. */
    public OptionalDouble bytesPerSecond() {
        return bytesPerSecond;
    }
}
