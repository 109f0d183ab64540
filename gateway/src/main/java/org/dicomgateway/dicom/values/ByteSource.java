package org.dicomgateway.dicom.values;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads numbers and blocks from a stream, up to a maximum number of bytes. */
public final class ByteSource {

    private static final int BUFFER = 8192;

    private final InputStream in;
    private final boolean bigEndian;
    private final byte[] buffer = new byte[BUFFER];
    private long budget;
    private long read;
    private int pos;
    private int end;

    public ByteSource(InputStream in, long maxBytes, boolean bigEndian) {
        this.in = in;
        this.budget = maxBytes;
        this.bigEndian = bigEndian;
    }

    /** The number of bytes read so far. */
    public long position() {
        return read - (end - pos);
    }

    /** Whether the maximum is reached, and not the end of the stream. */
    public boolean isSpent() {
        return budget == 0;
    }

    /** Whether nothing more can be read: the maximum or the end is reached. */
    public boolean isAtEnd() throws IOException {
        return pos == end && !fill();
    }

    public int u8() throws IOException {
        if (pos == end && !fill()) {
            throw new EOFException();
        }
        return buffer[pos++] & 0xFF;
    }

    public int u16() throws IOException {
        int first = u8();
        int second = u8();
        return bigEndian ? first << 8 | second : second << 8 | first;
    }

    public int i32() throws IOException {
        int first = u16();
        int second = u16();
        return bigEndian ? first << 16 | second : second << 16 | first;
    }

    public void readFully(byte[] target, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (pos == end && !fill()) {
                throw new EOFException();
            }
            int n = Math.min(length - done, end - pos);
            System.arraycopy(buffer, pos, target, offset + done, n);
            pos += n;
            done += n;
        }
    }

    public void skip(long length) throws IOException {
        long left = length;
        while (left > 0) {
            if (pos == end && !fill()) {
                throw new EOFException();
            }
            int n = (int) Math.min(left, end - pos);
            pos += n;
            left -= n;
        }
    }

    private boolean fill() throws IOException {
        int wanted = (int) Math.min(BUFFER, budget);
        int n = wanted == 0 ? -1 : in.read(buffer, 0, wanted);
        if (n <= 0) {
            return false;
        }
        pos = 0;
        end = n;
        read += n;
        budget -= n;
        return true;
    }
}
