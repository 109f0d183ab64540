package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.DatasetStream;
import org.dicomgateway.spool.disk.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a part-10 stream, or what follows its file meta information, and takes the CRC32C of all of it on the way. What
 * is small is read and checked before the first byte is given; of what is not, the last buffer is kept back until the
 * checksum is known.
 */
final class VerifiedStream extends DatasetStream {

    private static final int WHOLE = 1 << 20;
    private static final int WINDOW = 128 << 10;

    private final DiskFile file;
    private final long bodyAt;
    private final StoredInstance stored;
    private final long length;
    private final String what;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer window;
    private long checkedTo;

    /**
     * @param file closed with this
     * @param bodyAt where in the file the part-10 stream begins
     * @param skip bytes at its beginning to be checked, and not given
     * @param what for messages
     */
    VerifiedStream(DiskFile file, long bodyAt, StoredInstance stored, int skip, String what) throws IOException {
        this.file = file;
        this.bodyAt = bodyAt;
        this.stored = stored;
        this.length = stored.length() - skip;
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
    public long length() {
        return length;
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

    /** Brings the next bytes. @return false at the end */
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
                            "is damaged: its %d bytes have the CRC32C %08x, and were received with %08x",
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
