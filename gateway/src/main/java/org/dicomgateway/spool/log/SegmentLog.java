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
 * The row of segments: one that is written, sealed ones before it, and a few spare ones. A segment is preallocated and
 * filled with zeros, or was used before, so that writing to it changes no metadata of the file system and one fdatasync
 * is one write to the disk. After a start writing always begins in a new segment; a segment in which a write failed is
 * sealed where its last durable record ends, and its successor's header says where that is.
 *
 * <p>The committer's thread writes; maintenance retires sealed segments and prepares spare ones.
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

    /** @param found what recovery found in the log's folder */
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

    /** The segment to write to, with room for a record of this length: begins a new one when there is none. */
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

    /** Writes no more to the current segment: it ends where its last durable record ends. */
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

    /** A spare segment, or a new one. Spares of another size than is configured now go. */
    private Path prepared() throws IOException {
        for (Path spare = spares.poll(); spare != null; spare = spares.poll()) {
            long size;
            try (DiskFile file = disk.read(spare)) {
                size = file.size();
            } catch (NoSuchFileException e) {
                LOG.warn("{} was removed by somebody else", spare);
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
            LOG.warn("cannot remove {} ({}); it holds nothing", file, e.toString());
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

    /** Preallocates a spare segment, so that the committer need not. */
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

    /** Gives up a spare segment for the sake of free space. @return false when there was none */
    public boolean dropSpare() throws IOException {
        Path spare = spares.poll();
        return spare != null && disk.delete(spare);
    }

    /** A sealed segment that nobody needs any more becomes a spare one, or goes. */
    public void retire(long sequence, boolean keepAsSpare) throws IOException {
        Path segment = folders.segment(sequence);
        if (keepAsSpare) {
            try {
                disk.rename(segment, folders.spare(sequence));
                spares.add(folders.spare(sequence));
            } catch (NoSuchFileException e) {
                LOG.warn("segment {} was removed by somebody else", sequence);
            }
        } else {
            disk.delete(segment);
        }
        sealed.remove(sequence);
    }

    @Override
    public void close() {
        seal();
    }

    /**
     * A segment that is not written any more.
     *
     * @param appliedWith once the ledger has applied everything up to here, it knows every record in it
     */
    public record SealedSegment(LogPosition appliedWith, Instant createdAt) {}

    /**
     * What there was at the start.
     *
     * @param highestNumber the highest number any segment ever had
     * @param end how the last segment ended
     */
    public record FoundLog(
            long highestNumber, SegmentHeader.End end, Map<Long, SealedSegment> sealed, List<Path> spares) {}
}
