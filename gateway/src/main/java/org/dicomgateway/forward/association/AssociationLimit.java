package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How many associations may be open to one destination. Every association to it counts, also those of a lane that is
 * being replaced. Safe for any number of threads.
 */
public final class AssociationLimit {

    private int limit;
    private int open;

    public AssociationLimit(int limit) {
        this.limit = limit;
    }

    /** Takes one place, and waits for it if necessary. Returns false when the time is over. */
    public synchronized boolean acquire(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (open >= limit) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        open++;
        return true;
    }

    /** Takes one place if one is free. Does not wait. */
    synchronized boolean tryAcquire() {
        if (open >= limit) {
            return false;
        }
        open++;
        return true;
    }

    /** Whether another association may be opened. */
    synchronized boolean hasRoom() {
        return open < limit;
    }

    public synchronized void release() {
        open--;
        notifyAll();
    }

    /** Sets a new limit. A lower limit takes effect as associations end. */
    public synchronized void resize(int newLimit) {
        limit = newLimit;
        notifyAll();
    }
}
