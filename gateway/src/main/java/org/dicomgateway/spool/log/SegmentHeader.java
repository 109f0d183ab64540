package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.spool.disk.DiskFile;

/**
 * The beginning of each segment; docs/spool-format.md describes every byte. The header is written and synced before the
 * file gets its name as a segment, and never changes after that.
 *
 * @param sequence the segment's number, which is the epoch of its records
 * @param size bytes of the file
 * @param createdAt when the file became a segment
 * @param firstInstanceId no instance id in this segment is smaller; every id in earlier segments is
 * @param previous how the segment before it ended
 */
public record SegmentHeader(long sequence, long size, Instant createdAt, long firstInstanceId, End previous) {

    /**
     * Where a segment ended. This is known when its successor is created, so the successor's header stores it.
     *
     * @param sequence the number of the ended segment; 0 for none
     * @param end where its last record ends. Anything behind it was refused, even if it looks valid
     * @param syncedTo everything before this offset was durable. A damaged record there was answered with success
     */
    public record End(long sequence, long end, long syncedTo) {

        /** For the first segment, which has no predecessor. */
        public static final End NONE = new End(0, 0, 0);
    }

    /** Bytes reserved for the header: a whole block, so that no record shares it. */
    public static final int LENGTH = 4096;

    private static final int MAGIC = 0x44477367;
    private static final int VERSION = 1;
    private static final int CRC_AT = 64;
    private static final int USED = 68;

    /** Writes the header to the beginning of a file. */
    public void write(DiskFile file) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(LENGTH);
        block.putInt(MAGIC)
                .putInt(VERSION)
                .putLong(sequence)
                .putLong(size)
                .putLong(createdAt.toEpochMilli())
                .putLong(firstInstanceId)
                .putLong(previous.sequence())
                .putLong(previous.end())
                .putLong(previous.syncedTo());
        block.putInt(Checksum.of(block, 0, CRC_AT));
        file.writeFully(new ByteBuffer[] {block.rewind()}, 0);
    }

    /** Reads the header. Empty when the file is too short, the header is damaged, or it is not a segment header. */
    public static Optional<SegmentHeader> read(DiskFile file) throws IOException {
        if (file.size() < LENGTH) {
            return Optional.empty();
        }
        ByteBuffer block = ByteBuffer.allocate(USED);
        file.readFully(block, 0);
        if (block.getInt(0) != MAGIC
                || block.getInt(4) != VERSION
                || block.getInt(CRC_AT) != Checksum.of(block, 0, CRC_AT)) {
            return Optional.empty();
        }
        return Optional.of(new SegmentHeader(
                block.getLong(8),
                block.getLong(16),
                Instant.ofEpochMilli(block.getLong(24)),
                block.getLong(32),
                new End(block.getLong(40), block.getLong(48), block.getLong(56))));
    }
}
