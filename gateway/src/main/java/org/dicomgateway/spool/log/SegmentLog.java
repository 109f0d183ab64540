package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments: one that is being written, sealed segments before it, and a few spare ones. A segment is filled with
 * zeros in advance, or was used before. So a write changes no metadata of the file system, and one fdatasync is one
 * write to the disk. After a start, writing always begins in a new segment. If a write fails, its segment is sealed
 * where the last durable record ends, and the header of the next segment says where that is.
 *
 * <p>The committer's thread writes. Maintenance retires sealed segments and prepares spare ones.
 */
public final class SegmentLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    private final Disk disk;
    private final Folders folders;
    private final long segmentSize;
    private final InstantSource clock;
    private final NavigableMap<Long, SealedSegment> sealed = new ConcurrentSkipListMap<>();
    private final ConcurrentLinkedDeque<Path> spares = new ConcurrentLinkedDeque<>();
    private final AtomicLong numbers;
    private @Nullable Segment current;
    private SegmentHeader.End last;

    /**
     * Creates the log from the files on disk.
     *
     * @param found what recovery found in the log's folder
     */
    public SegmentLog(Disk disk, Folders folders, long segmentSize, InstantSource clock, FoundLog found) {
        this.disk = disk;
        this.folders = folders;
        this.segmentSize = segmentSize;
        this.clock = clock;
        this.numbers = new AtomicLong(found.highestNumber() + 1);
        this.last = found.end();
        this.sealed.putAll(found.sealed());
        this.spares.addAll(found.spares());
    }

    /** Returns a segment with room for a record of this length. Begins a new segment when needed. */
    public Segment current(long recordLength, long nextInstanceId) throws IOException {
        if (SegmentHeader.LENGTH + recordLength > segmentSize) {
            throw new IOException("a record of " + recordLength + " bytes does not fit a segment of " + segmentSize);
        }
        Segment open = current;
        if (open != null && open.fits(recordLength)) {
            return open;
        }
        seal();
        Segment begun = begin(nextInstanceId);
        current = begun;
        return begun;
    }

    /** Ends the current segment where its last durable record ends. */
    public void seal() {
        Segment full = current;
        if (full == null) {
            return;
        }
        current = null;
        long end = full.end().offset();
        last = new SegmentHeader.End(full.sequence(), end, end);
        sealed.put(
                full.sequence(), new SealedSegment(full.isEmpty() ? LogPosition.START : full.end(), full.createdAt()));
        try {
            full.close();
        } catch (IOException e) {
            LOG.warn("segment {} cannot be closed ({}); its records are durable", full.sequence(), e.toString());
        }
    }

    private Segment begin(long nextInstanceId) throws IOException {
        long sequence = numbers.getAndIncrement();
        Path prepared = prepared();
        Path named = folders.segment(sequence);
        SegmentHeader header = new SegmentHeader(sequence, segmentSize, clock.instant(), nextInstanceId, last);
        try {
            DiskFile file = disk.update(prepared);
            boolean done = false;
            try {
                header.write(file);
                file.sync();
                disk.rename(prepared, named);
                disk.syncDirectory(folders.log());
                done = true;
                return new Segment(header, file);
            } finally {
                if (!done) {
                    file.close();
                }
            }
        } catch (IOException e) {
            deleteQuietly(prepared);
            deleteQuietly(named);
            throw e;
        }
    }

    /** Takes a spare segment, or makes a new one. Deletes spares whose size is not the configured one. */
    private Path prepared() throws IOException {
        for (Path spare = spares.poll(); spare != null; spare = spares.poll()) {
            long size;
            try (DiskFile file = disk.read(spare)) {
                size = file.size();
            } catch (NoSuchFileException e) {
                LOG.warn("the spare segment {} is missing; another program has removed it", spare);
                continue;
            }
            if (size == segmentSize) {
                return spare;
            }
            disk.delete(spare);
        }
        return preallocate();
    }

    private Path preallocate() throws IOException {
        Path part = folders.segmentPart(numbers.getAndIncrement());
        try (DiskFile file = disk.create(part)) {
            file.zeroFill(segmentSize);
            file.sync();
            return part;
        } catch (IOException e) {
            deleteQuietly(part);
            throw e;
        }
    }

    private void deleteQuietly(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.warn("cannot remove {} ({}); it contains no instances", file, e.toString());
        }
    }

    /** Sealed segments, oldest first. */
    public Map<Long, SealedSegment> sealed() {
        return sealed;
    }

    public long segmentSize() {
        return segmentSize;
    }

    public int spareCount() {
        return spares.size();
    }

    /** Preallocates a spare segment, to save the committer this work. */
    public void prepareSpare() throws IOException {
        Path part = preallocate();
        long number =
                Folders.number(part.getFileName().toString(), Folders.PART).orElseThrow();
        try {
            disk.rename(part, folders.spare(number));
        } catch (IOException e) {
            deleteQuietly(part);
            throw e;
        }
        spares.add(folders.spare(number));
    }

    /**
     * Deletes a spare segment to free space.
     *
     * @return false when there was none
     */
    public boolean dropSpare() throws IOException {
        Path spare = spares.poll();
        return spare != null && disk.delete(spare);
    }

    /** Makes a sealed segment that is no longer needed a spare one, or deletes it. */
    public void retire(long sequence, boolean keepAsSpare) throws IOException {
        Path segment = folders.segment(sequence);
        if (keepAsSpare) {
            try {
                disk.rename(segment, folders.spare(sequence));
                spares.add(folders.spare(sequence));
            } catch (NoSuchFileException e) {
                LOG.warn("segment {} is missing; another program has removed it", sequence);
            }
        } else {
            disk.delete(segment);
        }
        sealed.remove(sequence);
    }

    /** Keeps a sealed segment that is no longer needed for delivery. */
    public void keep(long sequence, KeptBytes kept) throws IOException {
        try {
            kept.keep(KeptBytes.Kind.SEGMENT, sequence, folders.segment(sequence), segmentSize, clock.instant());
        } catch (NoSuchFileException e) {
            LOG.warn("segment {} is missing; another program has removed it", sequence);
        }
        sealed.remove(sequence);
    }

    /** Makes a segment that was kept until now a spare one. */
    public void reuse(KeptBytes.Kept segment, KeptBytes kept) throws IOException {
        kept.remove(segment);
        disk.rename(segment.path(), folders.spare(segment.number()));
        spares.add(folders.spare(segment.number()));
    }

    @Override
    public void close() {
        seal();
    }

    /**
     * A segment that is no longer written.
     *
     * @param appliedWith when the ledger has applied everything up to here, it knows every record of the segment
     */
    public record SealedSegment(LogPosition appliedWith, Instant createdAt) {}

    /**
     * What the start found in the log's folder.
     *
     * @param highestNumber the highest number that any segment ever had
     * @param end how the last segment ended
     */
    public record FoundLog(
            long highestNumber, SegmentHeader.End end, Map<Long, SealedSegment> sealed, List<Path> spares) {}
}
