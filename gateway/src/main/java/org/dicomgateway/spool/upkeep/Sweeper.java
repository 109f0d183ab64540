package org.dicomgateway.spool.upkeep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.dispatch.SegmentPins;
import org.dicomgateway.spool.dispatch.VersionLog;
import org.dicomgateway.spool.journal.LedgerTrust;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.SegmentLog;
import org.dicomgateway.spool.log.SegmentLog.SealedSegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees the space of finished instances. Deletes nothing before a durable commit of the ledger says that it is
 * finished. Otherwise a power failure could take the ledger's last commits, and their instances would have to be
 * delivered again. Also waits until the journal knows how new that ledger is: {@link LedgerTrust}.
 */
public final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final int FILES_AT_ONCE = 2_000;
    /**
     * After this many looks in a row without receipt or completion, about a second, it is quiet enough to fill the
     * reserve.
     */
    private static final int QUIET_LOOKS = 4;

    private final Ledger ledger;
    private final LedgerTrust trust;
    private final LedgerQueue ledgerQueue;
    private final SegmentLog log;
    private final SegmentPins pins;
    private final InstanceFiles files;
    private final SpaceWatch space;
    private final VersionLog versions;
    private final Keeping keeping;
    private final int spares;
    private LogPosition lookedAt = LogPosition.START;
    /** Unfinished bytes at the last sweep, and at the previous call of keepSpares. */
    private long unfinishedNow;

    private long unfinishedThen;
    private int quietLooks;

    /**
     * Creates the sweeper.
     *
     * @param reserve bytes of the spare segments to keep ready; at least one segment is kept
     */
    public Sweeper(
            Ledger ledger,
            LedgerTrust trust,
            LedgerQueue ledgerQueue,
            SegmentLog log,
            SegmentPins pins,
            InstanceFiles files,
            SpaceWatch space,
            VersionLog versions,
            Keeping keeping,
            long reserve) {
        this.ledger = ledger;
        this.trust = trust;
        this.ledgerQueue = ledgerQueue;
        this.log = log;
        this.pins = pins;
        this.files = files;
        this.space = space;
        this.versions = versions;
        this.keeping = keeping;
        this.spares = Math.toIntExact(Math.max(1, reserve / log.segmentSize()));
    }

    /** Recycles segments and deletes files that are no longer needed. */
    void sweep() throws LedgerException {
        if (trust.lostBecause().isPresent() || ledgerQueue.failingBecause().isPresent()) {
            return;
        }
        List<Long> segments = finishedSegments();
        List<Long> withFile = ledger.finishedWithFile(FILES_AT_ONCE);
        // Always do this, so that a rebuilt ledger knows as much as possible. And do it before anything is recycled.
        if (!versions.write() || (segments.isEmpty() && withFile.isEmpty())) {
            return;
        }
        ledgerQueue.sync().join();
        if (!trust.confirm()) {
            return;
        }
        boolean keep = keeping.isOn();
        for (long segment : segments) {
            retire(segment, keep);
        }
        for (long id : withFile) {
            removeFile(id, keep);
        }
        if (keep) {
            syncKept();
        }
    }

    /** Otherwise a power failure could bring a segment back into the log, which costs the next start some time. */
    private void syncKept() {
        try {
            keeping.bytes().sync();
        } catch (IOException e) {
            LOG.warn("the folder of kept bytes cannot be synced: {}", e.toString());
        }
    }

    /** Gives up kept bytes that are too old, or too many, or whose space is needed. */
    void limitKept() throws LedgerException {
        if (trust.lostBecause().isEmpty()) {
            keeping.limit(spares);
        }
    }

    private List<Long> finishedSegments() throws LedgerException {
        // This order matters: the ledger's answer is at least as new as this position.
        LogPosition applied = ledgerQueue.applied();
        Map<Long, Long> unfinished = ledger.unfinishedBytesBySegment();
        unfinishedNow = unfinished.values().stream().mapToLong(bytes -> bytes).sum();
        List<Long> finished = new ArrayList<>();
        for (Map.Entry<Long, SealedSegment> sealed : log.sealed().entrySet()) {
            boolean known = sealed.getValue().appliedWith().compareTo(applied) <= 0;
            if (known && !unfinished.containsKey(sealed.getKey())) {
                finished.add(sealed.getKey());
            }
        }
        return finished;
    }

    /** Nobody can make a delivery pending again meanwhile; somebody may have done so since the ledger was asked. */
    private void retire(long segment, boolean keep) throws LedgerException {
        pins.alone(() -> {
            boolean free =
                    pins.isFree(segment) && !ledger.unfinishedBytesBySegment().containsKey(segment);
            if (free) {
                retireNow(segment, keep);
            }
            return free;
        });
    }

    /** As {@link #retire}. */
    private void removeFile(long id, boolean keep) throws LedgerException {
        pins.alone(() -> {
            boolean finished = ledger.finished(List.of(id)).contains(id);
            if (finished) {
                removeFileNow(id, keep);
            }
            return finished;
        });
    }

    private void removeFileNow(long id, boolean keep) {
        try {
            if (keep && files.keep(id, keeping.bytes(), keeping.now())) {
                ledgerQueue.submit(List.of(new Change.FileKept(id)));
            } else {
                files.delete(id);
                ledgerQueue.submit(List.of(new Change.FileDeleted(id)));
            }
        } catch (IOException e) {
            LOG.warn("cannot remove the file of finished instance {}; trying again", id, e);
        }
    }

    private void retireNow(long segment, boolean keep) {
        try {
            if (keep) {
                log.keep(segment, keeping.bytes());
                return;
            }
            log.retire(
                    segment, log.spareCount() < spares && space.closedBecause().isEmpty());
        } catch (IOException e) {
            LOG.warn("cannot recycle finished segment {}; trying again", segment, e);
        }
    }

    /**
     * Keeps spare segments ready, to save the committer this work. The first is made at once. The rest of the reserve
     * is made one by one while nothing is received or finished. Filling a segment takes disk time, and finished
     * segments soon give spares that are already filled. When space is short, spares are deleted.
     */
    void keepSpares() {
        LogPosition applied = ledgerQueue.applied();
        boolean quiet = applied.equals(lookedAt) && unfinishedNow == unfinishedThen;
        quietLooks = quiet ? Math.min(quietLooks + 1, QUIET_LOOKS) : 0;
        lookedAt = applied;
        unfinishedThen = unfinishedNow;
        int wanted = quietLooks == QUIET_LOOKS ? spares : 1;
        try {
            if (!space.allows(0)) {
                while (!space.allows(log.segmentSize()) && log.dropSpare()) {
                    space.look();
                }
            } else if (log.spareCount() < wanted && space.allows(2 * log.segmentSize())) {
                log.prepareSpare();
                space.look();
            }
        } catch (IOException e) {
            LOG.warn("cannot prepare a spare segment, trying again: {}", e.toString());
        }
    }
}
