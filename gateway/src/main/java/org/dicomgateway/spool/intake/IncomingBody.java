package org.dicomgateway.spool.intake;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Handover.Left;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.RefusedException.Kind;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskInputStream;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.log.Checksum;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.RecordHeader;
import org.dicomgateway.spool.log.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The part-10 stream of one instance during receipt. It is gathered in memory. When it becomes too large, or the memory
 * is spent, it continues in a file. If it is closed before it is durable, nothing remains.
 */
final class IncomingBody implements AutoCloseable {

    private final InstanceFiles files;
    private final SpaceWatch space;
    private final long largeInstance;
    private final Gathered gathered;
    private final CRC32C crc = new CRC32C();
    private final CRC32 datasetCrc32 = new CRC32();
    private int prefixLength;
    private int prefixCrc;
    private InstanceFiles.@Nullable Part part;
    private long length;

    IncomingBody(GatherBuffers buffers, InstanceFiles files, SpaceWatch space, long largeInstance) {
        this.files = files;
        this.space = space;
        this.largeInstance = largeInstance;
        this.gathered = new Gathered(buffers);
    }

    /** Appends everything before the dataset. */
    void takePrefix(byte[] prefix) throws RefusedException {
        append(prefix, 0, prefix.length);
        prefixLength = prefix.length;
        prefixCrc = (int) crc.getValue();
    }

    /** Appends the next bytes of the dataset. */
    void take(byte[] bytes, int offset, int count) throws RefusedException {
        datasetCrc32.update(bytes, offset, count);
        append(bytes, offset, count);
    }

    private void append(byte[] bytes, int offset, int count) throws RefusedException {
        crc.update(bytes, offset, count);
        length += count;
        int taken = part == null && length <= largeInstance ? gathered.append(bytes, offset, count) : 0;
        if (taken == count) {
            return;
        }
        Optional<String> full = space.closedBecause();
        if (full.isPresent()) {
            throw new RefusedException(Kind.NO_SPACE, full.get(), null);
        }
        try {
            spill().write(ByteBuffer.wrap(bytes, offset + taken, count - taken));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private InstanceFiles.Part spill() throws IOException {
        InstanceFiles.Part open = part;
        if (open == null) {
            open = files.receive();
            part = open;
            open.write(gathered.body().toArray(ByteBuffer[]::new));
            gathered.close();
        }
        return open;
    }

    /** The bytes so far, from an offset on. */
    InputStream read(int offset) {
        InstanceFiles.Part open = part;
        return open == null
                ? gathered.read(offset)
                : new BufferedInputStream(new DiskInputStream(open.file(), offset, length));
    }

    long length() {
        return length;
    }

    /** CRC32C of the stream so far. */
    int crc32c() {
        return (int) crc.getValue();
    }

    /**
     * Completes the record. A body in a file is then durable, except for its name.
     *
     * @param takenOver what the replica knows of it, if the instance comes from there
     */
    Draft draft(Instance unnumbered, Plan plan, Optional<Left> takenOver) throws RefusedException {
        DatasetDigest digest = digest();
        byte[] json = RecordMetadata.json(unnumbered, plan, digest);
        InstanceFiles.Part open = part;
        RecordHeader header = new RecordHeader(
                open != null, 0, 0, 0, length, json.length, prefixLength, Checksum.of(json), (int) crc.getValue());
        if (open == null) {
            return new Draft(unnumbered, plan, digest, json, takenOver, header, gathered.finish(json), null);
        }
        try {
            open.complete();
        } catch (IOException e) {
            throw failed(e);
        }
        ByteBuffer record = ByteBuffer.allocate((int) header.recordLength());
        record.put(RecordHeader.LENGTH, json);
        return new Draft(unnumbered, plan, digest, json, takenOver, header, List.of(record), open);
    }

    /** Of the dataset alone. Only the CRC-32 needs its own pass over the bytes. */
    private DatasetDigest digest() {
        int crc32c = Checksum.ofEnd((int) crc.getValue(), prefixCrc, length - prefixLength);
        return new DatasetDigest((int) datasetCrc32.getValue(), crc32c);
    }

    private static RefusedException failed(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new RefusedException(Kind.CLOSED, "the receiving thread was interrupted", e);
        }
        Kind kind = Disk.isFull(e) ? Kind.NO_SPACE : Kind.FAULT;
        return new RefusedException(kind, "a large instance cannot be written to the spool: " + e, e);
    }

    @Override
    public void close() {
        gathered.close();
        if (part != null) {
            part.discard();
        }
    }
}
