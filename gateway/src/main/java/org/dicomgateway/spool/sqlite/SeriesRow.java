package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;

/** A row of table {@code series}: what all instances of one series from one sender have in common. */
public record SeriesRow(
        String seriesInstanceUid,
        String studyInstanceUid,
        String patientId,
        String accessionNumber,
        String modality,
        Uid sopClass,
        TransferSyntax transferSyntax,
        Origin origin) {

    /** The columns, in the order of {@link #read} and {@link #values}. */
    public static final String COLUMNS = """
            series_uid, study_uid, patient_id, accession_number, modality, sop_class, transfer_syntax, calling_ae, \
            called_ae, remote_host""";

    static SeriesRow of(Instance instance) {
        return new SeriesRow(
                instance.seriesInstanceUid(),
                instance.studyInstanceUid(),
                instance.patientId(),
                instance.accessionNumber(),
                instance.modality(),
                instance.sopClass(),
                instance.transferSyntax(),
                instance.origin());
    }

    /** Reads a row that consists of {@link #COLUMNS}. */
    public static SeriesRow read(ResultSet row) throws SQLException {
        return new SeriesRow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Uid.of(row.getString(6)),
                TransferSyntax.of(row.getString(7)),
                new Origin(AeTitle.of(row.getString(8)), AeTitle.of(row.getString(9)), row.getString(10)));
    }

    Object[] values() {
        return new Object[] {
            seriesInstanceUid,
            studyInstanceUid,
            patientId,
            accessionNumber,
            modality,
            sopClass.value(),
            transferSyntax.uid().value(),
            origin.calling().value(),
            origin.called().value(),
            origin.remoteHost()
        };
    }

    /** Creates an instance of this series. */
    public Instance instance(long id, Uid sopInstance, Instant receivedAt, long datasetLength) {
        return new Instance(
                id,
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
