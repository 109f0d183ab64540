package org.dicomgateway.spool.intake;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.spool.log.RecordHeader;

/** One unfinished record in pooled buffers: space for its header, then the body. For one thread. */
final class Gathered implements AutoCloseable {

    private final GatherBuffers pool;
    private final List<ByteBuffer> chunks = new ArrayList<>();

    Gathered(GatherBuffers pool) {
        this.pool = pool;
    }

    /**
     * Appends bytes to the body.
     *
     * @return how many bytes were appended; fewer than {@code length} when the budget is spent
     */
    int append(byte[] bytes, int offset, int length) {
        int taken = 0;
        while (taken < length) {
            ByteBuffer chunk = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
            if (chunk == null || !chunk.hasRemaining()) {
                Optional<ByteBuffer> next = pool.take();
                if (next.isEmpty()) {
                    return taken;
                }
                chunk = next.get();
                if (chunks.isEmpty()) {
                    chunk.position(RecordHeader.LENGTH);
                }
                chunks.add(chunk);
            }
            int n = Math.min(chunk.remaining(), length - taken);
            chunk.put(bytes, offset + taken, n);
            taken += n;
        }
        return taken;
    }

    /** The body so far, for writing or reading. */
    List<ByteBuffer> body() {
        List<ByteBuffer> body = new ArrayList<>(chunks.size());
        for (ByteBuffer chunk : chunks) {
            body.add(chunk.duplicate().flip().position(body.isEmpty() ? RecordHeader.LENGTH : 0));
        }
        return body;
    }

    /** The body so far, from {@code offset} on. */
    InputStream read(int offset) {
        return new BuffersInputStream(body(), offset);
    }

    /** Completes the record with metadata and padding. The header in the first buffer is filled in later. */
    List<ByteBuffer> finish(byte[] metadata) {
        long length = metadata.length;
        for (ByteBuffer chunk : chunks) {
            length += chunk.position();
        }
        byte[] tail = Arrays.copyOf(metadata, (int) (metadata.length + RecordHeader.aligned(length) - length));
        ByteBuffer last = chunks.get(chunks.size() - 1);
        List<ByteBuffer> record = new ArrayList<>(chunks);
        if (last.remaining() >= tail.length) {
            last.put(tail);
            record.forEach(ByteBuffer::flip);
        } else {
            record.forEach(ByteBuffer::flip);
            record.add(ByteBuffer.wrap(tail));
        }
        return record;
    }

    @Override
    public void close() {
        pool.giveBack(chunks);
        chunks.clear();
    }
}
