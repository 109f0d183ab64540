package org.dicomgateway.config.settings;

import java.time.Duration;
import java.time.Instant;
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

    /**
     * From now on, allows this part of the rate: others have the rest.
     *
     * @param part above 0, at most 1
     */
    public synchronized void share(double part) {
        instances.ifPresent(bucket -> bucket.share(part));
        bytes.ifPresent(bucket -> bucket.share(part));
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

    /** A rate in tokens per second. Tokens of at most one second are saved. For one thread at a time. */
    private static final class TokenBucket {

        private final double all;
        private final InstantSource clock;
        private double perSecond;
        private double tokens;
        private Instant filled;

        /** Starts full. */
        TokenBucket(double perSecond, InstantSource clock) {
            this.all = perSecond;
            this.perSecond = perSecond;
            this.clock = clock;
            this.tokens = burst();
            this.filled = clock.instant();
        }

        /** What was saved before does not become more than it may be now. */
        void share(double part) {
            double now = all * part;
            if (now != perSecond) {
                fill();
                perSecond = now;
                tokens = Math.min(burst(), tokens);
            }
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
}
