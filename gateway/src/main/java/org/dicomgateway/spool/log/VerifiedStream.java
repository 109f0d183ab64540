package org.dicomgateway.spool.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.disk.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a part-10 stream, or the part after its file meta information, and calculates the CRC32C of the whole stream. A
 * small stream is read and checked before the first byte is returned. Of a larger one, the last buffer is held back
 * until the checksum is known.
 */
final class VerifiedStream extends InputStream {

    private static final int WHOLE = ByteSize.MIB;
    private static final int WINDOW = 128 * ByteSize.KIB;

    private final DiskFile file;
    private final long bodyAt;
    private final StoredInstance stored;
    private final String what;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer window;
    private long checkedTo;

    /**
     * Opens the stream and skips the first bytes.
     *
     * @param file closed together with this stream
     * @param bodyAt where the part-10 stream begins in the file
     * @param skip bytes at the beginning that are checked but not returned
     * @param what the name of the instance in messages
     */
    VerifiedStream(DiskFile file, long bodyAt, StoredInstance stored, int skip, String what) throws IOException {
        this.file = file;
        this.bodyAt = bodyAt;
        this.stored = stored;
        this.what = what;
        this.window = ByteBuffer.allocate((int) Math.min(stored.length(), stored.length() <= WHOLE ? WHOLE : WINDOW))
                .limit(0);
        for (int left = skip; left > 0 || checkedTo == 0; ) {
            if (!window.hasRemaining() && !refill()) {
                break;
            }
            int n = Math.min(left, window.remaining());
            window.position(window.position() + n);
            left -= n;
        }
    }

    @Override
    public int read() throws IOException {
        return window.hasRemaining() || refill() ? window.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        if (count == 0) {
            return 0;
        }
        if (!window.hasRemaining() && !refill()) {
            return -1;
        }
        int n = Math.min(count, window.remaining());
        window.get(bytes, offset, n);
        return n;
    }

    @Override
    public int available() {
        return window.remaining();
    }

    /**
     * Reads and checks the next bytes.
     *
     * @return false at the end
     */
    private boolean refill() throws IOException {
        if (checkedTo == stored.length()) {
            return false;
        }
        window.clear().limit((int) Math.min(window.capacity(), stored.length() - checkedTo));
        try {
            file.readFully(window, bodyAt + checkedTo);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw damaged("cannot be read: " + e.getMessage(), e);
        }
        window.flip();
        crc.update(window.array(), 0, window.limit());
        checkedTo += window.limit();
        if (checkedTo == stored.length() && (int) crc.getValue() != stored.crc32c()) {
            throw damaged(
                    String.format(
                            "is damaged: its %d bytes have the CRC32C %08x, but %08x when they were received",
                            stored.length(), (int) crc.getValue(), stored.crc32c()),
                    null);
        }
        return true;
    }

    private DamagedInstanceException damaged(String how, @Nullable Throwable cause) {
        window.limit(0);
        checkedTo = stored.length();
        return new DamagedInstanceException(what + " " + how, cause);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
