package org.dicomgateway.spool.disk;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the machine's clock can be believed. It is held against the one that nobody can set: a step that no time that
 * passed explains puts it in doubt, and so does a start, for then it may not have been set yet. What cannot be undone is
 * not done by a clock in doubt. For one thread.
 */
public final class ClockWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

    /** A smaller step does no harm to what is kept for days: a clock that is put right, a machine that slept. */
    static final Duration STEP = Duration.ofHours(1);

    /** So long it is in doubt from the start on: whatever sets it has done so by then. */
    static final Duration AFTER_START = Duration.ofHours(1);

    /** So long it is in doubt from a step on: whoever made it by mistake has noticed by then. */
    static final Duration AFTER_STEP = Duration.ofDays(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private Instant seen;
    private long seenAt;
    private long evenSince;
    private Duration doubt = AFTER_START;

    /** @param nanos like {@link System#nanoTime} */
    public ClockWatch(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.seen = clock.instant();
        this.seenAt = nanos.getAsLong();
        this.evenSince = seenAt;
    }

    /** Whether it has gone evenly for long enough. To be asked often: a step is one between two looks. */
    public boolean isBelievable() {
        Instant now = clock.instant();
        long nowAt = nanos.getAsLong();
        Duration step = Duration.between(seen.plusNanos(nowAt - seenAt), now);
        if (step.abs().compareTo(STEP) > 0) {
            LOG.warn(
                    "the clock was set from {} to {}; no history is forgotten until it has gone evenly for {} hours",
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
