package org.dicomgateway.spool.intake;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** Reads the contents of several buffers in order. */
final class BuffersInputStream extends InputStream {

    private final List<ByteBuffer> buffers;
    private int current;

    /**
     * Starts behind the skipped bytes.
     *
     * @param skip bytes to skip at the beginning
     */
    BuffersInputStream(List<ByteBuffer> buffers, long skip) {
        this.buffers = buffers;
        long left = skip;
        for (ByteBuffer buffer : buffers) {
            int n = (int) Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + n);
            left -= n;
        }
    }

    @Override
    public int read() {
        return advance() ? buffers.get(current).get() & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!advance()) {
            return -1;
        }
        ByteBuffer buffer = buffers.get(current);
        int n = Math.min(length, buffer.remaining());
        buffer.get(bytes, offset, n);
        return n;
    }

    private boolean advance() {
        while (current < buffers.size() && !buffers.get(current).hasRemaining()) {
            current++;
        }
        return current < buffers.size();
    }
}
