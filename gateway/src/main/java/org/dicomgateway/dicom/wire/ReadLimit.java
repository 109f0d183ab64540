package org.dicomgateway.dicom.wire;

import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * How long the next read of a socket may wait. Set by one thread, asked by another.
 *
 * <p>A message can have to bring a number of bytes a second. That is judged each time that twice the longest single wait was
 * spent on waiting for it: a line that stands still for once goes on. What we spend ourselves, on a disk or on somebody's
 * limits, does not count.
 */
public final class ReadLimit {

    /** Either all reads end at the deadline (nano clock), or each has so many milliseconds, 0 being for ever. */
    private record Rule(boolean total, long deadline, int first, int next, boolean begun, long minRate) {}

    private static final Rule NONE = new Rule(false, 0, 0, 0, true, 0);

    private volatile Rule rule = NONE;
    private long waitedNanos;
    private long bytes;

    void none() {
        rule = NONE;
    }

    void before(Duration timeout) {
        rule = new Rule(true, System.nanoTime() + timeout.toNanos(), 0, 0, true, 0);
    }

    /**
     * Limits how long a message may take.
     *
     * @param minRate bytes a second, 0 for any
     */
    public void await(Duration idle, Duration between, long minRate) {
        rule = new Rule(false, 0, millis(idle), millis(between), false, minRate);
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

    /** A read has brought something, after a wait. */
    public void received(int length, long nanos) throws SocketTimeoutException {
        Rule current = rule;
        if (!current.begun()) {
            rule = new Rule(false, 0, current.next(), current.next(), true, current.minRate());
            waitedNanos = 0;
            bytes = length;
        } else if (current.minRate() > 0) {
            waitedNanos += nanos;
            bytes += length;
            long judgedOver = 2L * current.next();
            if (waitedNanos >= judgedOver * 1_000_000) {
                judge(current.minRate(), judgedOver);
            }
        }
    }

    private void judge(long minRate, long millis) throws SocketTimeoutException {
        if (bytes * 1_000 < minRate * millis) {
            throw new SocketTimeoutException(
                    bytes + " bytes in " + millis + " ms, where " + minRate + " a second are due (min-rate)");
        }
        waitedNanos = 0;
        bytes = 0;
    }

    /** Never 0, which would mean for ever. */
    private static int millis(Duration duration) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
    }
}
