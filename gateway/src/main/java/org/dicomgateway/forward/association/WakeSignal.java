package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the workers of a lane wait on: it wakes them when there may be work, and when the lane stops. A signal between looking
 * for work and waiting is not missed, because a waiter says how many it has heard.
 */
public final class WakeSignal {

    private long times;
    private boolean stopping;

    /** There may be work. */
    public synchronized void wake() {
        times++;
        notifyAll();
    }

    /** Ends every wait, now and from now on. */
    public synchronized void close() {
        stopping = true;
        notifyAll();
    }

    /** Whether the lane ends. */
    public synchronized boolean isStopping() {
        return stopping;
    }

    /** How often it has woken; ask before looking for work. */
    public synchronized long times() {
        return times;
    }

    /** Waits until it has woken more often than {@code heard}, the lane stops, or the time is over. */
    public synchronized void await(long heard, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        long left = atMost.toNanos();
        while (times == heard && !stopping && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }

    /** Waits until the time is over or the lane stops, however often it wakes. */
    public synchronized void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        long left = time.toNanos();
        while (!stopping && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }
}
