package org.dicomgateway.spool.dispatch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.StoredInstance;

/**
 * Who still reads from which segment. Between the ledger's answer that an instance lies in a segment, and the pin on
 * that segment, the segment could be recycled; so both happen within one {@link #look}, and {@link #isFree} waits for
 * every look that began before the ledger stopped to give that answer.
 */
public final class SegmentPins {

    /** Asks the ledger, and pins what it will read. */
    @FunctionalInterface
    interface Look<T> {
        T take() throws LedgerException;
    }

    private final ReadWriteLock looking = new ReentrantReadWriteLock();
    private final ConcurrentMap<Long, Integer> pins = new ConcurrentHashMap<>();

    /** Runs a look. Many at once. */
    <T> T look(Look<T> look) throws LedgerException {
        looking.readLock().lock();
        try {
            return look.take();
        } finally {
            looking.readLock().unlock();
        }
    }

    /** Keeps the segment of this instance, if it lies in one, until {@link #unpin}. Only within a look. */
    void pin(StoredInstance stored) {
        if (stored.location() instanceof Location.InLog inLog) {
            pins.merge(inLog.segment(), 1, Integer::sum);
        }
    }

    /** Ends one {@link #pin}. */
    void unpin(StoredInstance stored) {
        if (stored.location() instanceof Location.InLog inLog) {
            pins.computeIfPresent(inLog.segment(), (segment, n) -> n == 1 ? null : n - 1);
        }
    }

    /** Whether nobody reads from a segment that the ledger names no more, nor can begin to. */
    public boolean isFree(long segment) {
        looking.writeLock().lock();
        try {
            return !pins.containsKey(segment);
        } finally {
            looking.writeLock().unlock();
        }
    }
}
