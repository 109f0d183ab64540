package org.dicomgateway.spool.disk;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of the {@link Disk}. Many threads may read at the same time; one thread writes. */
public interface DiskFile extends Closeable {

    /** Writes {@code buffers} from index {@code from} on, in one call. May write less than all. */
    long write(ByteBuffer[] buffers, int from, long position) throws IOException;

    /** Reads into {@code buffer}. May read less than fits; returns -1 at the end of the file. */
    int read(ByteBuffer buffer, long position) throws IOException;

    /** Makes the bytes durable, and the length if it changed: fdatasync. */
    void sync() throws IOException;

    /** Fills the file with zeros up to this length. This allocates its blocks, so later writes change no metadata. */
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
                throw new IOException("the file system accepts no bytes at offset " + at);
            }
            at += written;
        }
    }

    /**
     * Fills {@code buffer}.
     *
     * @throws EOFException when the file ends before
     */
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
