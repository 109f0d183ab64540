package org.dicomgateway.spool.log;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;

/**
 * The fixed first part of each record in the log; docs/spool-format.md describes every byte. The body follows, then the
 * metadata, then zeros up to the next multiple of 8.
 *
 * @param inFile whether the body is in the instance's own file, not in the log
 * @param epoch the sequence number of the segment that the record was written for. A recycled segment still contains
 *     older records with another epoch
 * @param instanceId the spool's key
 * @param syncedTo everything before this offset of the segment was durable when the record was written. A damaged
 *     record before it was answered with success. A damaged record after it may be the torn end of a last, unanswered
 *     write
 * @param bodyLength bytes of the part-10 stream
 * @param metadataLength bytes of the metadata
 * @param datasetOffset where the dataset begins in the part-10 stream
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

    /** The offset of the metadata from the beginning of the record. */
    public long metadataAt() {
        return LENGTH + (inFile ? 0 : bodyLength);
    }

    /** Bytes of the dataset alone. */
    public long datasetLength() {
        return bodyLength - datasetOffset;
    }

    /** The ledger's entry for a record that begins at {@code start}. */
    public StoredInstance stored(Instance instance, LogPosition start, Optional<DatasetDigest> digest) {
        Location location = inFile ? new Location.InFile() : new Location.InLog(start.segment(), start.offset());
        return new StoredInstance(instance, location, bodyLength, datasetOffset, bodyCrc, digest);
    }

    public static long aligned(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes the header at {@code index}. Does not change position and limit. */
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

    /** Reads the header at {@code index}. Empty when there is no header of this epoch, or it is damaged. */
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
