package org.dicomgateway.dicom.wire;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Limits log lines that unknown peers can cause. Logs a fixed number in each period, counts the rest, and logs the
 * count in one line. For any number of threads.
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

    /** Logs a line, or counts it. Returns whether it was logged. */
    public boolean info(String format, Object... arguments) {
        tellWhatWasLeft();
        boolean logged = mayTell();
        if (logged) {
            log.info(format, arguments);
        }
        return logged;
    }

    /** When the period is over: logs how many lines were only counted in it. */
    public void tellWhatWasLeft() {
        long count = countWhenOver();
        if (count > 0) {
            log.info(
                    "{} more peers were refused or disconnected within {} s; the first {} are logged one by one",
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
