package org.dicomgateway.spool.log;

/** A place in the log. The ledger has applied everything before its own position. */
public record LogPosition(long segment, long offset) implements Comparable<LogPosition> {

    /** Before the first record of the first segment. */
    public static final LogPosition START = new LogPosition(0, 0);

    @Override
    public int compareTo(LogPosition other) {
        int bySegment = Long.compare(segment, other.segment);
        return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
    }
}
