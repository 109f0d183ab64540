package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How many associations may be open to one destination. Every association to it counts, also those of a lane that is
 * being replaced, and those of other gateways that share its places. Safe for any number of threads.
 */
public final class AssociationLimit {

    private final String destination;
    private final SharedPlaces shared;
    private int limit;
    private int open;

    public AssociationLimit(String destination, int limit, SharedPlaces shared) {
        this.destination = destination;
        this.limit = limit;
        this.shared = shared;
    }

    /** Takes one place, and waits for it if necessary. Returns false when the time is over. */
    public boolean acquire(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!tryAcquire()) {
            synchronized (this) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // Nobody tells when another gateway gives a place back: the caller asks again.
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
        return true;
    }

    /** Takes one place if one is free. Does not wait for one. */
    boolean tryAcquire() {
        int most;
        synchronized (this) {
            if (open >= limit) {
                return false;
            }
            open++;
            most = limit;
        }
        boolean taken = false;
        try {
            taken = shared.take(destination, most);
            return taken;
        } finally {
            if (!taken) {
                free();
            }
        }
    }

    private synchronized void free() {
        open--;
        notifyAll();
    }

    /** Whether another association may be opened. */
    synchronized boolean hasRoom() {
        return open < limit;
    }

    public void release() {
        shared.giveBack(destination);
        free();
    }

    /** Whether the association that asks is to be closed soon: another gateway waits for its place. */
    boolean mustYield() {
        return shared.mustYield(destination);
    }

    /** This gateway's part of what may be sent to the destination: above 0, at most 1. */
    public double share() {
        return shared.share(destination);
    }

    /** Sets a new limit. A lower limit takes effect as associations end. */
    public synchronized void resize(int newLimit) {
        limit = newLimit;
        notifyAll();
    }
}
