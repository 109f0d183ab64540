package org.dicomgateway.spool;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

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

    /** Longer ones are against the standard (64 at most). They are cut here, for search only; the dataset keeps them. */
    private static final int MAX_VALUE = 256;

    /** What was received, before it is given a key; to the millisecond. */
    public static Instance unnumbered(InstanceHeader header, Origin origin, Instant receivedAt, long datasetLength) {
        return new Instance(
                0,
                header.sopClass(),
                header.sopInstance(),
                header.transferSyntax(),
                cut(header.studyInstanceUid()),
                cut(header.seriesInstanceUid()),
                cut(header.patientId()),
                cut(header.accessionNumber()),
                cut(header.modality()),
                origin,
                receivedAt.truncatedTo(ChronoUnit.MILLIS),
                datasetLength);
    }

    private static String cut(String value) {
        return value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE);
    }

    /** The same, with its key. */
    public Instance numbered(long key) {
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
