package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the workers of a lane wait on: it rings when there may be work, and is closed when the lane stops. A ring between
 * looking for work and waiting is not missed, because who waits says which rings it has heard.
 */
public final class Bell {

    private long rings;
    private boolean closed;

    public synchronized void ring() {
        rings++;
        notifyAll();
    }

    /** Ends every wait, now and from now on. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** How often it has rung; ask before looking for work. */
    public synchronized long rings() {
        return rings;
    }

    /** Waits until it has rung more often than {@code heard}, is closed, or the time is over. */
    public synchronized void await(long heard, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        long left = atMost.toNanos();
        while (rings == heard && !closed && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }

    /** Waits until the time is over or it is closed, however often it rings. */
    public synchronized void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        long left = time.toNanos();
        while (!closed && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }
}
