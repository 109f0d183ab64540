package org.dicomgateway.dicom.wire;

import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * How long the next read of a socket may wait. One thread sets it, another reads it.
 *
 * <p>A message can have a minimum rate in bytes per second. The rate is checked each time that the gateway has waited
 * for this message for twice the longest single wait. So a line that stops once is not cut off. Time that the gateway
 * itself uses, for its disk or for rate limits, does not count.
 */
public final class ReadLimit {

    /**
     * Either all reads must end at the deadline (nano clock), or each read has a number of milliseconds; 0 means no
     * limit.
     */
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
     * @param minRate bytes per second, 0 for no minimum
     */
    public void await(Duration idle, Duration between, long minRate) {
        rule = new Rule(false, 0, millis(idle), millis(between), false, minRate);
    }

    /** The current limit. It is another object after another limit was set. */
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
            throw new SocketTimeoutException("the time limit for all reads together has passed");
        }
        return millis(Duration.ofNanos(left));
    }

    /** A read has returned data, after a wait. */
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
                    bytes + " bytes in " + millis + " ms; the minimum is " + minRate + " bytes per second (min-rate)");
        }
        waitedNanos = 0;
        bytes = 0;
    }

    /** Never 0, because 0 would mean no limit. */
    private static int millis(Duration duration) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
    }
}
