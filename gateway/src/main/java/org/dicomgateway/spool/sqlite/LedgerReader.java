package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.Ledger.DueDelivery;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.jspecify.annotations.Nullable;

/**
 * The queries of {@link Ledger} on one connection. For one thread at a time. The class is long because every query
 * stands beside its SQL; {@code LedgerQueryPlanTest} checks the plan of each.
 */
public final class LedgerReader implements AutoCloseable {

    private final Statements database;

    /** Takes over the connection. */
    public LedgerReader(Statements database) {
        this.database = database;
    }

    public LogPosition appliedPosition() throws SQLException {
        try (ResultSet row = database.query("SELECT segment, record_offset FROM position")) {
            return row.next() ? new LogPosition(row.getLong(1), row.getLong(2)) : LogPosition.START;
        }
    }

    /**
     * Walks the index delivery_due once per priority, so that urgent deliveries that are not due yet cost nothing. The
     * walk reads only ids. Details are read only for unclaimed deliveries. Each priority first gets its share; the most
     * urgent deliveries get the rest.
     */
    List<DueDelivery> due(String destination, Instant now, int max, Set<Long> claimed, long before)
            throws SQLException {
        List<DueDelivery> due = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        database.update("BEGIN");
        try {
            if (isHeld(destination)) {
                return due;
            }
            PriorityShares priorityShares = PriorityShares.of(max, before);
            List<Long> priorities = priorities(destination, priorityShares.count());
            for (int i = 0; i < priorities.size(); i++) {
                int share = i < priorities.size() - 1 ? priorityShares.of(i) : priorityShares.from(i);
                addDue(destination, priorities.get(i), now, due.size() + share, claimed, seen, due);
            }
            @Nullable Long priority = priorityBelow(destination, Long.MAX_VALUE);
            while (priority != null && due.size() < max) {
                addDue(destination, priority, now, max, claimed, seen, due);
                priority = priorityBelow(destination, priority);
            }
            return due;
        } finally {
            database.update("COMMIT");
        }
    }

    private List<Long> priorities(String destination, int max) throws SQLException {
        List<Long> priorities = new ArrayList<>();
        @Nullable Long priority = priorityBelow(destination, Long.MAX_VALUE);
        while (priority != null && priorities.size() < max) {
            priorities.add(priority);
            priority = priorityBelow(destination, priority);
        }
        return priorities;
    }

    private boolean isHeld(String destination) throws SQLException {
        try (ResultSet row = database.query("SELECT present FROM books WHERE destination = ?", destination)) {
            return row.next() && !row.getBoolean(1);
        }
    }

    private @Nullable Long priorityBelow(String destination, long bound) throws SQLException {
        try (ResultSet row = database.query(NEXT_PRIORITY, destination, bound)) {
            return row.next() ? row.getLong(1) : null;
        }
    }

    private void addDue(
            String destination,
            long priority,
            Instant now,
            int max,
            Set<Long> claimed,
            Set<Long> seen,
            List<DueDelivery> due)
            throws SQLException {
        try (ResultSet id = database.query(DUE, destination, priority, now.toEpochMilli())) {
            while (due.size() < max && id.next()) {
                long delivery = id.getLong(1);
                if (!claimed.contains(delivery) && seen.add(delivery)) {
                    addUnlessBehind(delivery, destination, due);
                }
            }
        }
    }

    private void addUnlessBehind(long delivery, String destination, List<DueDelivery> due) throws SQLException {
        try (ResultSet row = database.query(DUE_DETAILS, delivery)) {
            if (row.next()) {
                due.add(new DueDelivery(
                        delivery,
                        LedgerRows.stored(row),
                        row.getString("route"),
                        row.getInt("copy"),
                        destination,
                        row.getInt("attempts"),
                        row.getBoolean("versioned")));
            }
        }
    }

    /** The connection, for queries of one statement. */
    Statements database() {
        return database;
    }

