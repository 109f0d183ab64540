package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.jspecify.annotations.Nullable;

/** Gives up deliveries permanently, on an operator's request. They leave the books, but keep their rows. */
public final class Discards {

    private final Statements database;
    private final LedgerTotals totals;
    private final Completion completion;
    private final DeliveryEvents events;
    private final SentVersions sent;

    Discards(
            Statements database, LedgerTotals totals, Completion completion, DeliveryEvents events, SentVersions sent) {
        this.database = database;
        this.totals = totals;
        this.completion = completion;
        this.events = events;
        this.sent = sent;
    }

    /**
     * See {@link Change.Discarded}.
     *
     * @param due gets the destinations for which something may have become due
     * @return how many deliveries and instances were discarded
     */
    long discard(Change.Discarded change, Set<String> due) throws SQLException {
        String reason = Text.printable(change.reason(), LedgerWriter.LONGEST_REASON);
        long count = 0;
        for (long id : change.deliveries()) {
            List<DeliveryRow> all = DeliveryRow.of(database, DeliveryId.instance(id));
            for (DeliveryRow row : all) {
                if (row.id() == id && (isStuck(row) || (change.again() && row.isPending()))) {
                    discard(row, reason, change.at(), due);
                    count++;
                }
            }
        }
        for (long id : change.instances()) {
            try (ResultSet row =
                    database.query(DISCARD_UNROUTED, id, change.at().toEpochMilli())) {
                if (row.next()) {
                    if (row.getObject(1) != null) {
                        totals.inSegment(row.getLong(1), row.getLong(2), -1);
                    }
                    count++;
                }
            }
        }
        return count;
    }

    private boolean isStuck(DeliveryRow row) {
        String destination = row.destination();
        return destination != null
                && (row.state() == LedgerRows.PARKED || (row.isPending() && !totals.isPresent(destination)));
    }

    private void discard(DeliveryRow row, String reason, Instant at, Set<String> due) throws SQLException {
        @Nullable String destination = row.destination();
        if (destination != null) {
            totals.taken(destination, row.state(), row.bytes());
            sent.givenUp(DeliveryId.instance(row.id()), destination);
            due.add(destination); // a newer instance with the same SOP Instance UID may have waited
        }
        database.update(DISCARD, reason, at.toEpochMilli(), row.id());
        events.happened(row.id(), DeliveryEvents.Kind.DISCARDED, destination, null, reason, at);
        completion.check(DeliveryId.instance(row.id()), at);
    }

    public static final String DISCARD = "UPDATE delivery SET state = 4, last_error = ?, settled_at = ? WHERE id = ?";

    public static final String DISCARD_UNROUTED = """
            UPDATE instance SET routed = 2, finished_at = ?2
            WHERE id = ?1 AND routed = 0 AND finished_at IS NULL RETURNING segment, length""";
}
