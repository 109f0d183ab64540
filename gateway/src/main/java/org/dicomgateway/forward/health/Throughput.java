package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * How fast a destination takes instances: bytes delivered per second in which at least one worker was sending. So
 * several associations add up, and idle hours do not count. The last ten such seconds or so weigh most. Safe for any
 * number of threads; reading never waits.
 */
public final class Throughput {

    /** The assumed rate before anything was measured, in bytes per second. */
    public static final double PRIOR = 10_000_000;

    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** A window in which nothing arrived stays open this long: a large instance arrives all at once. */
    private static final Duration EMPTY_WINDOW = Duration.ofSeconds(30);

    private static final double MEMORY_SECONDS = 10;

    private final InstantSource clock;
    private int sending;
    private Instant counted;
    private Duration busy = Duration.ZERO;
    private long bytes;
    private volatile double rate = PRIOR;

    public Throughput(InstantSource clock) {
        this.clock = clock;
        this.counted = clock.instant();
    }

    /** A worker starts to send. */
    public synchronized void begin() {
        count();
        sending++;
    }

    /** A worker has sent; {@code delivered} bytes have arrived. */
    public synchronized void end(long delivered) {
        count();
        sending--;
        bytes += delivered;
        Duration enough = bytes > 0 ? WINDOW : EMPTY_WINDOW;
        if (busy.compareTo(enough) >= 0) {
            double seconds = busy.toNanos() / 1e9;
            double weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
            rate += weight * (bytes / seconds - rate);
            busy = Duration.ZERO;
            bytes = 0;
        }
    }

    /** Always positive. */
    public double bytesPerSecond() {
        return Math.max(1, rate);
    }

    private void count() {
        Instant now = clock.instant();
        if (sending > 0 && now.isAfter(counted)) {
            busy = busy.plus(Duration.between(counted, now));
        }
        counted = now;
    }
}
