package org.dicomgateway.spool;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a ledger what the log holds that it does not know yet. */
final class Replay {

    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int BATCH = 1_000;

    private final Disk disk;
    private final Folders folders;
    private final LogFolder log;
    private final Ledger ledger;
    private final Set<Long> ownFiles;
    private final boolean rebuilding;
    private final List<Change> batch = new ArrayList<>();
    private final Set<Long> known = new HashSet<>();
    private SegmentHeader.End end = SegmentHeader.End.NONE;
    private long records;
    private long withoutFile;

    /** @param ownFiles instances that have a file of their own; what is in one need not be read from the log */
    Replay(Disk disk, Folders folders, LogFolder log, Ledger ledger, Set<Long> ownFiles, boolean rebuilding) {
        this.disk = disk;
        this.folders = folders;
        this.log = log;
        this.ledger = ledger;
        this.ownFiles = ownFiles;
        this.rebuilding = rebuilding;
    }

    /** Reads everything behind the ledger's position, and applies it. */
    void run() throws IOException, LedgerException {
        LogPosition applied = ledger.appliedPosition();
        for (long segment : log.segments().tailMap(applied.segment(), true).keySet()) {
            long from = segment == applied.segment()
                    ? Math.max(applied.offset(), SegmentHeader.LENGTH)
                    : SegmentHeader.LENGTH;
            replay(segment, from);
        }
        apply();
        if (withoutFile > 0) {
            LOG.warn(
                    "{} large instances of the log have no file any more; the new ledger is without them", withoutFile);
        }
        if (records > 0) {
            LOG.info("{} records of the log were applied to the ledger", records);
        }
    }

    private void replay(long segment, long from) throws IOException, LedgerException {
        try (DiskFile file = disk.read(folders.segment(segment))) {
            SegmentScan.Result scan = SegmentScan.scan(file, segment, from, log.endOf(segment));
            scan.problems().forEach(LOG::error);
            for (SegmentScan.Found found : scan.records()) {
                add(segment, found, file);
            }
            end = new SegmentHeader.End(segment, scan.end(), scan.syncedTo());
        }
    }

    private void add(long segment, SegmentScan.Found found, DiskFile file) throws IOException, LedgerException {
        long id = found.header().instanceId();
        boolean inOwnFile = ownFiles.contains(id);
        if (rebuilding && found.header().inFile() && !inOwnFile) {
            // Every delivery was done and the file deleted, or somebody took it: there is nothing to send.
            withoutFile++;
            return;
        }
        Optional<RecordMetadata> metadata = metadata(file, found, id);
        if (metadata.isEmpty()) {
            return;
        }
        Instance instance = metadata.get().instance(id, found.header().datasetLength());
        StoredInstance stored = found.header().stored(instance, new LogPosition(segment, found.offset()));
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

    private static Optional<RecordMetadata> metadata(DiskFile file, SegmentScan.Found found, long id)
            throws IOException {
        byte[] json = SegmentWindow.bytes(
                file,
                found.offset() + found.header().metadataAt(),
                found.header().metadataLength());
        try {
            return Optional.of(RecordMetadata.fromJson(json));
        } catch (IOException e) {
            LOG.error("instance {} cannot be taken from the log: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    private void apply() throws LedgerException {
        if (!batch.isEmpty()) {
            ledger.apply(batch);
            batch.clear();
        }
    }

    /** How the last segment that was read ended. */
    SegmentHeader.End end() {
        return end;
    }

    /** The instances that were found in the log. */
    Set<Long> known() {
        return known;
    }

    /** The segments as the log needs to know them, once everything is applied. */
    Map<Long, SegmentLog.SealedSegment> sealed(Instant now) {
        Map<Long, SegmentLog.SealedSegment> sealed = new TreeMap<>();
        log.segments()
                .forEach((number, header) -> sealed.put(
                        number,
                        new SegmentLog.SealedSegment(
                                LogPosition.START,
                                header.map(SegmentHeader::createdAt).orElse(now))));
        return sealed;
    }
}
