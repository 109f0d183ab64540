package org.dicomgateway.spool.log;

/** Where the part-10 stream of an instance lies. */
public sealed interface Location {

    /**
     * In the log.
     *
     * @param segment the segment's sequence number, which is never used again
     * @param offset of the record's header within the segment
     */
    record InLog(long segment, long offset) implements Location {}

    /** In a file of its own, named by the instance's id: streamed there because it was large, or moved out of the log. */
    record InFile() implements Location {}
}
