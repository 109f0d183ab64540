package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The signal that the workers of a lane wait on. It wakes them when there may be work, and when the lane stops. A
 * worker says how many signals it has seen, so a signal between looking for work and waiting is not missed.
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

    /** Whether the lane is stopping. */
    public synchronized boolean isStopping() {
        return stopping;
    }

    /** How many signals there were. Ask before you look for work. */
    public synchronized long times() {
        return times;
    }

    /** Waits until there were more signals than {@code heard}, the lane stops, or the time is over. */
    public synchronized void await(long heard, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        long left = atMost.toNanos();
        while (times == heard && !stopping && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }

    /** Waits until the time is over or the lane stops. Other signals do not end this wait. */
    public synchronized void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        long left = time.toNanos();
        while (!stopping && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }
}
