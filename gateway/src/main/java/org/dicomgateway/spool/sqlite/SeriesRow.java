package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;

/** What instances of one series, by one sender, have in common: a row of table {@code series}. */
public record SeriesRow(
        String seriesInstanceUid,
        String studyInstanceUid,
        String patientId,
        String accessionNumber,
        String modality,
        Uid sopClass,
        TransferSyntax transferSyntax,
        Origin origin) {

    /** Its columns, in the order that {@link #read} and {@link #values} have. */
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

    /** A row that has {@link #COLUMNS} and no others. */
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

    /** One of its instances. */
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
