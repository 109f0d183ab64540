package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyCommitments.Debt;
import org.dicomgateway.spool.CopyCommitments.Note;
import org.dicomgateway.spool.CopyCommitments.Owed;
import org.jspecify.annotations.Nullable;

/** What the destinations say that are asked for storage commitment: the table {@code commitment}. */
public final class CommitmentRows {

    private final Statements database;

    public CommitmentRows(Statements database) {
        this.database = database;
    }

    /** A delivery to a destination that is asked is done. */
    void delivered(long delivery, String destination, Instant at, Instant due) throws SQLException {
        database.update(DELIVERED, delivery, destination, at.toEpochMilli(), LedgerRows.notBefore(due));
    }

    /** A delivery is made again: what was said about it does not count any more. */
    void sentAgain(long delivery, Instant at) throws SQLException {
        database.update(SENT_AGAIN, at.toEpochMilli(), delivery);
    }

    /** See {@link org.dicomgateway.spool.CopyCommitments#note}. */
    void note(Note note) throws SQLException {
        @Nullable Long again = note.again().map(LedgerRows::notBefore).orElse(null);
        long delivered = note.deliveredAt().toEpochMilli();
        database.update(ASKED, note.requested() ? 1 : 0, again, note.deliveryId(), delivered);
        if (note.said().isPresent()) {
            Commitment said = note.said().get();
            @Nullable Integer reason = said.failure().map(FailureReason::code).orElse(null);
            database.update(SAID, said.at().toEpochMilli(), reason, note.deliveryId(), delivered);
        }
    }

    /** See {@link org.dicomgateway.spool.CopyCommitments#hasten}. */
    void hasten(String destination, Instant latest) throws SQLException {
        long due = LedgerRows.notBefore(latest);
        database.update(HASTEN, due, destination, due);
    }

    /** Removes the rows of an instance whose history is deleted. */
    void forget(long instance) throws SQLException {
        database.update(FORGET, instance);
    }

    /** See {@link org.dicomgateway.spool.CopyCommitments#owed}. */
    public static List<Owed> owed(Statements database, String destination, Instant until, int max) throws SQLException {
        Map<Long, Request> requests = new LinkedHashMap<>();
        try (ResultSet row = database.query(OWED, destination, until.toEpochMilli(), max)) {
            while (row.next()) {
                requests.put(
                        row.getLong(1),
                        new Request(
                                Instant.ofEpochMilli(row.getLong(2)),
                                Instant.ofEpochMilli(row.getLong(3)),
                                row.getInt(4),
                                row.getLong(5)));
            }
        }
        Map<Long, Copy> copies = new HashMap<>();
        CopyRows.of(database, List.copyOf(requests.keySet())).forEach(copy -> copies.put(copy.deliveryId(), copy));
        List<Owed> owed = new ArrayList<>();
        requests.forEach((delivery, request) -> {
            @Nullable Copy copy = copies.get(delivery);
            if (copy != null) {
                owed.add(request.of(copy));
            }
        });
        return owed;
    }

    /** @param sentAgainAt 0: it was not */
    private record Request(Instant deliveredAt, Instant due, int requests, long sentAgainAt) {

        Owed of(Copy copy) {
            Optional<Instant> again =
                    sentAgainAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(sentAgainAt));
            return new Owed(copy, deliveredAt, due, requests, again);
        }
    }

    /** See {@link org.dicomgateway.spool.CopyCommitments#debts}. */
    public static Map<String, Debt> debts(Statements database) throws SQLException {
        Map<String, Debt> debts = new HashMap<>();
        try (ResultSet row = database.query(DEBTS)) {
            while (row.next()) {
                long failed = row.getLong(3);
                debts.put(
                        row.getString(1),
                        new Debt(row.getLong(2) - failed, failed, Instant.ofEpochMilli(row.getLong(4))));
            }
        }
        return debts;
    }

    /** What was last said, from the columns {@code reported_at} and {@code reason}. */
    public static Commitment said(ResultSet row) throws SQLException {
        int reason = row.getInt("reason");
        Optional<FailureReason> failure = row.wasNull() ? Optional.empty() : Optional.of(new FailureReason(reason));
        return new Commitment(Instant.ofEpochMilli(row.getLong("reported_at")), failure);
    }

    private static final String DELIVERED = """
            INSERT INTO commitment (delivery, destination, delivered_at, due, requests) VALUES (?, ?, ?, ?, 0)
            ON CONFLICT (delivery) DO UPDATE SET destination = excluded.destination,
              delivered_at = excluded.delivered_at, due = excluded.due, requests = 0, reported_at = NULL, reason = NULL""";

    public static final String SENT_AGAIN = """
            UPDATE commitment SET delivered_at = 0, due = NULL, requests = 0, reported_at = NULL, reason = NULL,
                                  sent_again_at = ?
            WHERE delivery = ?""";

    public static final String ASKED =
            "UPDATE commitment SET requests = requests + ?, due = ? WHERE delivery = ? AND delivered_at = ?";

    public static final String SAID =
            "UPDATE commitment SET reported_at = ?, reason = ? WHERE delivery = ? AND delivered_at = ?";

    public static final String HASTEN =
            "UPDATE commitment INDEXED BY commitment_due SET due = ? WHERE destination = ? AND due > ?";

    public static final String FORGET = "DELETE FROM commitment WHERE delivery BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023";

    public static final String OWED = """
            SELECT delivery, delivered_at, due, requests, sent_again_at FROM commitment INDEXED BY commitment_due
            WHERE destination = ? AND due <= ? ORDER BY due LIMIT ?""";

    public static final String DEBTS = """
            SELECT destination, count(*), count(reason), min(delivered_at) FROM commitment INDEXED BY commitment_due
            WHERE due IS NOT NULL GROUP BY destination""";
}
