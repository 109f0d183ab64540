package org.dicomgateway.spool.intake;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The limited memory in which instances are gathered during receipt: direct buffers of one size, created on demand and
 * then pooled. Taking a buffer never waits: without a free buffer, the instance goes to its own file.
 */
public final class GatherBuffers {

    /** The size of a buffer in bytes. */
    public static final int CHUNK = 64 * ByteSize.KIB;

    private static final int SCRATCH = 32 * ByteSize.KIB;

    private final int max;
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private final Deque<byte[]> scratches = new ArrayDeque<>();
    private int made;

    /**
     * Creates an empty pool.
     *
     * @param budget bytes of all buffers together
     */
    public GatherBuffers(long budget) {
        this.max = (int) Math.min(Integer.MAX_VALUE, budget / CHUNK);
    }

    /** Returns an empty buffer, or nothing when the budget is spent. */
    Optional<ByteBuffer> take() {
        synchronized (free) {
            ByteBuffer pooled = free.poll();
            if (pooled != null) {
                return Optional.of(pooled.clear());
            }
            if (made == max) {
                return Optional.empty();
            }
            made++;
        }
        return Optional.of(allocate());
    }

    private ByteBuffer allocate() {
        boolean done = false;
        try {
            ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
            done = true;
            return buffer;
        } finally {
            if (!done) {
                synchronized (free) {
                    made--;
                }
            }
        }
    }

    /** Returns buffers to the pool. The caller must not use them any more. */
    void giveBack(Collection<ByteBuffer> buffers) {
        synchronized (free) {
            buffers.forEach(free::push);
        }
    }

    /**
     * Returns an array for reading a stream. There are never more arrays than threads that receive at the same time.
     */
    byte[] takeScratch() {
        synchronized (scratches) {
            byte[] pooled = scratches.poll();
            return pooled != null ? pooled : new byte[SCRATCH];
        }
    }

    /** Returns the array to the pool. */
    void giveBack(byte[] scratch) {
        synchronized (scratches) {
            scratches.push(scratch);
        }
    }
}
