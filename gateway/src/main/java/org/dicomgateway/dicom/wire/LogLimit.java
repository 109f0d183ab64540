package org.dicomgateway.dicom.wire;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Lines that strangers can cause: so many in a stretch of time, the rest is counted and told as one. For any number of
 * threads.
 */
public final class LogLimit {

    private static final int LINES = 50;
    private static final Duration STRETCH = Duration.ofSeconds(10);

    private final Logger log;
    private final LongSupplier nanoClock;
    private long begin;
    private int lines;
    private long left;

    public LogLimit(Logger log, LongSupplier nanoClock) {
        this.log = log;
        this.nanoClock = nanoClock;
        this.begin = nanoClock.getAsLong();
    }

    /** Logs a line, or counts it. */
    public void info(String format, Object... arguments) {
        tellWhatWasLeft();
        if (mayTell()) {
            log.info(format, arguments);
        }
    }

    /** When the stretch of time is over: how many were only counted in it. */
    public void tellWhatWasLeft() {
        long count = countWhenOver();
        if (count > 0) {
            log.info(
                    "and {} more callers were refused or went away within {} s, after {} that are told one by one",
                    count,
                    STRETCH.toSeconds(),
                    LINES);
        }
    }

    private synchronized boolean mayTell() {
        if (lines < LINES) {
            lines++;
            return true;
        }
        left++;
        return false;
    }

    private synchronized long countWhenOver() {
        long now = nanoClock.getAsLong();
        if (now - begin < STRETCH.toNanos()) {
            return 0;
        }
        long count = left;
        begin = now;
        lines = 0;
        left = 0;
        return count;
    }
}
