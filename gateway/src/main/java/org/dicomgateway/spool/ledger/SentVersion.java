package org.dicomgateway.spool.ledger;

import java.util.List;

/**
 * A version of an instance that was sent to a destination.
 *
 * @param sopInstance its SOP Instance UID
 * @param destination where to
 * @param instanceId the spool's key of it: the higher, the newer
 * @param length of its part-10 stream
 * @param crc32c of its part-10 stream
 * @param isThere whether the destination said that it has it; otherwise no answer came, and it may have it
 * @param older the instances that must not be sent there any more, unless their content is the same
 */
public record SentVersion(
        String sopInstance,
        String destination,
        long instanceId,
        long length,
        int crc32c,
        boolean isThere,
        List<Long> older) {

    /** Copies the list. */
    public SentVersion {
        older = List.copyOf(older);
    }
}
