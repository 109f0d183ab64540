package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.log.StoredInstance;

/** Makes delivered deliveries pending again, when their destination does not hold what it was sent. */
public final class Repeats {

    private final Statements database;
    private final LedgerTotals totals;
    private final DeliveryEvents events;
    private final Versions versions;
    private final CopyRows copies;
    private final CommitmentRows commitments;

    Repeats(
            Statements database,
            LedgerTotals totals,
            DeliveryEvents events,
            Versions versions,
            CopyRows copies,
            CommitmentRows commitments) {
        this.database = database;
        this.totals = totals;
        this.events = events;
        this.versions = versions;
        this.copies = copies;
        this.commitments = commitments;
    }

    /** See {@link Change.SentAgain}. Returns how many deliveries are pending again. */
    long sendAgain(Change.SentAgain change, Set<String> due) throws SQLException {
        long delivery = change.deliveryId();
        long instance = DeliveryId.instance(delivery);
        String reason = Text.printable(change.reason(), LedgerWriter.LONGEST_REASON);
        String destination;
        boolean versioned;
        try (ResultSet row = database.query(PENDING_AGAIN, LedgerRows.notBefore(change.at()), reason, delivery)) {
            if (!row.next()) {
                return 0;
            }
            destination = row.getString(1);
            totals.moved(destination, LedgerRows.DELIVERED, LedgerRows.PENDING, 1, row.getLong(2));
            versioned = row.getBoolean(3);
        }
        if (change.restored().isPresent()) {
            restored(change.restored().get());
        }
        try (ResultSet row = database.query(UNFINISHED, instance)) {
            if (row.next() && row.getObject(1) != null) {
                totals.inSegment(row.getLong(1), row.getLong(2), 1);
            }
        }
        copies.remove(delivery);
        commitments.sentAgain(delivery, change.at());
        events.happened(delivery, DeliveryEvents.Kind.SENT_AGAIN, destination, null, reason, change.at());
        if (versioned) {
            versions.review(instance, change.at(), due);
        }
        due.add(destination);
        return 1;
    }

    private void restored(StoredInstance stored) throws SQLException {
        long id = stored.instance().id();
        try (ResultSet row = database.query(WHERE_IT_WAITS, id)) {
            if (row.next()) {
                totals.inSegment(row.getLong(1), row.getLong(2), -1);
            }
        }
        database.update(
                RESTORED,
                stored.length(),
                stored.datasetOffset(),
                stored.crc32c(),
                stored.digest().map(DatasetDigest::number).orElse(null),
                id);
    }

    public static final String PENDING_AGAIN = """
            UPDATE delivery NOT INDEXED SET state = 0, candidates = NULL, refused = NULL, attempts = 0, due = ?, last_status = NULL, last_error = ?,
                                settled_at = NULL
            WHERE id = ? AND state = 1 RETURNING destination, bytes, versioned""";

    public static final String UNFINISHED = """
            UPDATE instance SET finished_at = NULL WHERE id = ? AND finished_at IS NOT NULL
            RETURNING segment, length""";

    private static final String WHERE_IT_WAITS =
            "SELECT segment, length FROM instance WHERE id = ? AND finished_at IS NULL AND segment IS NOT NULL";

    private static final String RESTORED = """
            UPDATE instance SET segment = NULL, record_offset = NULL, file = 1, restored_length = ?,
                                restored_offset = ?, restored_crc32c = ?, restored_digest = ?
            WHERE id = ?""";
}
