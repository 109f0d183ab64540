package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.CheckedChooser;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger.Applied;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.jspecify.annotations.Nullable;

/**
 * Applies batches of changes, each in one transaction. For one thread. The class is long because one transaction
 * touches rows, totals and position together. What a kind of change decides is in other classes.
 */
public final class LedgerWriter implements AutoCloseable {

    static final int LONGEST_REASON = 500;

    private final Statements database;
    private final SeriesKeys series;
    private final LedgerTotals totals;
    private final ParkedDeliveries parked;
    private final LedgerHistory history;
    private final Affinities affinities;
    private final Completion completion;
    private final Placement placement;
    private final DeliveryEvents events;
    private final Versions versions;
    private final Discards discards;
    private final CopyRows copies;
    private final CommitmentRows commitments;
    private final Repeats repeats;
    private LogPosition position = LogPosition.START;
    private long lastInstance;

    /**
     * Takes over the connection.
     *
     * @param chooser chooses the destination of deliveries with several candidates
     */
    public LedgerWriter(Statements database, Chooser chooser) throws SQLException {
        this.database = database;
        this.series = new SeriesKeys(database);
        this.totals = new LedgerTotals(database);
        this.events = new DeliveryEvents(database);
        this.affinities = new Affinities(database);
        this.completion = new Completion(database, totals);
        this.versions = new Versions(database, totals, completion, events);
        this.placement =
                new Placement(database, totals, affinities, completion, events, versions, new CheckedChooser(chooser));
        this.parked = new ParkedDeliveries(database, totals, versions);
        this.discards = new Discards(database, totals, completion, events, versions.sent());
        this.copies = new CopyRows(database);
        this.commitments = new CommitmentRows(database);
        this.repeats = new Repeats(database, totals, events, versions, copies, commitments);
        this.history =
                new LedgerHistory(database, totals, series, affinities, events, versions.sent(), copies, commitments);
        readPosition();
    }

    /** Applies all changes. If it throws, none is applied. */
    Applied apply(List<Change> changes) throws SQLException {
        database.update("BEGIN IMMEDIATE");
        try {
            Set<String> due = new HashSet<>();
            long rows = 0;
            for (Change change : changes) {
                rows += apply(change, due);
            }
            totals.write();
            copies.writeTotals();
            database.update(
                    "UPDATE position SET segment = ?, record_offset = ?, last_instance = ?",
                    position.segment(),
                    position.offset(),
                    lastInstance);
            database.update("COMMIT");
            due.removeIf(destination -> !totals.isPresent(destination));
            return new Applied(rows, Set.copyOf(due), versions.takeSuperseded());
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(e);
            throw e;
        }
    }

    /**
     * Makes every earlier commit durable. A commit with synchronous = FULL syncs the whole write-ahead log. The log
     * holds all earlier commits that no checkpoint has synced yet. This costs one sync; a checkpoint would copy pages
     * and sync twice.
     *
     * @return the new count of syncs, at least {@code atLeast}
     */
    public long sync(long atLeast) throws SQLException {
        database.update("PRAGMA synchronous = FULL");
        try {
            database.update("UPDATE position SET syncs = max(syncs + 1, ?)", atLeast);
            return database.number("SELECT syncs FROM position");
        } finally {
            database.update("PRAGMA synchronous = NORMAL");
        }
    }

    /** Moves the write-ahead log into the database, as far as no reader holds an older state. */
    void checkpoint() throws SQLException {
        database.number("PRAGMA wal_checkpoint(PASSIVE)");
    }

