package org.dicomgateway.spool.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.dicomgateway.spool.disk.DiskFile;

/** The segment that is being written. For the committer's thread. */
public final class Segment implements Closeable {

    private final SegmentHeader header;
    private final DiskFile file;
    private long end = SegmentHeader.LENGTH;

    public Segment(SegmentHeader header, DiskFile file) {
        this.header = header;
        this.file = file;
    }

    public long sequence() {
        return header.sequence();
    }

    Instant createdAt() {
        return header.createdAt();
    }

    /** The position of the next record. Everything before it is durable. */
    public LogPosition end() {
        return new LogPosition(sequence(), end);
    }

    public boolean isEmpty() {
        return end == SegmentHeader.LENGTH;
    }

    /** Whether records of this total length still fit. */
    public boolean fits(long length) {
        return end + length <= header.size();
    }

    /** Appends records and makes them durable. After a failure, do not use the segment again. */
    public void append(List<ByteBuffer> records) throws IOException {
        long length = 0;
        for (ByteBuffer buffer : records) {
            length += buffer.remaining();
        }
        file.writeFully(records.toArray(ByteBuffer[]::new), end);
        file.sync();
        end += length;
    }

    /** Overwrites the headers of records behind the end whose write failed, so that they cannot be read. */
    public void retract(List<Long> offsets) throws IOException {
        for (long offset : offsets) {
            file.writeFully(new ByteBuffer[] {ByteBuffer.allocate(RecordHeader.LENGTH)}, offset);
        }
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
