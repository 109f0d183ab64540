package org.dicomgateway.spool.disk;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of the {@link Disk}. Any number of threads may read; one writes. */
public interface DiskFile extends Closeable {

    /** Writes what {@code buffers} hold from index {@code from} on, gathered in one call; may write less. */
    long write(ByteBuffer[] buffers, int from, long position) throws IOException;

    /** Reads into {@code buffer}; -1 at the end of the file; may read less than there is room for. */
    int read(ByteBuffer buffer, long position) throws IOException;

    /** Makes the bytes durable, and the length when it changed: fdatasync. */
    void sync() throws IOException;

    /** Makes the file this long, all zeros, with its blocks allocated: writing to it later changes no metadata. */
    void zeroFill(long length) throws IOException;

    /** Length in bytes. */
    long size() throws IOException;

    /** Writes all of {@code buffers}. */
    default void writeFully(ByteBuffer[] buffers, long position) throws IOException {
        long at = position;
        for (int from = 0; from < buffers.length; ) {
            if (!buffers[from].hasRemaining()) {
                from++;
                continue;
            }
            long written = write(buffers, from, at);
            if (written <= 0) {
                throw new IOException("the file system takes no bytes at offset " + at);
            }
            at += written;
        }
    }

    /** Fills {@code buffer}. @throws EOFException when the file ends before */
    default void readFully(ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int n = read(buffer, at);
            if (n < 0) {
                throw new EOFException("the file ends at offset " + at);
            }
            at += n;
        }
    }
}
