package org.dicomgateway.spool;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Outbox.SentAs;

/**
 * One received instance, as the ledger knows it. Immutable. An instance that is received twice gives two objects.
 *
 * @param id the spool's own key; increases in order of receipt and is never reused
 * @param sopClass SOP Class UID
 * @param sopInstance SOP Instance UID
 * @param transferSyntax the encoding of the dataset
 * @param studyInstanceUid Study Instance UID, or empty
 * @param seriesInstanceUid Series Instance UID, or empty
 * @param patientId Patient ID, or empty; never logged
 * @param accessionNumber Accession Number, or empty; never logged
 * @param modality Modality, or empty
 * @param origin the association that sent the instance
 * @param receivedAt the time when the instance was complete
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

    /**
     * The standard allows 64 characters at most. Longer values are cut here, for search only; the dataset keeps them.
     */
    private static final int MAX_VALUE = 256;

    /** This instance, as the forward log takes it. */
    public ForwardLog.Subject subject() {
        return new ForwardLog.Subject(
                sopInstance,
                studyInstanceUid,
                origin,
                datasetLength,
                Optional.of(receivedAt),
                accessionNumber,
                modality);
    }

    /** Creates an instance without a key. The time of receipt is cut to milliseconds. */
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

    /**
     * This instance as a destination knows it that was sent something else: with the UIDs, the transfer syntax and the
     * length of that.
     */
    public Instance sentAs(SentAs sentAs) {
        return new Instance(
                id,
                sopClass,
                sentAs.sopInstance(),
                sentAs.transferSyntax().orElse(transferSyntax),
                sentAs.studyInstanceUid(),
                sentAs.seriesInstanceUid(),
                patientId,
                accessionNumber,
                modality,
                origin,
                receivedAt,
                sentAs.length());
    }

    /** Returns a copy with this key. */
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
