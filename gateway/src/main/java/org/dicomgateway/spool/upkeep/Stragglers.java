package org.dicomgateway.spool.upkeep;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.SegmentLog;
import org.dicomgateway.spool.log.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves waiting instances out of old, mostly finished segments into their own files. So a few small instances do not
 * block a whole segment, and an operator finds stuck instances as plain files.
 */
public final class Stragglers {

    private static final Logger LOG = LoggerFactory.getLogger(Stragglers.class);
    private static final int AT_ONCE = 64;
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final SegmentLog log;
    private final InstanceFiles files;
    private final InstanceReader reader;
    private final Duration age;
    private final Map<Long, Instant> failed = new HashMap<>();

    public Stragglers(
            Ledger ledger,
            LedgerQueue ledgerQueue,
            SegmentLog log,
            InstanceFiles files,
            InstanceReader reader,
            Duration age) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.log = log;
        this.files = files;
        this.reader = reader;
        this.age = age;
    }

    /**
     * Moves some instances and updates the ledger.
     *
     * @return whether there may be more
     */
    boolean moveSome(Instant now) throws LedgerException {
        Map<Long, Long> unfinished = ledger.unfinishedBytesBySegment();
        for (Map.Entry<Long, SegmentLog.SealedSegment> sealed : log.sealed().entrySet()) {
            long segment = sealed.getKey();
            long bytes = unfinished.getOrDefault(segment, 0L);
            boolean old = !isWithin(age, sealed.getValue().createdAt(), now);
            boolean paused = isWithin(PAUSE, failed.getOrDefault(segment, Instant.MIN), now);
            if (old && bytes > 0 && bytes <= log.segmentSize() / 2 && !paused) {
                return move(segment, now);
            }
        }
        return false;
    }

    /** A time in the future is also not within it: the clock was set back in the meantime. */
    private static boolean isWithin(Duration time, Instant since, Instant now) {
        return !now.isBefore(since) && !now.isAfter(since.plus(time));
    }

    private boolean move(long segment, Instant now) throws LedgerException {
        List<Change> moved = new ArrayList<>();
        try {
            // Only maintenance recycles segments, in this same thread, so the segment needs no pin.
            for (StoredInstance stored : ledger.unfinishedIn(segment, AT_ONCE)) {
                if (write(stored)) {
                    moved.add(new Change.Moved(stored.instance().id()));
                }
            }
            files.syncMoved();
        } catch (IOException e) {
            failed.put(segment, now);
            LOG.warn(
                    "the waiting instances in segment {} cannot be moved to files; they stay there, next try in {}",
                    segment,
                    PAUSE,
                    e);
            return false;
        }
        if (moved.isEmpty()) {
            failed.put(segment, now);
            return false;
        }
        ledgerQueue.submit(moved);
        ledgerQueue.sync().join();
        LOG.info("{} waiting instances were moved from segment {} to files", moved.size(), segment);
        return true;
    }

    /**
     * Writes an instance to its own file.
     *
     * @return false when the disk cannot read the instance. Then the instance and its segment stay; other instances are
     *     not affected
     */
    private boolean write(StoredInstance stored) throws IOException {
        long id = stored.instance().id();
        InstanceFiles.Part part = files.moveOut(id);
        try {
            reader.copy(stored, part);
            part.complete();
            files.name(part, id);
            return true;
        } catch (DamagedInstanceException e) {
            LOG.warn("instance {} cannot be moved to a file, so its segment is kept: {}", id, e.getMessage());
            return false;
        } finally {
            part.discard();
        }
    }
}
