package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.disk.DiskFile;

/** Reads a segment from beginning to end with few calls. Unreadable bytes become zeros. For one thread. */
public final class SegmentWindow {

    private static final int SIZE = 256 * ByteSize.KIB;

    private final DiskFile file;
    private final ByteBuffer buffer = ByteBuffer.allocate(SIZE).limit(0);
    private final NavigableSet<Long> unreadable = new TreeSet<>();
    private long start;

    SegmentWindow(DiskFile file) {
        this.file = file;
    }

    /** Returns the buffer, positioned at these bytes of the file, which must exist. Valid until the next call. */
    ByteBuffer at(long offset, int length) throws IOException {
        if (offset < start || offset + length > start + buffer.limit()) {
            fill(offset, length);
        }
        return buffer.position((int) (offset - start));
    }

    private void fill(long offset, int atLeast) throws IOException {
        start = offset;
        Salvage.fill(file, buffer, offset, unreadable::add);
        buffer.flip();
        if (buffer.limit() < atLeast) {
            throw new IOException("the file ends at offset " + (start + buffer.limit()));
        }
    }

    /**
     * Whether the disk failed to read some of these bytes. Only bytes that were requested before count; they became
     * zeros.
     */
    boolean isUnreadable(long from, long to) {
        Long block = unreadable.lower(to);
        return block != null && block - block % Salvage.BLOCK + Salvage.BLOCK > from;
    }

    /** The checksum of a range of the file. */
    int crc32c(long offset, long length) throws IOException {
        CRC32C crc = new CRC32C();
        for (long done = 0; done < length; ) {
            ByteBuffer bytes = at(offset + done, 1);
            int n = (int) Math.min(bytes.remaining(), length - done);
            crc.update(bytes.duplicate().limit(bytes.position() + n));
            done += n;
        }
        return (int) crc.getValue();
    }

    /** The bytes of a range of the file. */
    public static byte[] bytes(DiskFile file, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.readFully(ByteBuffer.wrap(bytes), offset);
        return bytes;
    }
}
