package org.dicomgateway.dicom.rewrite;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads numbers and blocks from a stream. For one thread. */
final class ElementSource {

    private static final int BUFFER = 32 << 10;

    private final InputStream in;
    private final boolean bigEndian;
    private final byte[] buffer = new byte[BUFFER];
    private long filled;
    private int pos;
    private int end;
    private @Nullable Tap tap;
    private int tapped;

    ElementSource(InputStream in, boolean bigEndian) {
        this.in = in;
        this.bigEndian = bigEndian;
    }

    /** Is given the bytes that pass. It may change them. */
    interface Tap {
        void pass(byte[] bytes, int offset, int count) throws IOException;
    }

    /** From here on, what is read or skipped also goes to {@code next}; null: nowhere. */
    void tap(@Nullable Tap next) throws IOException {
        flush();
        tap = next;
        tapped = pos;
    }

    private void flush() throws IOException {
        Tap to = tap;
        if (to != null && pos > tapped) {
            to.pass(buffer, tapped, pos - tapped);
        }
        tapped = pos;
    }

    boolean isBigEndian() {
        return bigEndian;
    }

    /** The number of bytes that were read. */
    long position() {
        return filled - (end - pos);
    }

    boolean isAtEnd() throws IOException {
        return pos == end && !fill();
    }

    int u8() throws IOException {
        need();
        return buffer[pos++] & 0xFF;
    }

    int u16() throws IOException {
        int first = u8();
        int second = u8();
        return bigEndian ? first << 8 | second : second << 8 | first;
    }

    int i32() throws IOException {
        int first = u16();
        int second = u16();
        return bigEndian ? first << 16 | second : second << 16 | first;
    }

    int tag() throws IOException {
        int group = u16();
        return group << 16 | u16();
    }

    /** Reads some bytes, at least one. */
    int read(byte[] target, int offset, int most) throws IOException {
        need();
        int n = Math.min(most, end - pos);
        System.arraycopy(buffer, pos, target, offset, n);
        pos += n;
        return n;
    }

    void skip(long length) throws IOException {
        for (long left = length; left > 0; ) {
            need();
            int n = (int) Math.min(left, end - pos);
            pos += n;
            left -= n;
        }
    }

    private void need() throws IOException {
        if (pos == end && !fill()) {
            throw new EOFException();
        }
    }

    private boolean fill() throws IOException {
        flush();
        int n = in.read(buffer, 0, buffer.length);
        if (n <= 0) {
            return false;
        }
        filled += n;
        pos = 0;
        tapped = 0;
        end = n;
        return true;
    }
}
