package org.dicomgateway.spool.recovery;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.journal.FactJournal;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.LogFolder;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.RecordMetadata;
import org.dicomgateway.spool.log.SegmentHeader;
import org.dicomgateway.spool.log.SegmentLog;
import org.dicomgateway.spool.log.SegmentScan;
import org.dicomgateway.spool.log.SegmentWindow;
import org.dicomgateway.spool.log.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies those records of the log that the ledger does not have yet. */
final class Replay {

    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int BATCH = 1_000;

    private final Disk disk;
    private final Folders folders;
    private final LogFolder log;
    private final Ledger ledger;
    private final FactJournal journal;
    private final Set<Long> ownFiles;
    private final boolean rebuilding;
    private final List<Change> batch = new ArrayList<>();
    private final Set<Long> known = new HashSet<>();
    private SegmentHeader.End end = SegmentHeader.End.NONE;
    private final List<Fact.Unread> unread = new ArrayList<>();
    private long records;
    private long withoutFile;

    /**
     * Prepares the replay.
     *
     * @param ownFiles instances that have their own file; these are not read from the log
     */
    Replay(
            Disk disk,
            Folders folders,
            LogFolder log,
            Ledger ledger,
            FactJournal journal,
            Set<Long> ownFiles,
            boolean rebuilding) {
        this.disk = disk;
        this.folders = folders;
        this.log = log;
        this.ledger = ledger;
        this.journal = journal;
        this.ownFiles = ownFiles;
        this.rebuilding = rebuilding;
    }

    /**
     * Reads and applies everything behind the ledger's position. First reads again what earlier starts could not read.
     *
     * @param unreadBefore bytes that earlier starts could not use
     */
    void run(List<Fact.Unread> unreadBefore) throws LedgerException {
        LogPosition applied = ledger.appliedPosition();
        for (long segment : log.unreadable()) {
            unread.add(new Fact.Unread(segment, 0, SegmentHeader.LENGTH));
        }
        for (Fact.Unread again : unreadBefore) {
            boolean isRead = new LogPosition(again.segment(), again.from()).compareTo(applied) >= 0;
            if (!isRead
                    && again.from() >= SegmentHeader.LENGTH
                    && log.segments().containsKey(again.segment())) {
                replay(again.segment(), again.from(), again.to());
            }
        }
        for (long segment : log.segments().tailMap(applied.segment(), true).keySet()) {
            long from = segment == applied.segment()
                    ? Math.max(applied.offset(), SegmentHeader.LENGTH)
                    : SegmentHeader.LENGTH;
            end = replay(segment, from, Long.MAX_VALUE);
        }
        apply();
        if (withoutFile > 0) {
            LOG.warn(
                    "{} large instances of the log no longer have a file; the new ledger leaves them out", withoutFile);
        }
        if (records > 0) {
            LOG.info("{} records of the log were applied to the ledger", records);
        }
    }

    /**
     * Reads the records that begin in this range.
     *
     * @return how the segment ended
     */
    private SegmentHeader.End replay(long segment, long from, long to) throws LedgerException {
        try (DiskFile file = disk.read(folders.segment(segment))) {
            SegmentScan.Result scan = SegmentScan.scan(file, segment, from, log.endOf(segment));
            scan.problems().forEach(LOG::error);
            for (SegmentScan.Stretch stretch : scan.unread()) {
                if (stretch.from() < to) {
                    unread.add(new Fact.Unread(segment, stretch.from(), stretch.to()));
                }
            }
            for (SegmentScan.Found found : scan.records()) {
                if (found.offset() < to) {
                    add(segment, found, file);
                }
            }
            return new SegmentHeader.End(segment, scan.end(), scan.syncedTo());
        } catch (IOException e) {
            LOG.error(
                    "segment {} cannot be read from offset {} on. It may contain instances that were answered with "
                            + "success, so it is kept, and the next start reads it again",
                    segment,
                    from,
                    e);
            unread.add(new Fact.Unread(segment, from, to));
            return new SegmentHeader.End(segment, Long.MAX_VALUE, 0);
        }
    }

    private void add(long segment, SegmentScan.Found found, DiskFile file) throws LedgerException {
        long id = found.header().instanceId();
        boolean inOwnFile = ownFiles.contains(id);
        if (rebuilding && found.header().inFile() && !inOwnFile) {
            // All deliveries are done and the file was deleted, or someone removed it: nothing is left to send.
            withoutFile++;
            return;
        }
        Optional<RecordMetadata> metadata = metadata(file, found, id);
        if (metadata.isEmpty()) {
            unread.add(new Fact.Unread(segment, found.offset(), found.end()));
            return;
        }
        Instance instance = metadata.get().instance(id, found.header().datasetLength());
        StoredInstance stored = found.header()
                .stored(
                        instance,
                        new LogPosition(segment, found.offset()),
                        metadata.get().datasetDigest());
        if (rebuilding && inOwnFile) {
            stored = stored.inOwnFile();
        }
        known.add(id);
        records++;
        batch.add(new Change.Received(stored, metadata.get().plan(), new LogPosition(segment, found.end())));
        if (batch.size() == BATCH) {
            apply();
        }
    }

    private static Optional<RecordMetadata> metadata(DiskFile file, SegmentScan.Found found, long id) {
        try {
            byte[] json = SegmentWindow.bytes(
                    file,
                    found.offset() + found.header().metadataAt(),
                    found.header().metadataLength());
            return Optional.of(RecordMetadata.fromJson(json));
        } catch (IOException e) {
            LOG.error("instance {} cannot be read from the log, which keeps it: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    private void apply() throws LedgerException {
        if (!batch.isEmpty()) {
            noteUnread();
            ledger.apply(batch);
            batch.clear();
        }
    }

    /** The next start begins behind what is applied. What was left out before must be known by then. */
    private void noteUnread() throws LedgerException {
        try {
            List<Fact> found = new ArrayList<>(unread);
            found.removeAll(journal.facts());
            journal.add(found);
        } catch (IOException e) {
            throw new LedgerException("cannot note which bytes of the log could not be read: " + e.getMessage(), e);
        }
    }

    /** How the last segment ended. */
    SegmentHeader.End end() {
        return end;
    }

    /** The instances that the log contains. */
    Set<Long> known() {
        return known;
    }

    /** Unusable bytes that may have been answered with success. */
    List<Fact.Unread> unread() {
        return List.copyOf(unread);
    }

    /**
     * The segments, as the log needs them after all records are applied. Without segments that must not be reused
     * because some of their bytes cannot be read.
     */
    Map<Long, SegmentLog.SealedSegment> sealed(Instant now) {
        Map<Long, SegmentLog.SealedSegment> sealed = new TreeMap<>();
        log.segments()
                .forEach((number, header) -> sealed.put(
                        number,
                        new SegmentLog.SealedSegment(
                                LogPosition.START,
                                header.map(SegmentHeader::createdAt).orElse(now))));
        unread.forEach(kept -> sealed.remove(kept.segment()));
        return sealed;
    }
}
