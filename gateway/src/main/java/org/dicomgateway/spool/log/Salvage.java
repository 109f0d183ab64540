package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.function.LongConsumer;
import org.dicomgateway.spool.disk.DiskFile;

/** Reads as much of a file as the disk can read. A bad sector does not affect the others. */
public final class Salvage {

    /** The unit that is skipped when it cannot be read: a disk's sector is no larger. */
    static final int BLOCK = 4096;

    private Salvage() {}

    /** Reads these bytes of a file. Unreadable parts become zeros. Returns fewer bytes when the file ends before. */
    public static ByteBuffer read(DiskFile file, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        fill(file, bytes, from, block -> {});
        return bytes.flip();
    }

    /**
     * Fills the buffer from its beginning, up to the end of the file. Unreadable parts become zeros.
     *
     * @param unreadable gets the offset of each block that cannot be read
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

    /** Reads up to the next block boundary once more. If that fails, fills the range with zeros. */
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