    private long apply(Change change, Set<String> due) throws SQLException {
        if (change instanceof Change.Received received) {
            receive(received, due);
        } else if (change instanceof Change.Settled settled) {
            settle(settled, due);
        } else if (change instanceof Change.Moved moved) {
            move(moved.instanceId());
        } else if (change instanceof Change.FileDeleted deleted) {
            database.update(FILE_DELETED, deleted.instanceId());
        } else if (change instanceof Change.FileKept kept) {
            database.update(FILE_KEPT, kept.instanceId());
        } else if (change instanceof Change.Replanned replanned) {
            return replan(replanned, due);
        } else if (change instanceof Change.Retried retried) {
            return parked.retry(retried.selection(), retried.at(), due);
        } else if (change instanceof Change.DestinationsChanged changed) {
            return totals.destinationsChanged(changed.present(), due);
        } else if (change instanceof Change.Reconsidered reconsidered) {
            return placement.reconsider(reconsidered, due);
        } else if (change instanceof Change.Rerouted rerouted) {
            return placement.reroute(rerouted, due);
        } else if (change instanceof Change.Hastened hastened) {
            return hasten(hastened, due);
        } else if (change instanceof Change.HoursChanged changed) {
            return hoursChanged(changed, due);
        } else if (change instanceof Change.HandedOut handedOut) {
            versions.handedOut(handedOut.deliveries());
        } else if (change instanceof Change.SentAsNoted noted) {
            copies.sentAs(noted.deliveryId(), noted.destination(), noted.sentAs());
        } else if (change instanceof Change.SentAsWithdrawn withdrawn) {
            database.update(CopyRows.SENT_AS_WITHDRAWN, withdrawn.deliveryId(), withdrawn.destination());
        } else if (change instanceof Change.SentAsForgotten forgotten) {
            copies.sentAsForgotten(forgotten);
        } else if (change instanceof Change.Restarted restarted) {
            versions.restarted(restarted.at(), due);
        } else if (change instanceof Change.Sent sent) {
            versions.sentBefore(sent.versions(), sent.at(), due);
        } else if (change instanceof Change.Written written) {
            versions.sent().written(written.versions());
        } else if (change instanceof Change.Discarded discarded) {
            return discards.discard(discarded, due);
        } else if (change instanceof Change.Checked checked) {
            copies.checked(checked.result());
        } else if (change instanceof Change.CheckPostponed postponed) {
            copies.postpone(postponed.deliveryId(), postponed.until());
        } else if (change instanceof Change.CommitmentNoted noted) {
            commitments.note(noted.note());
        } else if (change instanceof Change.CommitmentsHastened hastened) {
            commitments.hasten(hastened.destination(), hastened.latest());
        } else if (change instanceof Change.SentAgain again) {
            return repeats.sendAgain(again, due);
        } else if (change instanceof Change.Forgotten forgotten) {
            return history.forget(forgotten.finishedBefore());
        }
        return 0;
    }

    private long hasten(Change.Hastened hastened, Set<String> due) throws SQLException {
        long latest = LedgerRows.notBefore(hastened.latest());
        due.addAll(database.list(row -> row.getString(1), WAITING_FOR_LATER, latest, hastened.destination()));
        return database.update(HASTENED, latest, hastened.destination());
    }

    private long hoursChanged(Change.HoursChanged changed, Set<String> due) throws SQLException {
        Set<String> routes = new HashSet<>();
        try (ResultSet row = database.query(PUT_OFF)) {
            while (row.next()) {
                routes.add(row.getString(1));
                due.add(row.getString(2));
            }
        }
        long moved = 0;
        for (String route : routes) {
            @Nullable Instant opening = changed.openings().get(route);
            moved += database.update(
                    PUT_OFF_UNTIL,
                    LedgerRows.notBefore(opening == null ? changed.at() : opening),
                    opening == null
                            ? null
                            : Settlement.Retry.untilOpen(route, opening).reason(),
                    route);
        }
        return moved;
    }

    /** The id makes this idempotent: an instance that is replayed from the log changes nothing. */
    private void receive(Change.Received received, Set<String> due) throws SQLException {
        StoredInstance stored = received.stored();
        Instance instance = stored.instance();
        Location.@Nullable InLog inLog = stored.location() instanceof Location.InLog log ? log : null;
        int added = database.update(
                RECEIVED,
                instance.id(),
                series.of(instance),
                instance.sopInstance().value(),
                instance.receivedAt().toEpochMilli(),
                instance.datasetLength(),
                stored.length(),
                stored.datasetOffset(),
                stored.crc32c(),
                inLog == null ? null : inLog.segment(),
                inLog == null ? null : inLog.offset(),
                inLog == null ? 1 : 0,
                received.plan().rulesVersion(),
                received.plan().deliveries().isEmpty() ? 0 : 1,
                stored.digest().map(DatasetDigest::number).orElse(null));
        if (added > 0) {
            if (inLog != null) {
                totals.inSegment(inLog.segment(), stored.length(), 1);
            }
            placement.plan(instance, received.plan(), due);
        }
        lastInstance = Math.max(lastInstance, instance.id());
        if (received.end().compareTo(position) > 0) {
            position = received.end();
        }
    }

