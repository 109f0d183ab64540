package org.dicomgateway.spool.ledger;

import java.util.List;

/**
 * A version of an instance that was sent to a destination.
 *
 * @param sopInstance the version's SOP Instance UID
 * @param destination where it was sent
 * @param instanceId the version's key in the spool; a higher key is newer
 * @param length of the part-10 stream
 * @param crc32c of the part-10 stream
 * @param isThere whether the destination confirmed that it has the version. False when no answer came: it may have it
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
