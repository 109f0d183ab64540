package org.dicomgateway.spool;

import org.dicomgateway.dicom.values.Uid;

/**
 * What a destination is sent instead of an instance: the output of its transforms. It is noted durably before the first
 * byte is sent, so that each attempt sends the same.
 *
 * @param version of the transforms that made it, with their keys
 * @param sopInstance the SOP Instance UID of what is sent
 * @param studyInstanceUid the Study Instance UID of what is sent, or empty
 * @param seriesInstanceUid the Series Instance UID of what is sent, or empty
 * @param digest of the dataset that is sent
 * @param length of the dataset that is sent, in bytes
 */
public record SentAs(
        String version,
        Uid sopInstance,
        String studyInstanceUid,
        String seriesInstanceUid,
        DatasetDigest digest,
        long length) {

    /** Whether both are the same bytes under the same UIDs, whatever transforms made them. */
    public boolean isSameAs(SentAs other) {
        return sopInstance.equals(other.sopInstance) && digest.equals(other.digest) && length == other.length;
    }
}
