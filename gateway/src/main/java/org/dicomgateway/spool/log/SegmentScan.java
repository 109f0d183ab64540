package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.spool.disk.DiskFile;

/**
 * Finds the records of a segment and reports damage. Verifies every checksum.
 *
 * <p>Damage can mean two things. If a later record, or the header of the next segment, shows that the damaged part was
 * durable, an acknowledged instance is damaged. If its metadata is readable, the instance is kept, so that its
 * deliveries end up parked. Otherwise the scan skips to the next valid header. Behind the durable part, the damage is
 * the torn end of a last write that was not answered; it is left out. Exception: if the disk cannot read the bytes,
 * they may have been answered with success, and count as if they were. All damage is reported.
 */
public final class SegmentScan {

    /**
     * A record.
     *
     * @param intact whether the body matches the checksum in the header; true when the body is in a file
     */
    public record Found(long offset, RecordHeader header, boolean intact) {

        public long end() {
            return offset + header.recordLength();
        }
    }

    /**
     * The result of a scan.
     *
     * @param records in the order of the log
     * @param end where the last record ends, or where the scan began
     * @param syncedTo everything before this offset was durable
     * @param unread unusable bytes that may have been answered with success
     * @param problems descriptions of damaged or torn parts, for an operator
     */
    public record Result(List<Found> records, long end, long syncedTo, List<Stretch> unread, List<String> problems) {}

    /** A range of bytes in a segment. */
    public record Stretch(long from, long to) {}

    private final SegmentWindow window;
    private final long epoch;
    private final long limit;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** A place with a header, or, without one, a place where a header should be. */
    private record Candidate(long offset, long end, Optional<RecordHeader> header, boolean readable, boolean intact) {}

    private SegmentScan(DiskFile file, long epoch, long limit) {
        this.window = new SegmentWindow(file);
        this.epoch = epoch;
        this.limit = limit;
    }

    /**
     * Scans a segment.
     *
     * @param from the offset of a record
     * @param end how the segment ended, if known
     */
    public static Result scan(DiskFile file, long sequence, long from, Optional<SegmentHeader.End> end)
            throws IOException {
        long limit = Math.min(file.size(), end.map(SegmentHeader.End::end).orElse(Long.MAX_VALUE));
        SegmentScan scan = new SegmentScan(file, sequence, limit);
        scan.collect(from, end.isPresent());
        long syncedTo = Math.max(from, end.map(SegmentHeader.End::syncedTo).orElse(0L));
        for (Candidate candidate : scan.candidates) {
            syncedTo = Math.max(
                    syncedTo, candidate.header.map(RecordHeader::syncedTo).orElse(0L));
        }
        return scan.judge(from, syncedTo);
    }

    private void collect(long from, boolean full) throws IOException {
        long at = from;
        while (at + RecordHeader.LENGTH <= limit) {
            Optional<RecordHeader> header = header(at);
            if (header.isPresent()) {
                candidates.add(check(at, header.get()));
                at += header.get().recordLength();
                continue;
            }
            long next = nextHeader(at + RecordHeader.ALIGNMENT);
            if (next < 0) {
                if (full || looksLikeOurs(at) || window.isUnreadable(at, at + RecordHeader.LENGTH)) {
                    candidates.add(new Candidate(at, limit, Optional.empty(), false, false));
                }
                return;
            }
            candidates.add(new Candidate(at, next, Optional.empty(), false, false));
            at = next;
        }
    }

    private Optional<RecordHeader> header(long at) throws IOException {
        ByteBuffer buffer = window.at(at, RecordHeader.LENGTH);
        return RecordHeader.decode(buffer, buffer.position(), epoch)
                .filter(header -> header.recordLength() <= limit - at);
    }

    private Candidate check(long at, RecordHeader header) throws IOException {
        boolean readable = window.crc32c(at + header.metadataAt(), header.metadataLength()) == header.metadataCrc();
        boolean intact =
                header.inFile() || window.crc32c(at + RecordHeader.LENGTH, header.bodyLength()) == header.bodyCrc();
        return new Candidate(at, at + header.recordLength(), Optional.of(header), readable, intact);
    }

    private long nextHeader(long from) throws IOException {
        for (long at = from; at + RecordHeader.LENGTH <= limit; at += RecordHeader.ALIGNMENT) {
            ByteBuffer buffer = window.at(at, RecordHeader.LENGTH);
            if (buffer.getInt(buffer.position()) == RecordHeader.MAGIC
                    && header(at).isPresent()) {
                return at;
            }
        }
        return -1;
    }

    /** Whether a header of this segment was begun here. Anything else in a recycled segment is from an older epoch. */
    private boolean looksLikeOurs(long at) throws IOException {
        ByteBuffer buffer = window.at(at, RecordHeader.LENGTH);
        int p = buffer.position();
        return buffer.getInt(p) == RecordHeader.MAGIC && buffer.getLong(p + 8) == epoch;
    }

    private Result judge(long from, long syncedTo) {
        List<Found> records = new ArrayList<>();
        List<Stretch> unread = new ArrayList<>();
        long end = from;
        for (Candidate candidate : candidates) {
            boolean acknowledged = candidate.offset < syncedTo || isUnreadable(candidate);
            if (candidate.header.isPresent() && candidate.readable && (candidate.intact || acknowledged)) {
                Found found = new Found(candidate.offset, candidate.header.get(), candidate.intact);
                records.add(found);
                end = found.end();
            } else if (acknowledged) {
                unread.add(new Stretch(candidate.offset, candidate.end));
                // The header of the next segment must not say that this part was empty.
                end = candidate.end;
            }
            report(candidate, acknowledged);
        }
        return new Result(records, end, Math.min(syncedTo, Math.max(end, from)), unread, problems);
    }

    /** Bytes that the disk cannot read may have been answered with success. */
    private boolean isUnreadable(Candidate candidate) {
        return window.isUnreadable(candidate.offset, candidate.end);
    }

    private void report(Candidate candidate, boolean acknowledged) {
        String what = candidate
                .header
                .map(header -> "instance " + header.instanceId())
                .orElseGet(() -> "the range up to offset " + candidate.end);
        String where = " at offset " + candidate.offset + " of segment " + epoch;
        if (candidate.header.isPresent() && candidate.readable && candidate.intact) {
            return;
        }
        if (!acknowledged) {
            problems.add(what + where + " is the torn end of a write that was not answered with success; ignored");
        } else if (candidate.header.isPresent() && candidate.readable) {
            problems.add(what + where + " is damaged; its deliveries will be parked");
        } else {
            problems.add(what + where + (isUnreadable(candidate) ? " cannot be read" : " is damaged beyond use")
                    + ": an instance that was answered with success may be LOST. The segment is kept");
        }
    }
}
