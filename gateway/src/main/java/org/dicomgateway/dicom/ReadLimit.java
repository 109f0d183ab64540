package org.dicomgateway.dicom;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** How long the next read of a socket may wait. Set by one thread, asked by another. */
final class ReadLimit {

    /** Either all reads end at the deadline (nano clock), or each has so many milliseconds, 0 being for ever. */
    private record Rule(boolean total, long deadline, int first, int next) {}

    private static final Rule NONE = new Rule(false, 0, 0, 0);

    private volatile Rule rule = NONE;

    void none() {
        rule = NONE;
    }

    void before(Duration timeout) {
        rule = new Rule(true, System.nanoTime() + timeout.toNanos(), 0, 0);
    }

    void await(Duration idle, Duration between) {
        rule = new Rule(false, 0, millis(idle), millis(between));
    }

    /** What holds now: another object when another limit was set. */
    Object rule() {
        return rule;
    }

    /** For {@code setSoTimeout}. */
    int nextMillis() throws SocketTimeoutException {
        Rule current = rule;
        if (!current.total()) {
            return current.first();
        }
        long left = current.deadline() - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the time for all of it has passed");
        }
        return millis(Duration.ofNanos(left));
    }

    void received() {
        Rule current = rule;
        if (!current.total() && current.first() != current.next()) {
            rule = new Rule(false, 0, current.next(), current.next());
        }
    }

    /** Never 0, which would mean for ever. */
    private static int millis(Duration duration) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
    }
}