    private void settle(Change.Settled settled, Set<String> due) throws SQLException {
        if (settled.settlement() instanceof Settlement.Parked parked) {
            Optional<String> refusing = placement.refused(settled, parked, due);
            if (refusing.isPresent()) {
                noteRefusal(settled, parked, refusing.get());
                return;
            }
        }
        Outcome outcome = Outcome.of(settled);
        boolean changed = settle(settled, outcome, LedgerRows.PENDING, due);
        if (!changed && outcome.state == LedgerRows.DELIVERED) {
            // It was parked in the meantime, but did arrive.
            changed = settle(settled, outcome, LedgerRows.PARKED, due);
        }
        if (changed && outcome.state == LedgerRows.DELIVERED) {
            completion.check(DeliveryId.instance(settled.deliveryId()), settled.at());
        }
    }

    /**
     * Settles a delivery that is in the state {@code from}.
     *
     * @return whether the delivery was in this state
     */
    private boolean settle(Change.Settled settled, Outcome outcome, int from, Set<String> due) throws SQLException {
        String destination;
        long bytes;
        boolean versioned;
        try (ResultSet row = database.query(
                SETTLED,
                outcome.state,
                outcome.counted,
                outcome.due,
                outcome.status,
                outcome.reason,
                outcome.state == LedgerRows.PENDING ? null : settled.at().toEpochMilli(),
                settled.deliveryId(),
                from)) {
            if (!row.next()) {
                return false;
            }
            destination = row.getString(1);
            bytes = row.getLong(2);
            versioned = row.getBoolean(3);
        }
        if (outcome.state != from) {
            totals.moved(destination, from, outcome.state, 1, bytes);
        }
        if (outcome.event != null) {
            events.happened(
                    settled.deliveryId(), outcome.event, destination, outcome.status, outcome.reason, settled.at());
        }
        if (outcome.state == LedgerRows.DELIVERED && settled.check().isPresent()) {
            copies.delivered(settled.deliveryId(), destination, settled.check().get());
        }
        if (outcome.state == LedgerRows.DELIVERED && settled.commitment().isPresent()) {
            commitments.delivered(
                    settled.deliveryId(),
                    destination,
                    settled.at(),
                    settled.commitment().get());
        }
        versions.settled(settled, outcome.state == LedgerRows.DELIVERED, destination, versioned, due);
        // Also when it is done or parked: a newer instance with the same SOP Instance UID may have waited for it.
        due.add(destination);
        return true;
    }

    private void noteRefusal(Change.Settled settled, Settlement.Parked refusal, String destination)
            throws SQLException {
        @Nullable Integer status = Outcome.status(refusal.status());
        String reason = Text.printable(refusal.reason(), LONGEST_REASON);
        database.update(
                "UPDATE delivery SET last_status = ?, last_error = ? WHERE id = ?",
                status,
                reason,
                settled.deliveryId());
        events.happened(settled.deliveryId(), DeliveryEvents.Kind.ATTEMPT, destination, status, reason, settled.at());
    }

    private void move(long instanceId) throws SQLException {
        try (ResultSet row =
                database.query("SELECT segment, length, finished_at FROM instance WHERE id = ?", instanceId)) {
            if (!row.next() || row.getObject(1) == null) {
                return;
            }
            if (row.getObject(3) == null) {
                totals.inSegment(row.getLong(1), row.getLong(2), -1);
            }
        }
        database.update("UPDATE instance SET segment = NULL, record_offset = NULL, file = 1 WHERE id = ?", instanceId);
    }

    private long replan(Change.Replanned replanned, Set<String> due) throws SQLException {
        if (replanned.plan().deliveries().isEmpty()) {
            return 0;
        }
        if (database.update(REPLANNED, replanned.plan().rulesVersion(), replanned.instanceId()) == 0) {
            return 0;
        }
        placement.plan(placement.instance(replanned.instanceId()), replanned.plan(), due);
        return 1;
    }

