package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.spool.disk.DiskFile;

/**
 * The beginning of each segment; docs/spool-format.md has it byte by byte. Written and synced before the file gets its
 * name as a segment, and never changed after.
 *
 * @param sequence the segment's number, which is the epoch of its records
 * @param size bytes of the file
 * @param createdAt when it became a segment
 * @param firstInstanceId every instance id in it is at least this, every one before it smaller
 * @param previous how the segment before it ended
 */
public record SegmentHeader(long sequence, long size, Instant createdAt, long firstInstanceId, End previous) {

    /**
     * How a segment ended. That is known when its successor is made, and so its successor says it.
     *
     * @param sequence which segment, 0 for none
     * @param end where its last record ends: what lies behind was refused, whatever it looks like
     * @param syncedTo everything before was durable: what is damaged there had been answered with success
     */
    public record End(long sequence, long end, long syncedTo) {

        /** Before the first segment. */
        public static final End NONE = new End(0, 0, 0);
    }

    /** Bytes reserved for it, a whole block: records never share a block with it. */
    public static final int LENGTH = 4096;

    private static final int MAGIC = 0x44477367;
    private static final int VERSION = 1;
    private static final int CRC_AT = 64;
    private static final int USED = 68;

    /** Writes it to the beginning of a file. */
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

    /** Reads it; empty when the file is too short, or holds something else, or it is damaged. */
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
