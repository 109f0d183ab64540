package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Copies.Checked;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.log.StoredInstance;
import org.jspecify.annotations.Nullable;

/**
 * What the destinations were sent, if not the instance itself, and whether they hold it: the tables {@code sent_as} and
 * {@code copy}, and its totals.
 */
public final class CopyRows {

    private final Statements database;
    private final Map<Total, Long> changed = new HashMap<>();

    private record Total(String destination, int state) {}

    public CopyRows(Statements database) {
        this.database = database;
    }

    /** The number of this state in the table. */
    private static int code(CopyState state) {
        return switch (state) {
            case UNCHECKED -> 0;
            case VERIFIED -> 1;
            case MISSING -> 2;
            case DIFFERING -> 3;
            case UNVERIFIABLE -> 4;
            case REPLACED -> 5;
        };
    }

    /** The state for this number. */
    /** The last check, by the columns found, checked_at and how; without its details. */
    static Optional<FoundCheck> lastCheck(ResultSet row) throws SQLException {
        return row.getObject("checked_at") == null
                ? Optional.empty()
                : Optional.of(new FoundCheck(
                        state(row.getInt("found")),
                        Instant.ofEpochMilli(row.getLong("checked_at")),
                        Optional.ofNullable(row.getString("how")).orElse(""),
                        ""));
    }

    public static CopyState state(int code) {
        return switch (code) {
            case 0 -> CopyState.UNCHECKED;
            case 1 -> CopyState.VERIFIED;
            case 2 -> CopyState.MISSING;
            case 3 -> CopyState.DIFFERING;
            case 4 -> CopyState.UNVERIFIABLE;
            case 5 -> CopyState.REPLACED;
            default -> throw new IllegalArgumentException("no such state of a copy: " + code);
        };
    }

    /** See {@link Change.SentAsNoted}. */
    void sentAs(long delivery, String destination, SentAs sentAs) throws SQLException {
        database.update(
                SENT_AS_NOTED,
                delivery,
                destination,
                sentAs.version(),
                sentAs.sopInstance().value(),
                sentAs.studyInstanceUid(),
                sentAs.seriesInstanceUid(),
                sentAs.digest().number(),
                sentAs.length(),
                sentAs.transferSyntax().map(TransferSyntax::toString).orElse(null));
    }

    /** See {@link Change.SentAsForgotten}. */
    void sentAsForgotten(Change.SentAsForgotten change) throws SQLException {
        database.update(SENT_AS_FORGOTTEN, change.destination(), change.version(), change.others());
    }

