package org.dicomgateway.dicom.rewrite;

import java.io.IOException;
import java.io.InputStream;

/**
 * The deflated form of a stream, in stored blocks (RFC 1951 3.2.4), padded with NUL to an even length (PS3.5 A.5). The
 * same bytes always give the same form.
 */
final class StoredBlocks extends InputStream {

    private static final int LONGEST = 0xFFFF;
    private static final int HEADER = 5;

    private final InputStream plain;
    private final Runnable whenClosed;
    private final byte[] block = new byte[HEADER + LONGEST + 1];
    private int pos;
    private int end;
    private boolean last;
    private long written;

    /** @param whenClosed called at least once */
    StoredBlocks(InputStream plain, Runnable whenClosed) {
        this.plain = plain;
        this.whenClosed = whenClosed;
    }

    /** The length of the deflated form of so many bytes. */
    static long length(long plain) {
        long all = plain + HEADER * (plain / LONGEST + 1);
        return all + (all & 1);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (pos == end && !fill()) {
            return -1;
        }
        int n = Math.min(count, end - pos);
        System.arraycopy(block, pos, target, offset, n);
        pos += n;
        return n;
    }

    private boolean fill() throws IOException {
        if (last) {
            return false;
        }
        int n = plain.readNBytes(block, HEADER, LONGEST);
        last = n < LONGEST;
        block[0] = (byte) (last ? 1 : 0);
        block[1] = (byte) n;
        block[2] = (byte) (n >>> 8);
        block[3] = (byte) ~n;
        block[4] = (byte) (~n >>> 8);
        pos = 0;
        end = HEADER + n;
        written += end;
        if (last && (written & 1) == 1) {
            block[end++] = 0;
        }
        return true;
    }

    @Override
    public void close() {
        whenClosed.run();
    }
}
