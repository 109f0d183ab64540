package org.dicomgateway.events;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.spool.SpoolView.Receipt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was seen, what was told, and what waits to be told: an SQLite file beside the ledger. Each change is one
 * transaction and durable on return. Its loss loses no instance: the events that waited in it are lost, and what is
 * received from then on makes events again. Safe for any number of threads.
 *
 * <p>The class is long because every change stands beside its SQL, and all of them share one connection.
 */
final class EventStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventStore.class);

    private static final int APPLICATION_ID = 0x44474531; // "DGE1"
    private static final int VERSION = 1;

    private static final List<String> SCHEMA = List.of(
            // The name of this file in the ids of events, and the last instance that was looked at.
            "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), uuid TEXT NOT NULL, seen INTEGER)",
            // What a receiver was told of a study. look_at: when to look at the study again; NULL: after its next
            // instance.
            """
            CREATE TABLE study (receiver TEXT NOT NULL, study TEXT NOT NULL, last_instance INTEGER NOT NULL,
              last_at INTEGER NOT NULL, told INTEGER NOT NULL, stuck INTEGER NOT NULL, times INTEGER NOT NULL,
              look_at INTEGER, PRIMARY KEY (receiver, study)) WITHOUT ROWID""",
            "CREATE INDEX study_look ON study (receiver, look_at) WHERE look_at IS NOT NULL",
            "CREATE INDEX study_last ON study (last_at)",
            // What a receiver was told of everything else: the level that it knows.
            """
            CREATE TABLE condition (receiver TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
              level INTEGER NOT NULL, told_at INTEGER NOT NULL, times INTEGER NOT NULL,
              PRIMARY KEY (receiver, kind, subject)) WITHOUT ROWID""",
            // state: 0 waits, 1 was taken, 2 was discarded. The body goes when the event waits no more.
            """
            CREATE TABLE event (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
              receiver TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, study TEXT, made_at INTEGER NOT NULL,
              body TEXT, state INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL, settled_at INTEGER,
              last_error TEXT NOT NULL)""",
            "CREATE INDEX event_waiting ON event (receiver, number) WHERE state = 0",
            "CREATE INDEX event_subject ON event (receiver, subject, number) WHERE state = 0",
            "CREATE INDEX event_study ON event (study) WHERE study IS NOT NULL",
            "CREATE INDEX event_done ON event (settled_at) WHERE state > 0",
            "PRAGMA application_id = " + APPLICATION_ID,
            "PRAGMA user_version = " + VERSION);

    private static final List<String> PRAGMAS =
            List.of("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA busy_timeout = 5000");

    /** SQLITE_CORRUPT and SQLITE_NOTADB. */
    private static final Set<Integer> DAMAGED = Set.of(11, 26);

    private final Path file;
    private final Connection connection;
    private final String uuid;
    private boolean closed;

    /**
     * An event to be told.
     *
     * @param id the same each time that the same thing is told
     * @param subject what it is about; events about the same are told in their order
     * @param study its Study Instance UID; empty: it is about no study
     * @param body the CloudEvent
     */
    record Draft(String id, EventKind kind, String subject, Optional<String> study, String body) {}

    /** A draft that waits, and how often it was tried. */
    record Waiting(long number, String id, EventKind kind, String subject, String body, int attempts) {}

    /**
     * What a receiver knows of a study.
     *
     * @param lastInstance the last instance that was seen
     * @param lastAt when it arrived
     * @param told the last instance that an event covered; 0: none
     * @param stuck whether it was told that the study is stuck, and nothing since
     * @param times how often anything was told of the study
     */
    record Watched(String study, long lastInstance, Instant lastAt, long told, boolean stuck, int times) {}

    /** Whom to look for, and how long after the last instance. */
    record Looking(String receiver, Duration quiet) {}

    /** What a receiver knows of something that is not a study. */
    record Told(long level, Instant at, int times) {
        static final Told NOTHING = new Told(0, Instant.EPOCH, 0);
    }

    private EventStore(Path file, Connection connection) throws SQLException {
        this.file = file;
        this.connection = connection;
        this.uuid = identity();
    }

    /**
     * Opens the file, or creates it, readable by its owner only. A damaged one is moved away: instances must be
     * received and delivered without it.
     */
    static EventStore open(Path file) throws IOException {
        try {
            return openAsItIs(file);
        } catch (IOException e) {
            if (!isDamaged(e)) {
                throw e;
            }
            Path away = file.resolveSibling(file.getFileName() + ".damaged-" + System.currentTimeMillis());
            Files.move(file, away);
            for (String part : List.of("-wal", "-shm")) {
                Files.deleteIfExists(file.resolveSibling(file.getFileName() + part));
            }
            LOG.error(
                    "the events in {} are damaged: the file is now {}, the events that waited in it are not told, and"
                            + " receivers are told of what arrives from now on",
                    file,
                    away,
                    e);
            return openAsItIs(file);
        }
    }

    private static boolean isDamaged(IOException e) {
        return e.getCause() instanceof SQLException cause && DAMAGED.contains(cause.getErrorCode() & 0xff);
    }

    private static EventStore openAsItIs(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // It is opened as it is.
        }
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file.toAbsolutePath());
            try {
                prepare(connection, file);
                return new EventStore(file, connection);
            } catch (SQLException | IOException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(
                    "the events in " + file + " cannot be read: " + e.getMessage()
                            + "; move the file away to go on without the events that wait in it",
                    e);
        }
    }

    private static void prepare(Connection connection, Path file) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            for (String pragma : PRAGMAS) {
                statement.execute(pragma);
            }
            int version = number(statement, "PRAGMA user_version");
            if (version == 0) {
                statement.execute("BEGIN IMMEDIATE");
                for (String sql : SCHEMA) {
                    statement.execute(sql);
                }
                statement.execute("COMMIT");
            } else if (version != VERSION || number(statement, "PRAGMA application_id") != APPLICATION_ID) {
                throw new IOException("the file " + file + " is not one of events of this version of the gateway; start"
                        + " the version that wrote it, or move the file away");
            }
        }
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private String identity() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT OR IGNORE INTO origin VALUES (1, '" + UUID.randomUUID() + "', NULL)");
            try (ResultSet row = statement.executeQuery("SELECT uuid FROM origin")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /** The name of this file: no other file, and none that replaces this one, has the same. */
    String uuid() {
        return uuid;
    }

    /** The last instance that was looked at; empty when none is to be looked at. */
    OptionalLong seen() {
        return list("SELECT seen FROM origin WHERE seen IS NOT NULL", row -> row.getLong(1)).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** Sets the last instance that was looked at. */
    synchronized void seen(OptionalLong instance) {
        change(() -> update(
                "UPDATE origin SET seen = ?1 WHERE seen IS NOT ?1",
                instance.isPresent() ? instance.getAsLong() : null));
    }

    /** Notes what arrived, for these receivers, together with how far was looked. */
    synchronized void arrived(List<Receipt> receipts, Collection<Looking> receivers, Instant now) {
        change(() -> {
            long last = 0;
            for (Receipt receipt : receipts) {
                last = receipt.instanceId();
                if (receipt.study().isEmpty()) {
                    continue;
                }
                // What was received before the clock was set back is as if it were received now.
                Instant at = receipt.receivedAt().isAfter(now) ? now : receipt.receivedAt();
                for (Looking receiver : receivers) {
                    update(
                            ARRIVED,
                            receiver.receiver(),
                            receipt.study(),
                            last,
                            at.toEpochMilli(),
                            at.plus(receiver.quiet()).toEpochMilli());
                }
            }
            update("UPDATE origin SET seen = ?", last);
        });
    }

    private static final String ARRIVED = """
            INSERT INTO study VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5)
            ON CONFLICT (receiver, study) DO UPDATE SET last_instance = ?3, last_at = ?4, look_at = ?5""";

    /**
     * Notes that a study is not as it was last seen: more of it has arrived, or its time is not that of the clock.
     *
     * @param lookAt when to look at it
     */
    synchronized void seenAgain(String receiver, String study, long lastInstance, Instant lastAt, Instant lookAt) {
        change(() -> update(ARRIVED, receiver, study, lastInstance, lastAt.toEpochMilli(), lookAt.toEpochMilli()));
    }

    /**
     * The studies to look at now.
     *
     * @param latest what is to be looked at later than this was noted before the clock was set back
     */
    List<Watched> toLookAt(String receiver, Instant now, Instant latest, int max) {
        return list(
                TO_LOOK_AT + "look_at <= ?2 UNION ALL " + TO_LOOK_AT + "look_at > ?3 ORDER BY look_at LIMIT ?4",
                row -> new Watched(
                        row.getString(1),
                        row.getLong(2),
                        Instant.ofEpochMilli(row.getLong(3)),
                        row.getLong(4),
                        row.getInt(5) != 0,
                        row.getInt(6)),
                receiver,
                now.toEpochMilli(),
                latest.toEpochMilli(),
                max);
    }

    private static final String TO_LOOK_AT = "SELECT study, last_instance, last_at, told, stuck, times, look_at"
            + " FROM study INDEXED BY study_look WHERE receiver = ?1 AND ";

    /**
     * Notes what was found of a study, and, in the same transaction, the event that tells it. Does nothing when another
     * instance of it has arrived since it was looked at.
     *
     * @param lookAt when to look again; empty: after its next instance
     */
    synchronized void looked(
            String receiver,
            Watched before,
            Watched after,
            Optional<Instant> lookAt,
            Optional<Draft> event,
            Instant now) {
        change(() -> {
            int rows = update(
                    "UPDATE study SET told = ?, stuck = ?, times = ?, look_at = ? WHERE receiver = ? AND study = ?"
                            + " AND last_instance = ?",
                    after.told(),
                    after.stuck() ? 1 : 0,
                    after.times(),
                    lookAt.map(Instant::toEpochMilli).orElse(null),
                    receiver,
                    before.study(),
                    before.lastInstance());
            if (rows > 0 && event.isPresent()) {
                add(receiver, event.get(), now);
            }
        });
    }

    /** What a receiver was told. */
    Told told(String receiver, EventKind kind, String subject) {
        return list(
                        "SELECT level, told_at, times FROM condition WHERE receiver = ? AND kind = ? AND subject = ?",
                        row -> new Told(row.getLong(1), Instant.ofEpochMilli(row.getLong(2)), row.getInt(3)),
                        receiver,
                        kind.word(),
                        subject)
                .stream()
                .findFirst()
                .orElse(Told.NOTHING);
    }

    /** Notes what a receiver is told of a condition, and, in the same transaction, the event that tells it. */
    synchronized void tell(
            String receiver, EventKind kind, String subject, Told told, Optional<Draft> event, Instant now) {
        change(() -> {
            update(
                    "INSERT OR REPLACE INTO condition VALUES (?, ?, ?, ?, ?, ?)",
                    receiver,
                    kind.word(),
                    subject,
                    told.level(),
                    told.at().toEpochMilli(),
                    told.times());
            if (event.isPresent()) {
                add(receiver, event.get(), now);
            }
        });
    }

    private void add(String receiver, Draft event, Instant now) throws SQLException {
        update(
                "INSERT OR IGNORE INTO event (id, receiver, kind, subject, study, made_at, body, state, attempts, due,"
                        + " last_error) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, '')",
                event.id(),
                receiver,
                event.kind().word(),
                event.subject(),
                event.study().orElse(null),
                now.toEpochMilli(),
                event.body(),
                now.toEpochMilli());
    }

    /**
     * The next event of a receiver that is due: none whose subject has an older one that waits.
     *
     * @param latest what is due later than this was put off before the clock was set back, and is due
     */
    Optional<Waiting> next(String receiver, Instant now, Instant latest) {
        return list(
                        "SELECT number, id, kind, subject, body, attempts FROM event e INDEXED BY event_waiting"
                                + " WHERE receiver = ?1 AND state = 0 AND (due <= ?2 OR due > ?3) AND NOT EXISTS (SELECT 1"
                                + " FROM event b INDEXED BY event_subject WHERE b.receiver = ?1 AND b.subject = e.subject"
                                + " AND b.state = 0 AND b.number < e.number) ORDER BY number LIMIT 1",
                        row -> new Waiting(
                                row.getLong(1),
                                row.getString(2),
                                kind(row.getString(3)),
                                row.getString(4),
                                row.getString(5),
                                row.getInt(6)),
                        receiver,
                        now.toEpochMilli(),
                        latest.toEpochMilli())
                .stream()
                .findFirst();
    }

    private static EventKind kind(String word) {
        return EventKind.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** The receiver has taken the event. */
    synchronized void taken(long number, Instant now) {
        change(() -> update(
                "UPDATE event SET state = 1, attempts = attempts + 1, settled_at = ?, body = NULL, last_error = ''"
                        + " WHERE number = ? AND state = 0",
                now.toEpochMilli(),
                number));
    }

    /** The receiver has not taken the event. It is tried again, not before this time. */
    synchronized void failed(long number, Instant due, String why) {
        change(() -> update(
                "UPDATE event SET attempts = attempts + 1, due = ?, last_error = ? WHERE number = ? AND state = 0",
                due.toEpochMilli(),
                why,
                number));
    }

    /** Makes what waits for a receiver due now. Returns how many. */
    synchronized long retry(String receiver, Instant now) {
        return change(() ->
                update("UPDATE event SET due = ? WHERE receiver = ? AND state = 0", now.toEpochMilli(), receiver));
    }

    /**
     * Gives up what waits for a receiver, or one event of it. Returns how many.
     *
     * @param id empty: all
     */
    synchronized long discard(String receiver, String id, Instant now) {
        return change(() -> update(
                "UPDATE event SET state = 2, settled_at = ?1, body = NULL WHERE receiver = ?2 AND state = 0"
                        + " AND (?3 = '' OR id = ?3)",
                now.toEpochMilli(),
                receiver,
                id));
    }

    /** What waits for a receiver: how many, and when the oldest was made. */
    Backlog backlog(String receiver) {
        return list(
                        "SELECT count(*), min(made_at) FROM event INDEXED BY event_waiting WHERE receiver = ? AND state = 0",
                        row -> new Backlog(
                                row.getLong(1),
                                row.getLong(1) == 0
                                        ? Optional.empty()
                                        : Optional.of(Instant.ofEpochMilli(row.getLong(2)))),
                        receiver)
                .get(0);
    }

    /** See {@link #backlog}. */
    record Backlog(long waiting, Optional<Instant> oldest) {}

    /** The receivers for which something waits. */
    List<String> receiversWithBacklog() {
        return list(
                "SELECT DISTINCT receiver FROM event INDEXED BY event_waiting WHERE state = 0",
                row -> row.getString(1));
    }

    /** The events, the latest first, of one receiver or study where that is not empty; only those that wait, or all. */
    List<EventRecord> events(String receiver, String study, boolean onlyWaiting, int max) {
        String by = study.isEmpty() ? "" : " AND study = ?2";
        return list(
                "SELECT id, receiver, kind, subject, made_at, state, attempts, due, settled_at, last_error FROM event"
                        + " WHERE (?1 = '' OR receiver = ?1)" + (by.isEmpty() ? " AND ?2 = ''" : by)
                        + (onlyWaiting ? " AND state = 0" : "") + " ORDER BY number DESC LIMIT ?3",
                EventStore::record,
                receiver,
                study,
                max);
    }

    private static EventRecord record(ResultSet row) throws SQLException {
        long settled = row.getLong(9);
        int state = row.getInt(6);
        return new EventRecord(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                Instant.ofEpochMilli(row.getLong(5)),
                state == 0 ? "waiting" : state == 1 ? "taken" : "discarded",
                row.getInt(7),
                state == 0 ? Optional.of(Instant.ofEpochMilli(row.getLong(8))) : Optional.empty(),
                settled == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(settled)),
                row.getString(10));
    }

    /**
     * Forgets what was settled before this time, and the studies whose last instance is older. A study of which one of
     * these receivers has still to be told stays.
     */
    synchronized void forget(Instant before, Collection<String> receivers) {
        String named = JsonMapper.shared().writeValueAsString(receivers);
        change(() -> {
            update("DELETE FROM event WHERE state > 0 AND settled_at < ?", before.toEpochMilli());
            update(
                    "DELETE FROM study WHERE last_at < ?"
                            + " AND (look_at IS NULL OR receiver NOT IN (SELECT value FROM json_each(?)))",
                    before.toEpochMilli(),
                    named);
        });
    }

    private interface Work {
        void run() throws SQLException;
    }

    private interface Counting {
        long run() throws SQLException;
    }

    private void change(Work work) {
        change(() -> {
            work.run();
            return 0L;
        });
    }

    private long change(Counting work) {
        if (closed) {
            return 0;
        }
        try {
            update("BEGIN IMMEDIATE");
            try {
                long rows = work.run();
                update("COMMIT");
                return rows;
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(e);
                throw e;
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void rollBack(Throwable cause) {
        try {
            update("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private IllegalStateException failure(SQLException e) {
        return new IllegalStateException("the events in " + file + " cannot be read or written: " + e.getMessage(), e);
    }

    private int update(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = bind(sql, values)) {
            return statement.executeUpdate();
        }
    }

    private interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    private synchronized <T> List<T> list(String sql, Reading<T> reading, @Nullable Object... values) {
        List<T> all = new ArrayList<>();
        if (closed) {
            return all;
        }
        try (PreparedStatement statement = bind(sql, values);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                all.add(reading.of(row));
            }
            return all;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** Closes the file. What is noted from here on is not: it is told again by the next process. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}
