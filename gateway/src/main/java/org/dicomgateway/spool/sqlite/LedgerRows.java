package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.StoredInstance;

/** Converts between table rows and the spool's records, and defines the numbers in the tables. */
public final class LedgerRows {

    public static final int PENDING = 0;
    static final int DELIVERED = 1;
    static final int PARKED = 2;
    static final int MERGED = 3;
    static final int DISCARDED = 4;
    static final int SUPERSEDED = 5;

    /** Not a state in a row: a pending delivery whose destination does not exist. */
    static final int HELD = 6;

    /** {@code instance.routed}: no rule applied, and an operator discarded the instance. */
    static final int UNROUTED_DISCARDED = 2;

    /** The columns that {@link #stored} reads, from the instance {@code i} and its series {@code s}. */
    static final String STORED = """
            i.id, s.sop_class, i.sop_instance, s.transfer_syntax, s.study_uid, s.series_uid, s.patient_id, \
            s.accession_number, s.modality, s.calling_ae, s.called_ae, s.remote_host, i.received_at, i.dataset_length, \
            i.segment, i.record_offset, i.file, coalesce(i.restored_length, i.length), \
            coalesce(i.restored_offset, i.dataset_offset), coalesce(i.restored_crc32c, i.crc32c), i.digest""";

    private LedgerRows() {}

    /** Reads the instance from a row that begins with the columns {@link #STORED}. */
    static StoredInstance stored(ResultSet row) throws SQLException {
        Instance instance = new Instance(
                row.getLong(1),
                Uid.of(row.getString(2)),
                Uid.of(row.getString(3)),
                TransferSyntax.of(row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                new Origin(AeTitle.of(row.getString(10)), AeTitle.of(row.getString(11)), row.getString(12)),
                Instant.ofEpochMilli(row.getLong(13)),
                row.getLong(14));
        Location location =
                row.getInt(17) > 0 ? new Location.InFile() : new Location.InLog(row.getLong(15), row.getLong(16));
        long number = row.getLong(21);
        Optional<DatasetDigest> digest = row.wasNull() ? Optional.empty() : Optional.of(DatasetDigest.of(number));
        return new StoredInstance(instance, location, row.getLong(18), row.getInt(19), row.getInt(20), digest);
    }

    /** The number of this state. {@link DeliveryState#HELD} has a number, but no row contains it. */
    public static int code(DeliveryState state) {
        return switch (state) {
            case PENDING -> PENDING;
            case DELIVERED -> DELIVERED;
            case PARKED -> PARKED;
            case MERGED -> MERGED;
            case DISCARDED -> DISCARDED;
            case SUPERSEDED -> SUPERSEDED;
            case HELD -> HELD;
        };
    }

    /** The state for this number. */
    public static DeliveryState state(int code) {
        return switch (code) {
            case PENDING -> DeliveryState.PENDING;
            case DELIVERED -> DeliveryState.DELIVERED;
            case PARKED -> DeliveryState.PARKED;
            case MERGED -> DeliveryState.MERGED;
            case DISCARDED -> DeliveryState.DISCARDED;
            case SUPERSEDED -> DeliveryState.SUPERSEDED;
            case HELD -> DeliveryState.HELD;
            default -> throw new IllegalArgumentException("no such state of a delivery: " + code);
        };
    }

    /** Converts a time to milliseconds and rounds up: nothing may happen before it. */
    public static long notBefore(Instant time) {
        long millis = time.toEpochMilli();
        return time.isAfter(Instant.ofEpochMilli(millis)) ? millis + 1 : millis;
    }
}
