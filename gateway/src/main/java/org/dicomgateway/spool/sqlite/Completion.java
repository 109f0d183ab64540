package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** Detects when an instance has nothing left to deliver: its bytes are then no longer needed. */
public final class Completion {

    private final Statements database;
    private final LedgerTotals totals;

    Completion(Statements database, LedgerTotals totals) {
        this.database = database;
        this.totals = totals;
    }

    /**
     * Marks the instance as finished if all its deliveries are done. A merged delivery is done by another one; a
     * discarded or superseded one is no longer wanted.
     */
    void check(long instanceId, Instant at) throws SQLException {
        try (ResultSet row = database.query(FINISHED, instanceId, at.toEpochMilli())) {
            if (row.next() && row.getObject(1) != null) {
                totals.inSegment(row.getLong(1), row.getLong(2), -1);
            }
        }
    }

    public static final String FINISHED = """
            UPDATE instance SET finished_at = ?2
            WHERE id = ?1 AND finished_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM delivery NOT INDEXED
                              WHERE id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 AND state NOT IN (1, 3, 4, 5))
            RETURNING segment, length""";
}
