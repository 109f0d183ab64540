package org.dicomgateway.config.settings;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Keeps whatever goes past it within a rate, however many threads it comes from. An instance goes as soon as those before it
 * are paid for, whatever its size, and those after it wait the longer: a large one is not overtaken for ever by small ones.
 * For any number of threads.
 */
public final class RateLimiter {

    private final Optional<TokenBucket> instances;
    private final Optional<TokenBucket> bytes;
    private final OptionalDouble bytesPerSecond;

    /** Full: the first instances go at once. */
    public RateLimiter(RateLimit limit, InstantSource clock) {
        this.instances = limit.instances().isPresent()
                ? Optional.of(new TokenBucket(limit.instances().getAsInt(), clock))
                : Optional.empty();
        this.bytes = limit.bytes().map(size -> new TokenBucket((double) size.bytes(), clock));
        this.bytesPerSecond = limit.bytes().stream()
                .mapToDouble(size -> (double) size.bytes())
                .findFirst();
    }

    /** How long until the next instance may go; when at once, one of so many bytes is accounted for. */
    public synchronized Duration go(long size) {
        Duration wait = untilNext();
        if (wait.isZero()) {
            instances.ifPresent(bucket -> bucket.take(1));
            bytes.ifPresent(bucket -> bucket.take((double) size));
        }
        return wait;
    }

    /** Accounts for so many bytes more, of an instance that went when its size was not known; those after it wait for them. */
    public synchronized void charge(long size) {
        bytes.ifPresent(bucket -> bucket.take((double) size));
    }

    /** Whether everything may go at once, always. */
    public boolean isUnlimited() {
        return instances.isEmpty() && bytes.isEmpty();
    }

    /** How long until the next instance may go. */
    public synchronized Duration untilNext() {
        Duration one = instances.map(bucket -> bucket.until(1)).orElse(Duration.ZERO);
        Duration all = bytes.map(bucket -> bucket.until(1)).orElse(Duration.ZERO);
        return one.compareTo(all) > 0 ? one : all;
    }

    /** How many of so many bytes each go within a time from now, at most. */
    public synchronized long within(Duration time, long size) {
        double number = Math.min(
                instances.map(bucket -> bucket.after(time)).orElse(Double.MAX_VALUE),
                bytes.map(bucket -> 1 + bucket.after(time) / Math.max(1, size)).orElse(Double.MAX_VALUE));
        return Math.max(0, (long) number);
    }

    /** The most it lets through. */
    public OptionalDouble bytesPerSecond() {
        return bytesPerSecond;
    }
}
