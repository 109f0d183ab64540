package org.dicomgateway.spool;

import java.time.Instant;
import org.dicomgateway.dicom.Origin;
import org.dicomgateway.dicom.TransferSyntax;
import org.dicomgateway.dicom.Uid;

/**
 * One received instance, as the ledger knows it. Immutable: an instance received twice is two of these.
 *
 * @param id the spool's own key; grows with the order of receipt and is never used again
 * @param sopClass SOP Class UID
 * @param sopInstance SOP Instance UID
 * @param transferSyntax what the dataset is encoded in
 * @param studyInstanceUid Study Instance UID, or empty
 * @param seriesInstanceUid Series Instance UID, or empty
 * @param patientId Patient ID, or empty; never logged
 * @param accessionNumber Accession Number, or empty; never logged
 * @param modality Modality, or empty
 * @param origin the association that brought it
 * @param receivedAt when it was complete
 * @param datasetLength bytes of the dataset, without part-10 preamble and file meta information
 */
public record Instance(
        long id,
        Uid sopClass,
        Uid sopInstance,
        TransferSyntax transferSyntax,
        String studyInstanceUid,
        String seriesInstanceUid,
        String patientId,
        String accessionNumber,
        String modality,
        Origin origin,
        Instant receivedAt,
        long datasetLength) {

    /** The same, with its key. */
    Instance numbered(long key) {
        return new Instance(
                key,
                sopClass,
                sopInstance,
                transferSyntax,
                studyInstanceUid,
                seriesInstanceUid,
                patientId,
                accessionNumber,
                modality,
                origin,
                receivedAt,
                datasetLength);
    }
}
