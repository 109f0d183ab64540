package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads a range of a file. Unbuffered. Closing the stream does not close the file. */
public final class DiskInputStream extends InputStream {

    private final DiskFile file;
    private final long end;
    private long position;

    public DiskInputStream(DiskFile file, long from, long end) {
        this.file = file;
        this.position = from;
        this.end = end;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int count = (int) Math.min(length, end - position);
        if (count <= 0) {
            return length == 0 ? 0 : -1;
        }
        int n = file.read(ByteBuffer.wrap(bytes, offset, count), position);
        position += Math.max(0, n);
        return n;
    }
}
