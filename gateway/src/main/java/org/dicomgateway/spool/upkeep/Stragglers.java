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
 * Moves what still waits in an old, mostly finished segment out to files of its own, so that nothing small pins a
 * segment, and an operator finds what is stuck as plain files.
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

    /** Moves some, and has the ledger know. @return whether there may be more */
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

    /** Also not within it: what is in the future, because the clock was set back since. */
    private static boolean isWithin(Duration time, Instant since, Instant now) {
        return !now.isBefore(since) && !now.isAfter(since.plus(time));
    }

    private boolean move(long segment, Instant now) throws LedgerException {
        List<Change> moved = new ArrayList<>();
        try {
            // Maintenance alone recycles, and this is its thread: the segment needs no pin.
            for (StoredInstance stored : ledger.unfinishedIn(segment, AT_ONCE)) {
                if (write(stored)) {
                    moved.add(new Change.Moved(stored.instance().id()));
                }
            }
            files.syncMoved();
        } catch (IOException e) {
            failed.put(segment, now);
            LOG.warn(
                    "what waits in segment {} cannot be moved to files; it stays where it is, and is tried again in {}",
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

    /** @return false when the disk does not give it: then it stays, and the segment with it, and costs no other */
    private boolean write(StoredInstance stored) throws IOException {
        long id = stored.instance().id();
        InstanceFiles.Part part = files.moveOut(id);
        try {
            reader.copy(stored, part);
            part.complete();
            files.name(part, id);
            return true;
        } catch (DamagedInstanceException e) {
            LOG.warn("instance {} cannot be moved out of its segment, which is kept: {}", id, e.getMessage());
            return false;
        } finally {
            part.discard();
        }
    }
}
