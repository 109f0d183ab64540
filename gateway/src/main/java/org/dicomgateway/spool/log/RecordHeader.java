package org.dicomgateway.spool.log;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.dicomgateway.spool.Instance;

/**
 * The fixed beginning of each record of the log; docs/spool-format.md has it byte by byte. Body and metadata follow it,
 * in this order, then zeros up to the next multiple of 8.
 *
 * @param inFile the body is not in the log but in the instance's own file
 * @param epoch the sequence of the segment the record was written for: tells it from what a recycled segment held before
 * @param instanceId the spool's key
 * @param syncedTo everything before this offset of the segment was durable when the record was written. A damaged
 *     record before it had been answered with success; one after it may be the torn end of a last, unanswered write
 * @param bodyLength bytes of the part-10 stream
 * @param metadataLength bytes of the metadata
 * @param datasetOffset where in the part-10 stream the dataset begins
 * @param metadataCrc CRC32C of the metadata
 * @param bodyCrc CRC32C of the part-10 stream
 */
public record RecordHeader(
        boolean inFile,
        long epoch,
        long instanceId,
        long syncedTo,
        long bodyLength,
        int metadataLength,
        int datasetOffset,
        int metadataCrc,
        int bodyCrc) {

    /** Bytes of a header. */
    public static final int LENGTH = 64;

    /** Every record begins at a multiple of this. */
    static final int ALIGNMENT = 8;

    /** {@code DGrc}, the first four bytes. */
    static final int MAGIC = 0x44477263;

    private static final short VERSION = 1;
    private static final short IN_FILE = 1;
    private static final int CRC_AT = 60;

    /** Bytes of the whole record, padding included. */
    public long recordLength() {
        return aligned(LENGTH + (inFile ? 0 : bodyLength) + metadataLength);
    }

    /** Where the metadata begins, from the beginning of the record. */
    public long metadataAt() {
        return LENGTH + (inFile ? 0 : bodyLength);
    }

    /** Bytes of the dataset alone. */
    public long datasetLength() {
        return bodyLength - datasetOffset;
    }

    /** What the ledger keeps of a record that begins at {@code start}. */
    public StoredInstance stored(Instance instance, LogPosition start) {
        Location location = inFile ? new Location.InFile() : new Location.InLog(start.segment(), start.offset());
        return new StoredInstance(instance, location, bodyLength, datasetOffset, bodyCrc);
    }

    public static long aligned(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes the header at {@code index}, leaving position and limit alone. */
    public void encode(ByteBuffer buffer, int index) {
        buffer.putInt(index, MAGIC)
                .putShort(index + 4, VERSION)
                .putShort(index + 6, inFile ? IN_FILE : 0)
                .putLong(index + 8, epoch)
                .putLong(index + 16, instanceId)
                .putLong(index + 24, syncedTo)
                .putLong(index + 32, bodyLength)
                .putInt(index + 40, metadataLength)
                .putInt(index + 44, datasetOffset)
                .putInt(index + 48, metadataCrc)
                .putInt(index + 52, bodyCrc)
                .putInt(index + 56, 0)
                .putInt(index + CRC_AT, Checksum.of(buffer, index, CRC_AT));
    }

    /** The header at {@code index}; empty when there is none of this epoch, or it is damaged. */
    public static Optional<RecordHeader> decode(ByteBuffer buffer, int index, long epoch) {
        if (buffer.getInt(index) != MAGIC
                || buffer.getLong(index + 8) != epoch
                || buffer.getShort(index + 4) != VERSION
                || buffer.getInt(index + CRC_AT) != Checksum.of(buffer, index, CRC_AT)) {
            return Optional.empty();
        }
        RecordHeader header = new RecordHeader(
                (buffer.getShort(index + 6) & IN_FILE) != 0,
                epoch,
                buffer.getLong(index + 16),
                buffer.getLong(index + 24),
                buffer.getLong(index + 32),
                buffer.getInt(index + 40),
                buffer.getInt(index + 44),
                buffer.getInt(index + 48),
                buffer.getInt(index + 52));
        return header.isPlausible() ? Optional.of(header) : Optional.empty();
    }

    private boolean isPlausible() {
        return instanceId > 0
                && bodyLength >= 0
                && metadataLength >= 0
                && datasetOffset >= 0
                && datasetOffset <= bodyLength;
    }
}
