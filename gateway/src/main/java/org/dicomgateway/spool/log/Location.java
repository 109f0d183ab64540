package org.dicomgateway.spool.log;

/** The location of an instance's part-10 stream. */
public sealed interface Location {

    /**
     * In the log.
     *
     * @param segment the segment's sequence number, which is never reused
     * @param offset the offset of the record's header in the segment
     */
    record InLog(long segment, long offset) implements Location {}

    /** In its own file, named by the instance's id: streamed there because it was large, or moved out of the log. */
    record InFile() implements Location {}
}