    /** See {@link org.dicomgateway.spool.ledger.Ledger#sentAs}. */
    static Optional<SentAs> sentAs(Statements database, long delivery, String destination) throws SQLException {
        return database.list(CopyRows::sentAs, SENT_AS, delivery, destination).stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The columns of {@code sent_as}, by their names; empty when there is no row. */
    private static Optional<SentAs> sentAs(ResultSet row) throws SQLException {
        @Nullable String version = row.getString("sent_version");
        return version == null
                ? Optional.empty()
                : Optional.of(new SentAs(
                        version,
                        Uid.of(row.getString("sent_sop")),
                        row.getString("sent_study"),
                        row.getString("sent_series"),
                        DatasetDigest.of(row.getLong("sent_digest")),
                        row.getLong("sent_length"),
                        Optional.ofNullable(row.getString("sent_syntax")).map(TransferSyntax::of)));
    }

    /** A delivery to a destination that is checked is done. */
    void delivered(long delivery, String destination, Instant due) throws SQLException {
        remove(delivery);
        database.update(DELIVERED, delivery, destination, due.toEpochMilli());
        count(destination, code(CopyState.UNCHECKED), 1);
    }

    /** Notes the result of a check, if the delivery is still delivered, and was not made again since. */
    void checked(Checked result) throws SQLException {
        String destination;
        try (ResultSet row =
                database.query(DELIVERED_AT, result.deliveryId(), result.at().toEpochMilli())) {
            if (!row.next()) {
                return;
            }
            destination = row.getString(1);
        }
        remove(result.deliveryId());
        database.update(
                CHECKED,
                result.deliveryId(),
                destination,
                code(result.state()),
                result.again().map(LedgerRows::notBefore).orElse(null),
                result.at().toEpochMilli(),
                Text.printable(result.how(), LedgerWriter.LONGEST_REASON),
                Text.printable(result.detail(), LedgerWriter.LONGEST_REASON),
                result.md5().orElse(null));
        count(destination, code(result.state()), 1);
    }

    /** See {@link org.dicomgateway.spool.Copies#postpone}. */
    void postpone(long delivery, Instant until) throws SQLException {
        database.update(POSTPONE, LedgerRows.notBefore(until), delivery);
    }

    /** Removes the row of a delivery that is no longer delivered. */
    void remove(long delivery) throws SQLException {
        removeAll(REMOVE, delivery);
    }

    /** Removes the rows of an instance whose history is deleted. */
    void forget(long instance) throws SQLException {
        removeAll(FORGET, instance);
        database.update(FORGET_SENT_AS, instance);
    }

    private void removeAll(String sql, long key) throws SQLException {
        try (ResultSet row = database.query(sql, key)) {
            while (row.next()) {
                count(row.getString(1), row.getInt(2), -1);
            }
        }
    }

    private void count(String destination, int state, long number) {
        changed.merge(new Total(destination, state), number, Long::sum);
    }

    /** Writes the changes of the totals. */
    void writeTotals() throws SQLException {
        for (Map.Entry<Total, Long> change : changed.entrySet()) {
            if (change.getValue() != 0) {
                database.update(
                        COUNT, change.getKey().destination(), change.getKey().state(), change.getValue());
            }
        }
        changed.clear();
    }

    /** Drops the changes of the totals, after a rollback. */
    void rolledBack() {
        changed.clear();
    }

    /** See {@link org.dicomgateway.spool.Copies#due}. */
    public static List<Copy> due(Statements database, String destination, Instant now, int max) throws SQLException {
        return of(database, database.numbers(DUE, destination, now.toEpochMilli(), max));
    }

    /** See {@link org.dicomgateway.spool.Copies#copies}. */
    public static List<Copy> of(Statements database, List<Long> deliveries) throws SQLException {
        return database.list(CopyRows::copy, COPIES, deliveries.toString());
    }

    /** See {@link org.dicomgateway.spool.Copies#ofInstance}. */
    public static List<Copy> ofInstance(Statements database, long instance) throws SQLException {
        return database.list(CopyRows::copy, OF_INSTANCE, instance);
    }

    private static Copy copy(ResultSet row) throws SQLException {
        StoredInstance stored = LedgerRows.stored(row);
        Optional<SentAs> sentAs = sentAs(row);
        return new Copy(
                row.getLong("delivery"),
                sentAs.map(stored.instance()::sentAs).orElse(stored.instance()),
                row.getString("destination"),
                sentAs.map(SentAs::digest).or(stored::digest),
                sentAs.isPresent() ? Optional.empty() : restored(row, stored),
                state(row.getInt("copy_state")),
                Optional.ofNullable(row.getString("md5")),
                row.getBoolean("replaced"),
                sentAs.isPresent());
    }

    private static Optional<Copy.Encoding> restored(ResultSet row, StoredInstance stored) throws SQLException {
        long digest = row.getLong("restored_digest");
        return row.wasNull()
                ? Optional.empty()
                : Optional.of(new Copy.Encoding(DatasetDigest.of(digest), stored.length() - stored.datasetOffset()));
    }

    /** See {@link org.dicomgateway.spool.SpoolView#copyCounts}. */
    public static Map<String, Map<CopyState, Long>> counts(Statements database) throws SQLException {
        Map<String, Map<CopyState, Long>> counts = new HashMap<>();
        try (ResultSet row = database.query("SELECT destination, state, number FROM copies")) {
            while (row.next()) {
                counts.computeIfAbsent(row.getString(1), name -> new EnumMap<>(CopyState.class))
                        .put(state(row.getInt(2)), row.getLong(3));
            }
        }
        return counts;
    }

    private static final String DELIVERED = "INSERT INTO copy (delivery, destination, state, due) VALUES (?, ?, 0, ?)";

    private static final String CHECKED = """
            INSERT INTO copy (delivery, destination, state, due, checked_at, how, detail, md5)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""";

    public static final String DELIVERED_AT =
            "SELECT destination FROM delivery NOT INDEXED WHERE id = ? AND state = 1 AND settled_at <= ?";
    public static final String POSTPONE = "UPDATE copy SET due = ? WHERE delivery = ? AND due IS NOT NULL";

    public static final String REMOVE = "DELETE FROM copy WHERE delivery = ? RETURNING destination, state";

    public static final String FORGET = """
            DELETE FROM copy WHERE delivery BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 RETURNING destination, state""";

    private static final String COUNT = """
            INSERT INTO copies (destination, state, number) VALUES (?, ?, ?)
            ON CONFLICT (destination, state) DO UPDATE SET number = number + excluded.number""";

    public static final String DUE = """
            SELECT delivery FROM copy INDEXED BY copy_due WHERE destination = ? AND due <= ? ORDER BY due LIMIT ?""";

    static final String SENT_AS_COLUMNS =
            "a.version AS sent_version, a.sop_instance AS sent_sop, a.study_uid AS sent_study, a.series_uid AS"
                    + " sent_series, a.digest AS sent_digest, a.length AS sent_length, a.transfer_syntax AS sent_syntax";

    private static final String SENT_AS_NOTED = """
            INSERT OR REPLACE INTO sent_as
              (delivery, destination, version, sop_instance, study_uid, series_uid, digest, length, transfer_syntax)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    static final String SENT_AS_WITHDRAWN = "DELETE FROM sent_as WHERE delivery = ? AND destination = ?";

    private static final String SENT_AS_FORGOTTEN = """
            INSERT OR IGNORE INTO sent_as
              (delivery, destination, version, sop_instance, study_uid, series_uid, digest, length)
            SELECT d.id, ?1, iif(i.id > ?3, ?2, ''), i.sop_instance, '', '', 0, -1
            FROM delivery d NOT INDEXED CROSS JOIN instance i ON i.id = d.id / 1024
            WHERE i.id <= ?3 OR ?2 <> ''""";

    public static final String SENT_AS =
            "SELECT " + SENT_AS_COLUMNS + " FROM sent_as a WHERE a.delivery = ? AND a.destination = ?";

    public static final String FORGET_SENT_AS =
            "DELETE FROM sent_as WHERE delivery BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023";

    private static final String COPY =
            "SELECT " + LedgerRows.STORED + """
            , d.id AS delivery, d.destination AS destination, coalesce(c.state, 0) AS copy_state, c.md5 AS md5,
              i.restored_digest AS restored_digest,
            """ + SENT_AS_COLUMNS + """
            ,
              d.versioned = 1 AND EXISTS (
                SELECT 1 FROM sent v
                WHERE v.sop_instance = i.sop_instance AND v.destination = d.destination AND v.instance > i.id
                  AND v.answer > 0 AND (v.length <> i.length OR v.crc32c <> i.crc32c))
              OR coalesce(c.state = 5 AND c.how = '""" + Checked.BY_CLUSTER + """
            ', 0) AS replaced
            """;

    private static final String JOINED = """
            CROSS JOIN instance i ON i.id = d.id / 1024 CROSS JOIN series s ON s.id = i.series
              LEFT JOIN copy c ON c.delivery = d.id
              LEFT JOIN sent_as a ON a.delivery = d.id AND a.destination = d.destination
            """;

    public static final String COPIES =
            COPY + " FROM json_each(?) asked CROSS JOIN delivery d NOT INDEXED ON d.id = asked.value " + JOINED
                    + " WHERE d.state = 1";

    public static final String OF_INSTANCE = COPY + " FROM delivery d NOT INDEXED " + JOINED
            + " WHERE d.id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 AND d.state = 1";
}