    private void rollBack(Throwable failure) {
        try {
            database.update("ROLLBACK");
        } catch (SQLException e) {
            failure.addSuppressed(e); // SQLite rolls back by itself when the disk is full or fails
        }
        try {
            versions.takeSuperseded();
            copies.rolledBack();
            series.forget();
            affinities.forgetRecent();
            totals.reload();
            readPosition();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private void readPosition() throws SQLException {
        try (ResultSet row = database.query("SELECT segment, record_offset, last_instance FROM position")) {
            if (!row.next()) {
                throw new SQLException("the ledger's table position is empty");
            }
            position = new LogPosition(row.getLong(1), row.getLong(2));
            lastInstance = row.getLong(3);
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }

    /** The values that a settlement writes into the delivery's row. */
    private record Outcome(
            int state,
            int counted,
            @Nullable Long due,
            @Nullable Integer status,
            @Nullable String reason,
            DeliveryEvents.@Nullable Kind event) {

        static Outcome of(Change.Settled settled) {
            return settled.settlement()
                    .match(
                            delivered -> new Outcome(LedgerRows.DELIVERED, 1, null, delivered.status(), null, null),
                            retry -> new Outcome(
                                    LedgerRows.PENDING,
                                    retry.counted() ? 1 : 0,
                                    LedgerRows.notBefore(retry.due()),
                                    status(retry.status()),
                                    Text.printable(retry.reason(), LONGEST_REASON),
                                    DeliveryEvents.Kind.ATTEMPT),
                            parked -> new Outcome(
                                    LedgerRows.PARKED,
                                    1,
                                    null,
                                    status(parked.status()),
                                    Text.printable(parked.reason(), LONGEST_REASON),
                                    DeliveryEvents.Kind.PARKED));
        }

        private static @Nullable Integer status(int status) {
            return status < 0 ? null : status;
        }
    }

    static final String RECEIVED = """
            INSERT INTO instance (id, series, sop_instance, received_at, dataset_length, length, dataset_offset, crc32c,
                                  segment, record_offset, file, rules_version, routed, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""";

    public static final String SETTLED = """
            UPDATE delivery SET state = ?, attempts = attempts + ?, due = coalesce(?, due), last_status = ?,
                                last_error = ?, settled_at = ?
            WHERE id = ? AND state = ? AND destination IS NOT NULL RETURNING destination, bytes, versioned""";

    private static final String WAITING_FOR_LATER = """
            SELECT DISTINCT destination FROM delivery INDEXED BY delivery_due
            WHERE state = 0 AND due > ?1 AND destination IS NOT NULL AND ?2 IN ('', destination)""";

    private static final String HASTENED = """
            UPDATE delivery INDEXED BY delivery_due SET due = ?1
            WHERE state = 0 AND due > ?1 AND (?2 = '' OR destination = ?2)""";

    /** Recognized by the reason, which names the row's own route: see {@link Settlement.Retry#untilOpen}. */
    private static final String IS_PUT_OFF =
            "state = 0 AND destination IS NOT NULL AND instr(last_error, 'route ' || route || ' is closed until ') = 1";

    private static final String PUT_OFF =
            "SELECT DISTINCT route, destination FROM delivery INDEXED BY delivery_waiting WHERE " + IS_PUT_OFF;

    private static final String PUT_OFF_UNTIL =
            "UPDATE delivery INDEXED BY delivery_waiting SET due = ?1, last_error = ?2 WHERE " + IS_PUT_OFF
                    + " AND route = ?3 AND due <> ?1";

    private static final String FILE_DELETED =
            "UPDATE instance SET file = 0 WHERE id = ? AND file > 0 AND finished_at IS NOT NULL";

    private static final String FILE_KEPT =
            "UPDATE instance SET file = 2 WHERE id = ? AND file = 1 AND finished_at IS NOT NULL";

    private static final String REPLANNED =
            "UPDATE instance SET routed = 1, rules_version = ? WHERE id = ? AND routed = 0";
}
