package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.function.LongConsumer;
import org.dicomgateway.spool.disk.DiskFile;

/** Reads what can be read of a file: a sector that is gone costs the others nothing. */
public final class Salvage {

    /** What is given up at once: a disk's sector is no larger. */
    static final int BLOCK = 4096;

    private Salvage() {}

    /** These bytes of a file, zeros where it cannot be read; fewer when it ends before. */
    public static ByteBuffer read(DiskFile file, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        fill(file, bytes, from, block -> {});
        return bytes.flip();
    }

    /**
     * Fills the buffer from its beginning, as far as the file goes: zeros where it cannot be read.
     *
     * @param unreadable told where each block begins that cannot be read
     */
    static void fill(DiskFile file, ByteBuffer buffer, long from, LongConsumer unreadable) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining()) {
            long at = from + buffer.position();
            int before = buffer.position();
            try {
                if (file.read(buffer, at) < 0) {
                    return;
                }
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (IOException e) {
                buffer.position(before);
                fillBlock(file, buffer, at, unreadable);
            }
        }
    }

    /** Up to the next multiple of the block's length: once more by itself, and if that fails, zeros. */
    private static void fillBlock(DiskFile file, ByteBuffer buffer, long at, LongConsumer unreadable)
            throws IOException {
        int before = buffer.position();
        int length = (int) Math.min(BLOCK - at % BLOCK, buffer.remaining());
        int limit = buffer.limit();
        try {
            buffer.limit(before + length);
            if (file.read(buffer, at) < 0) {
                buffer.limit(before);
                return;
            }
            buffer.limit(limit);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            unreadable.accept(at);
            buffer.limit(limit).position(before);
            buffer.put(new byte[length]);
        }
    }
}
