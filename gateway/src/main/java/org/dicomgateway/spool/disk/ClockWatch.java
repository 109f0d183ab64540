package org.dicomgateway.spool.disk;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the system clock can be trusted. Compares it with the monotonic clock ({@link System#nanoTime}),
 * which cannot be set. A step that the elapsed time does not explain makes the clock doubtful. So does a start, because
 * the clock may not be set yet. While the clock is doubtful, nothing is done that cannot be undone. For one thread.
 */
public final class ClockWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

    /**
     * Smaller steps do no harm to data that is kept for days. Examples: a normal clock correction, a machine that
     * slept.
     */
    static final Duration STEP = Duration.ofHours(1);

    /** How long the clock is doubtful after a start. By then the machine has set it. */
    static final Duration AFTER_START = Duration.ofHours(1);

    /** How long the clock is doubtful after a step. By then a mistake has been noticed. */
    static final Duration AFTER_STEP = Duration.ofDays(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private Instant seen;
    private long seenAt;
    private long evenSince;
    private Duration doubt = AFTER_START;

    /**
     * Starts with a doubtful clock.
     *
     * @param nanos like {@link System#nanoTime}
     */
    public ClockWatch(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.seen = clock.instant();
        this.seenAt = nanos.getAsLong();
        this.evenSince = seenAt;
    }

    /**
     * Whether the clock has run without a step for long enough. Call this often: only a step between two calls is
     * noticed.
     */
    public boolean isBelievable() {
        Instant now = clock.instant();
        long nowAt = nanos.getAsLong();
        Duration step = Duration.between(seen.plusNanos(nowAt - seenAt), now);
        if (step.abs().compareTo(STEP) > 0) {
            LOG.warn(
                    "the clock was set from {} to {}; no history is deleted until it runs without a step for {} hours",
                    seen,
                    now,
                    AFTER_STEP.toHours());
            evenSince = nowAt;
            doubt = AFTER_STEP;
        }
        seen = now;
        seenAt = nowAt;
        return nowAt - evenSince >= doubt.toNanos();
    }
}