    public List<StoredInstance> unfinished(long afterId, int max) throws SQLException {
        return database.list(LedgerRows::stored, UNFINISHED, afterId, max);
    }

    boolean knows(String sopInstance) throws SQLException {
        try (ResultSet row = database.query(Versions.OTHERS, sopInstance, NO_INSTANCE)) {
            return row.next();
        }
    }

    Optional<Instant> lastReceived(String study) throws SQLException {
        long at = database.number(LAST_RECEIVED, study);
        return at == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at));
    }

    List<SpoolView.Receipt> receivedAfter(long afterId, int max) throws SQLException {
        return database.list(
                row -> new SpoolView.Receipt(row.getLong(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3))),
                RECEIVED_AFTER,
                afterId,
                max);
    }

    /** The newest row of each series of the study, whose index ends with the key. */
    static final String LAST_RECEIVED = """
            SELECT max((SELECT i.received_at FROM instance i INDEXED BY instance_by_series WHERE i.series = s.id
                        ORDER BY i.id DESC LIMIT 1))
            FROM series s INDEXED BY series_by_study WHERE s.study_uid = ?""";

    static final String RECEIVED_AFTER = """
            SELECT i.id, s.study_uid, i.received_at FROM instance i NOT INDEXED CROSS JOIN series s ON s.id = i.series
            WHERE i.id > ? ORDER BY i.id LIMIT ?""";

    List<Long> open(String destination, Set<Long> except, int max) throws SQLException {
        List<Long> open = new ArrayList<>();
        for (String sql : List.of(OPEN_PENDING, OPEN_PARKED)) {
            try (ResultSet row = database.query(sql, destination)) {
                while (open.size() < max && row.next()) {
                    if (!except.contains(row.getLong(1))) {
                        open.add(row.getLong(1));
                    }
                }
            }
        }
        return open;
    }

    Map<Long, Long> unfinishedBytesBySegment() throws SQLException {
        Map<Long, Long> bytes = new HashMap<>();
        try (ResultSet row = database.query("SELECT sequence, bytes FROM segment")) {
            while (row.next()) {
                bytes.put(row.getLong(1), row.getLong(2));
            }
        }
        return bytes;
    }

    Set<Long> finished(Iterable<Long> instanceIds) throws SQLException {
        Set<Long> finished = new HashSet<>();
        for (Long id : instanceIds) {
            if (database.number(IS_FINISHED, id) > 0) {
                finished.add(id);
            }
        }
        return finished;
    }

    List<Ledger.PlacedDelivery> deliveries(long instanceId) throws SQLException {
        return database.list(
                row -> new Ledger.PlacedDelivery(
                        row.getLong("id"),
                        row.getString("route"),
                        Optional.ofNullable(row.getString("destination")).orElse(""),
                        LedgerRows.state(row.getInt("state")),
                        Optional.ofNullable(row.getString("why")).orElse(""),
                        CopyRows.lastCheck(row),
                        row.getObject("reported_at") == null
                                ? Optional.empty()
                                : Optional.of(CommitmentRows.said(row))),
                PLACED,
                instanceId);
    }

    Optional<Plan> plan(long instanceId) throws SQLException {
        List<Plan.PlannedDelivery> deliveries = DeliveryRow.of(database, instanceId).stream()
                .map(DeliveryRow::planned)
                .toList();
        return database.list(row -> new Plan(row.getLong(1), deliveries), RULES_OF, instanceId).stream()
                .findFirst();
    }

    static final String RULES_OF = "SELECT rules_version FROM instance WHERE id = ?";

    static final String PLACED = """
            SELECT d.id, d.route, d.destination, d.state, CASE WHEN d.state = 2 THEN d.last_error END AS why,
              m.reported_at, m.reason, c.state AS found, c.checked_at, c.how
            FROM delivery d NOT INDEXED LEFT JOIN copy c ON c.delivery = d.id LEFT JOIN commitment m ON m.delivery = d.id
            WHERE d.id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 ORDER BY d.id""";

    /** The count of syncs. 0 when the ledger is not complete yet. */
    public long syncs() throws SQLException {
        return database.number("SELECT syncs FROM position");
    }

    Map<String, SpoolView.Books> books() throws SQLException {
        Map<String, SpoolView.Books> books = new HashMap<>();
        try (ResultSet row = database.query(BOOKS)) {
            while (row.next()) {
                long pending = row.getLong("pending");
                books.put(
                        row.getString("destination"),
                        books(
                                row.getBoolean("present"),
                                row.getLong("received"),
                                row.getLong("delivered"),
                                pending,
                                row.getLong("parked"),
                                row.getLong("superseded"),
                                row.getLong("pending_bytes")));
            }
        }
        return books;
    }

    /**
     * Counts the rows and adds the counters of forgotten deliveries: received and delivered are totals over both. One
     * pass over the rows without sorting, for any number of destinations.
     */
    Map<String, SpoolView.Books> recount() throws SQLException {
        database.update("BEGIN");
        try {
            Map<String, Recount> counts = new HashMap<>();
            try (ResultSet row = database.query(FORGOTTEN)) {
                while (row.next()) {
                    counts.put(row.getString(1), new Recount(row.getBoolean(2), row.getLong(3), row.getLong(4)));
                }
            }
            try (ResultSet row = database.query(COUNTED)) {
                while (row.next()) {
                    counts.computeIfAbsent(row.getString(1), any -> new Recount(true, 0, 0))
                            .add(row.getInt(2), row.getLong(3));
                }
            }
            Map<String, SpoolView.Books> books = new HashMap<>();
            counts.forEach((destination, count) -> {
                if (count.received > 0) {
                    books.put(destination, count.books());
                }
            });
            return books;
        } finally {
            database.update("COMMIT");
        }
    }

    /** The sums of one destination. */
    /** Ids begin at 1. */
    private static final long NO_INSTANCE = 0;

    private static final class Recount {
        private final boolean present;
        private long received;
        private long delivered;
        private long pending;
        private long parked;
        private long superseded;
        private long pendingBytes;

        /**
         * Starts with the counters of forgotten deliveries.
         *
         * @param delivered forgotten deliveries that were delivered
         * @param superseded forgotten deliveries that were superseded
         */
        Recount(boolean present, long delivered, long superseded) {
            this.present = present;
            this.received = delivered + superseded;
            this.delivered = delivered;
            this.superseded = superseded;
        }

        void add(int state, long bytes) {
            received++;
            switch (state) {
                case LedgerRows.PENDING -> {
                    pending++;
                    pendingBytes += bytes;
                }
                case LedgerRows.DELIVERED -> delivered++;
                case LedgerRows.SUPERSEDED -> superseded++;
                default -> parked++;
            }
        }

        SpoolView.Books books() {
            return LedgerReader.books(present, received, delivered, pending, parked, superseded, pendingBytes);
        }
    }

    private static SpoolView.Books books(
            boolean present,
            long received,
            long delivered,
            long pending,
            long parked,
            long superseded,
            long pendingBytes) {
        return present
                ? new SpoolView.Books(received, delivered, pending, parked, 0, superseded, pendingBytes)
                : new SpoolView.Books(received, delivered, 0, parked, pending, superseded, 0);
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }

    // INDEXED BY (and NOT INDEXED: by key) fixes the index. Without statistics the planner takes any index that fits.

    public static final String NEXT_PRIORITY = """
            SELECT priority FROM delivery INDEXED BY delivery_due
            WHERE state = 0 AND destination = ? AND priority < ? ORDER BY priority DESC LIMIT 1""";

    public static final String DUE = """
            SELECT id FROM delivery INDEXED BY delivery_due
            WHERE state = 0 AND destination = ? AND priority = ? AND due <= ? ORDER BY due, id""";

    public static final String DUE_DETAILS = "SELECT " + LedgerRows.STORED + """
                    , d.route, d.copy, d.attempts, d.versioned
                    FROM delivery d JOIN instance i ON i.id = d.id / 1024 JOIN series s ON s.id = i.series
                    WHERE d.id = ?
                      AND NOT EXISTS (
                        SELECT 1 FROM delivery e NOT INDEXED
                        WHERE e.id BETWEEN i.id * 1024 AND d.id - 1 AND e.destination = d.destination AND e.state = 0)
                      AND (d.versioned = 0 OR NOT EXISTS (
                        SELECT 1 FROM instance o INDEXED BY instance_by_sop
                          CROSS JOIN delivery e NOT INDEXED
                        WHERE o.sop_instance = i.sop_instance AND o.finished_at IS NULL AND o.id < i.id
                          AND e.id BETWEEN o.id * 1024 AND o.id * 1024 + 1023
                          AND e.destination = d.destination AND e.state = 0))""";

    private static final String SELECT_STORED = "SELECT " + LedgerRows.STORED + " FROM instance i ";
    private static final String THEIR_SERIES = " JOIN series s ON s.id = i.series ";

    public static final String FIND =
            SELECT_STORED + THEIR_SERIES + "WHERE i.id = ? AND (i.finished_at IS NULL OR i.file = 1)";

    public static final String HELD = SELECT_STORED + "INDEXED BY instance_unrouted" + THEIR_SERIES
            + "WHERE i.routed = 0 AND i.id > ? ORDER BY i.id LIMIT ?";

    public static final String UNFINISHED_IN = SELECT_STORED + "INDEXED BY instance_in_segment" + THEIR_SERIES
            + "WHERE i.finished_at IS NULL AND i.segment = ? ORDER BY i.record_offset LIMIT ?";

    public static final String UNFINISHED = SELECT_STORED + "INDEXED BY instance_unfinished" + THEIR_SERIES
            + "WHERE i.finished_at IS NULL AND i.id > ? ORDER BY i.id LIMIT ?";

    public static final String FINISHED_WITH_FILE = """
            SELECT id FROM instance INDEXED BY instance_file_done
            WHERE finished_at IS NOT NULL AND file = 1 ORDER BY id LIMIT ?""";

    public static final String IS_FINISHED = "SELECT 1 FROM instance WHERE id = ? AND finished_at IS NOT NULL";

    static final String BOOKS = """
            SELECT destination, present, received, delivered, pending, pending_bytes, parked, superseded
            FROM books WHERE received > 0""";

    public static final String FORGOTTEN = "SELECT destination, present, forgotten, superseded_forgotten FROM books";

    public static final String COUNTED = """
            SELECT destination, state, bytes FROM delivery NOT INDEXED
            WHERE state IN (0, 1, 2, 5) AND destination IS NOT NULL""";

    public static final String UNASSIGNED = """
            SELECT id FROM delivery INDEXED BY delivery_waiting
            WHERE state = 0 AND destination IS NULL AND id > ? ORDER BY id LIMIT ?""";

    static final String COUNT_UNROUTED = "SELECT count(*) FROM instance INDEXED BY instance_unrouted WHERE routed = 0";

    public static final String COUNT_UNASSIGNED =
            "SELECT count(*) FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND destination IS NULL";

    public static final String MOVABLE = """
            SELECT id, route FROM delivery INDEXED BY delivery_movable
            WHERE state = 0 AND candidates IS NOT NULL AND destination = ? AND id > ? ORDER BY id LIMIT ?""";

    public static final String OPEN_PENDING =
            "SELECT id FROM delivery INDEXED BY delivery_due WHERE state = 0 AND destination = ?";

    public static final String OPEN_PARKED =
            "SELECT id FROM delivery INDEXED BY delivery_parked WHERE state = 2 AND destination = ?";
}
