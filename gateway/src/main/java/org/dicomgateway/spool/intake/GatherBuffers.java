package org.dicomgateway.spool.intake;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;

/**
 * The bounded memory in which instances are gathered while they are received: direct buffers of one size, made when
 * first needed and then pooled. Nobody waits for one: without, an instance goes to a file of its own.
 */
public final class GatherBuffers {

    /** Bytes of a buffer. */
    public static final int CHUNK = 64 << 10;

    private static final int SCRATCH = 32 << 10;

    private final int max;
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private final Deque<byte[]> scratches = new ArrayDeque<>();
    private int made;

    /** @param budget in bytes, of all buffers together */
    public GatherBuffers(long budget) {
        this.max = (int) Math.min(Integer.MAX_VALUE, budget / CHUNK);
    }

    /** An empty buffer; nothing when the budget is spent. */
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

    /** Gives buffers back; nobody may use them any more. */
    void giveBack(Collection<ByteBuffer> buffers) {
        synchronized (free) {
            buffers.forEach(free::push);
        }
    }

    /** An array to read a stream with; there are never more of them than threads that receive at once. */
    byte[] takeScratch() {
        synchronized (scratches) {
            byte[] pooled = scratches.poll();
            return pooled != null ? pooled : new byte[SCRATCH];
        }
    }

    /** Gives the array back. */
    void giveBack(byte[] scratch) {
        synchronized (scratches) {
            scratches.push(scratch);
        }
    }
}
