package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.ledger.DeliveryId;

/**
 * Makes parked deliveries pending again. The cost grows with the number of selected deliveries, not with all parked
 * ones.
 */
public final class ParkedDeliveries {

    private final Statements database;
    private final LedgerTotals totals;
    private final Versions versions;

    ParkedDeliveries(Statements database, LedgerTotals totals, Versions versions) {
        this.database = database;
        this.totals = totals;
        this.versions = versions;
    }

    /**
     * Retries the selected deliveries from their first attempt. A delivery is superseded if a newer version was sent in
     * the meantime.
     *
     * @param due gets their destinations
     * @return how many deliveries were retried
     */
    long retry(SpoolView.Selection selection, Instant at, Set<String> due) throws SQLException {
        Parked parked = Parked.selectedBy(selection);
        String destination = selection.destination();
        String study = selection.studyInstanceUid();
        long delivery = selection.deliveryId();
        long count = 0;
        try (ResultSet row = database.query(parked.count(), destination, study, delivery)) {
            while (row.next()) {
                totals.moved(row.getString(1), LedgerRows.PARKED, LedgerRows.PENDING, row.getLong(2), row.getLong(3));
                due.add(row.getString(1));
                count += row.getLong(2);
            }
        }
        if (count > 0) {
            Set<Long> versioned = new LinkedHashSet<>(database.list(
                    row -> DeliveryId.instance(row.getLong(1)), parked.versioned(), destination, study, delivery));
            database.update(parked.noteRetry(), destination, study, delivery, LedgerRows.notBefore(at));
            database.update(parked.forgetSentAs(), destination, study, delivery, LedgerRows.notBefore(at));
            database.update(parked.retry(), destination, study, delivery, LedgerRows.notBefore(at));
            for (long instance : versioned) {
                versions.review(instance, at, due);
            }
        }
        return count;
    }

    /**
     * The shortest way to the selected deliveries. All use ?1 destination or empty, ?2 study or empty, ?3 delivery or
     * 0.
     */
    public enum Parked {
        ALL("INDEXED BY delivery_parked", "?1 = '' AND ?2 = '' AND ?3 = 0"),
        OF_DESTINATION("INDEXED BY delivery_parked", "destination = ?1 AND ?2 = '' AND ?3 = 0"),
        OF_STUDY("NOT INDEXED", """
                (?1 = '' OR destination = ?1) AND ?3 = 0 AND id IN (
                  SELECT d.id FROM series s INDEXED BY series_by_study
                    CROSS JOIN instance i INDEXED BY instance_by_series
                    CROSS JOIN delivery d NOT INDEXED
                  WHERE s.study_uid = ?2 AND i.series = s.id AND d.id BETWEEN i.id * 1024 AND i.id * 1024 + 1023)"""),
        ONE("NOT INDEXED", """
                (?1 = '' OR destination = ?1) AND id = ?3
                  AND (?2 = '' OR EXISTS (SELECT 1 FROM instance i JOIN series s ON s.id = i.series
                                          WHERE i.id = ?3 / 1024 AND s.study_uid = ?2))""");

        private final String index;
        private final String condition;

        Parked(String index, String condition) {
            this.index = index;
            this.condition = condition;
        }

        static Parked selectedBy(SpoolView.Selection selection) {
            if (selection.deliveryId() != 0) {
                return ONE;
            } else if (!selection.studyInstanceUid().isEmpty()) {
                return OF_STUDY;
            }
            return selection.destination().isEmpty() ? ALL : OF_DESTINATION;
        }

        public String count() {
            return "SELECT destination, count(*), sum(bytes) FROM delivery " + index + " WHERE state = 2 AND "
                    + condition + " GROUP BY destination";
        }

        public String versioned() {
            return "SELECT id FROM delivery " + index + " WHERE state = 2 AND versioned = 1 AND " + condition;
        }

        /** What an operator retries may be sent otherwise, by the rules as they are then. ?4 is not used. */
        public String forgetSentAs() {
            return "DELETE FROM sent_as WHERE ?4 = ?4 AND delivery IN (SELECT id FROM delivery " + index
                    + " WHERE state = 2 AND " + condition + ")";
        }

        String noteRetry() {
            return DeliveryEvents.retried(
                    "SELECT id, destination FROM delivery " + index + " WHERE state = 2 AND " + condition);
        }

        public String retry() {
            return "UPDATE delivery " + index
                    + " SET state = 0, attempts = 0, refused = NULL, due = ?4, settled_at = NULL WHERE state = 2 AND "
                    + condition;
        }
    }
}
