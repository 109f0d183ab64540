package org.dicomgateway.spool.dispatch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.StoredInstance;

/**
 * Counts the readers of each segment. A segment could be recycled between the ledger's answer that it contains an
 * instance and the pin on it. Therefore both happen within one {@link #look}. {@link #isFree} waits for every look that
 * began before the ledger stopped giving that answer.
 */
public final class SegmentPins {

    /** Asks the ledger, and pins what will be read. */
    @FunctionalInterface
    public interface Look<T> {
        T take() throws LedgerException;
    }

    private final ReadWriteLock looking = new ReentrantReadWriteLock();
    private final ConcurrentMap<Long, Integer> pins = new ConcurrentHashMap<>();

    /** Runs a look. Many can run at once. */
    public <T> T look(Look<T> look) throws LedgerException {
        looking.readLock().lock();
        try {
            return look.take();
        } finally {
            looking.readLock().unlock();
        }
    }

    /** Keeps the segment of this instance, if it is in one, until {@link #unpin}. Call only within a look. */
    public void pin(StoredInstance stored) {
        if (stored.location() instanceof Location.InLog inLog) {
            pins.merge(inLog.segment(), 1, Integer::sum);
        }
    }

    /** Ends one {@link #pin}. */
    public void unpin(StoredInstance stored) {
        if (stored.location() instanceof Location.InLog inLog) {
            pins.computeIfPresent(inLog.segment(), (segment, n) -> n == 1 ? null : n - 1);
        }
    }

    /** Runs a look while no other one runs. */
    public <T> T alone(Look<T> look) throws LedgerException {
        looking.writeLock().lock();
        try {
            return look.take();
        } finally {
            looking.writeLock().unlock();
        }
    }

    /** Whether a segment that the ledger no longer names has no readers, and can get none. */
    public boolean isFree(long segment) {
        looking.writeLock().lock();
        try {
            return !pins.containsKey(segment);
        } finally {
            looking.writeLock().unlock();
        }
    }
}
