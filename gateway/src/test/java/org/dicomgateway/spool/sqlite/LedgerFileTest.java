package org.dicomgateway.spool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.spool.ledger.LedgerFixtures.books;
import static org.dicomgateway.spool.ledger.LedgerFixtures.delivered;
import static org.dicomgateway.spool.ledger.LedgerFixtures.inLog;
import static org.dicomgateway.spool.ledger.LedgerFixtures.instance;
import static org.dicomgateway.spool.ledger.LedgerFixtures.received;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.Ledger.Applied;
import org.dicomgateway.spool.ledger.LedgerCorruptException;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerFixtures;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The database as a file: damaged, locked, foreign, left behind by a crash. */
@Tag("slow")
class LedgerFileTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("ledger.db");
    }

    @Test
    void a_ledger_that_was_closed_is_there_again() throws Exception {
        fill(100);

        try (Ledger again = SqliteLedger.open(file, Candidates.FIRST)) {
            assertHundred(again);
            again.apply(List.of(new Change.DestinationsChanged(Set.of("b"))));
        }
        try (Ledger again = SqliteLedger.open(file, Candidates.FIRST)) {
            assertThat(again.books()).containsEntry("a", books(100, 50, 0, 0, 50));
            again.apply(List.of(received(101, "a", "new")));
            assertThat(again.books()).containsEntry("new", books(1, 0, 0, 0, 1));
        }
    }

    @Test
    void a_ledger_that_was_not_closed_is_there_again() throws Exception {
        Path crashed = folder.resolve("crashed.db");
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            fill(ledger, 100);
            for (String part : List.of("", "-wal")) { // -shm is never needed
                Files.copy(folder.resolve("ledger.db" + part), folder.resolve("crashed.db" + part));
            }
        }
        try (Ledger again = SqliteLedger.open(crashed, Candidates.FIRST)) {
            assertHundred(again);
        }
    }

    @Test
    void a_batch_torn_by_a_crash_is_not_there_and_the_ones_before_it_are() throws Exception {
        Path crashed = folder.resolve("crashed.db");
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            fill(ledger, 100);
            ledger.apply(List.of(received(101, "a")));
            Files.copy(file, crashed);
            Path wal = folder.resolve("crashed.db-wal");
            Files.copy(folder.resolve("ledger.db-wal"), wal);
            try (RandomAccessFile torn = new RandomAccessFile(wal.toFile(), "rw")) {
                torn.setLength(endOf(torn) - 100);
            }
        }
        try (Ledger again = SqliteLedger.open(crashed, Candidates.FIRST)) {
            assertHundred(again);
        }
    }

    /**
     * Of the last frame that counts (https://www.sqlite.org/fileformat2.html#walformat); older ones may stand behind
     * it.
     */
    private static long endOf(RandomAccessFile wal) throws IOException {
        int header = 32;
        wal.seek(8);
        long frame = 24L + wal.readInt();
        wal.seek(16);
        long salt = wal.readLong();
        long end = header;
        while (end + frame <= wal.length()) {
            wal.seek(end + 8);
            if (wal.readLong() != salt) {
                break;
            }
            end += frame;
        }
        return end;
    }

    @Test
    void only_the_owner_can_read_it() throws Exception {
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            fill(ledger, 1);
            for (String part : List.of("", "-wal", "-shm")) {
                assertThat(Files.getPosixFilePermissions(folder.resolve("ledger.db" + part)))
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    @Test
    void garbage_is_corrupt() throws Exception {
        Files.write(file, "no database at all. ".repeat(1_000).getBytes(StandardCharsets.UTF_8));
        assertCorrupt();
    }

    @Test
    void an_empty_file_is_corrupt() throws Exception {
        Files.createFile(file);
        assertCorrupt();
    }

    @Test
    void another_database_is_corrupt() throws Exception {
        execute("CREATE TABLE something (other INTEGER)");
        assertCorrupt();
    }

    @Test
    void a_truncated_ledger_is_corrupt_wherever_it_was_cut() throws Exception {
        fill(100);
        byte[] whole = Files.readAllBytes(file);
        for (int length : List.of(50, 1_000, 4_096, 8_192, whole.length / 2, whole.length - 4_096, whole.length - 1)) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertCorrupt();
        }
    }

    @Test
    void a_page_full_of_noise_is_corrupt() throws Exception {
        fill(100);
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            for (long at = 20_480; at < damaged.length(); at += 4_096) {
                damaged.seek(at);
                damaged.write(new byte[1_000]);
            }
        }
        assertCorrupt();
    }

    @Test
    void after_a_failure_of_the_disk_no_sync_succeeds_any_more() throws Exception {
        for (SQLiteErrorCode code : List.of(
                SQLiteErrorCode.SQLITE_IOERR_FSYNC,
                SQLiteErrorCode.SQLITE_IOERR_READ,
                SQLiteErrorCode.SQLITE_IOERR_WRITE)) {
            assertThat(new LedgerFile(file).failure("synced", new SQLiteException("disk I/O error", code)))
                    .isInstanceOf(LedgerCorruptException.class)
                    .hasMessageContaining("the disk failed");
        }
        for (SQLiteErrorCode code : List.of(
                SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_BUSY, SQLiteErrorCode.SQLITE_IOERR_SHMSIZE)) {
            assertThat(new LedgerFile(file).failure("synced", new SQLiteException("not now", code)))
                    .isNotInstanceOf(LedgerCorruptException.class);
        }
        fill(100);
        try (SqliteLedger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            ledger.sync(0);
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(8_192);
            }
            assertThatThrownBy(ledger::recount).isInstanceOf(LedgerCorruptException.class);
            assertThat(ledger.damage()).isPresent();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> ledger.sync(0)).isInstanceOf(LedgerCorruptException.class);
            }
        }
    }

    @Test
    void the_write_ahead_log_does_not_grow_without_bound_though_nobody_syncs() throws Exception {
        try (SqliteLedger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            for (int i = 1; i <= 12_000; i++) {
                ledger.apply(List.of(received(i, "a")));
            }
            assertThat(Files.size(file.resolveSibling("ledger.db-wal"))).isLessThan(32L << 20);
        }
    }

    @Test
    void a_full_disk_that_has_space_again_is_written_to_again() throws Exception {
        String insert = "INSERT INTO filler VALUES (zeroblob(100000))";
        try (Statements ledger = new LedgerFile(file).openForWriting()) {
            ledger.update("CREATE TABLE filler (x)");
            ledger.number("PRAGMA max_page_count = " + (ledger.number("PRAGMA page_count") + 50));
            for (int i = 0; i < 2; i++) {
                ledger.update("BEGIN IMMEDIATE");
                assertThatThrownBy(() -> {
                            for (int rows = 0; rows < 100; rows++) {
                                ledger.update(insert);
                            }
                        })
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("full");
                // SQLite has rolled back by itself.
                assertThatThrownBy(() -> ledger.update("ROLLBACK")).isInstanceOf(SQLException.class);
            }
            ledger.number("PRAGMA max_page_count = 1000000");
            ledger.update("BEGIN IMMEDIATE");
            assertThat(ledger.update(insert)).isEqualTo(1);
            ledger.update("ROLLBACK");
        }
    }

    @Test
    void damage_that_shows_later_is_told_as_such() throws Exception {
        fill(2_000);
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                for (long at = 8_192; at < damaged.length(); at += 4_096) {
                    damaged.seek(at);
                    damaged.write(new byte[4_096]);
                }
            }
            assertThatThrownBy(ledger::recount)
                    .isInstanceOf(LedgerCorruptException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void a_damaged_ledger_is_set_aside_and_a_new_one_begun() throws Exception {
        fill(10);
        Files.write(folder.resolve("ledger.db-wal"), new byte[10]);

        SqliteLedger.setAside(file, ".damaged-1");

        assertThat(folder.resolve("ledger.db.damaged-1")).exists();
        assertThat(folder.resolve("ledger.db-wal.damaged-1")).exists();
        try (Ledger fresh = SqliteLedger.open(file, Candidates.FIRST)) {
            assertThat(fresh.books()).isEmpty();
        }
    }

    @Test
    void a_ledger_of_a_newer_version_is_left_alone() throws Exception {
        fill(1);
        execute("PRAGMA user_version = 99");

        assertThatThrownBy(() -> SqliteLedger.open(file, Candidates.FIRST))
                .isInstanceOf(LedgerException.class)
                .isNotInstanceOf(LedgerCorruptException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("version 99")
                .hasMessageContaining("newer");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void a_ledger_of_an_older_version_is_brought_up_to_date_with_all_it_holds(int version) throws Exception {
        ofVersion(version);
        fill(folder.resolve("new.db"), 1);

        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            assertThat(ledger.find(1).map(StoredInstance::instance)).hasValueSatisfying(instance -> {
                assertThat(instance.sopInstance().value()).isEqualTo("1.2.3");
                assertThat(instance.patientId()).isEqualTo("P");
            });
            assertThat(ledger.books()).containsEntry("a", new Books(2, 1, 1, 0, 0, 0, 50));
            assertThat(ledger.recount()).isEqualTo(ledger.books());
        }
        assertThat(schema(file)).isEqualTo(schema(folder.resolve("new.db")));
    }

    @Test
    void a_migration_that_fails_leaves_the_ledger_as_it_was() throws Exception {
        ofVersion(1);
        execute("CREATE TABLE sent_as (other INTEGER)");
        List<String> before = schema(file);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> SqliteLedger.open(file, Candidates.FIRST))
                    .isInstanceOf(LedgerException.class)
                    .isNotInstanceOf(LedgerCorruptException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("brought up to date")
                    .hasMessageContaining("sent_as");
            assertThat(schema(file)).isEqualTo(before);
        }
        execute("DROP TABLE sent_as");
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            assertThat(ledger.find(1)).isPresent();
        }
    }

    /** Two instances with one SOP Instance UID, the first one delivered, as that version wrote them. */
    private void ofVersion(int version) throws SQLException {
        try (Statements ledger = new Statements(DriverManager.getConnection("jdbc:sqlite:" + file))) {
            LedgerSchema.migrate(ledger, version);
        }
        execute("INSERT INTO series VALUES (1, '1.2', '1', 'P', '', 'CT', '1.4', '1.5', 'CT1', 'GW', 'host')");
        for (int id = 1; id <= 2; id++) {
            execute(("INSERT INTO instance (id, series, sop_instance, received_at, dataset_length, length, "
                            + "dataset_offset, crc32c, segment, record_offset, file, rules_version, routed) "
                            + "VALUES (%d, 1, '1.2.3', %d, 50, 60, 10, %d, 1, %d, 0, 1, 1)")
                    .formatted(id, id, id, id * 100));
            execute(("INSERT INTO delivery (id, route, copy, destination, next_when_refused, priority, bytes, state, "
                            + "attempts, due) VALUES (%d, 'r', 1, 'a', 0, 0, 50, %d, 0, 0)")
                    .formatted(id * 1024, id == 1 ? 1 : 0));
        }
        execute("INSERT INTO books (destination, present, received, delivered, pending, pending_bytes) "
                + "VALUES ('a', 1, 2, 1, 1, 50)");
        execute("INSERT INTO segment VALUES (1, 1, 60)");
        execute("UPDATE position SET segment = 1, record_offset = 300, last_instance = 2, destinations_known = 1");
    }

    private static List<String> schema(Path ledger) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT name || ': ' || sql FROM sqlite_schema "
                        + "WHERE sql NOT NULL UNION ALL SELECT user_version FROM pragma_user_version ORDER BY 1")) {
            while (row.next()) {
                all.add(row.getString(1));
            }
        }
        return all;
    }

    @Test
    void a_folder_that_is_not_there_is_said() {
        file = folder.resolve("missing/ledger.db");
        assertThatThrownBy(() -> SqliteLedger.open(file, Candidates.FIRST))
                .isInstanceOf(LedgerException.class)
                .isNotInstanceOf(LedgerCorruptException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void a_ledger_locked_by_somebody_else_is_said_and_nothing_is_applied() throws Exception {
        fill(100);
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST);
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");

            assertThatThrownBy(() -> ledger.apply(List.of(received(101, "a"))))
                    .isInstanceOf(LedgerException.class)
                    .isNotInstanceOf(LedgerCorruptException.class)
                    .hasMessageContaining("another process holds its lock");
            assertHundred(ledger);

            statement.execute("COMMIT");
            ledger.apply(List.of(received(101, "a")));
            assertThat(ledger.books()).containsEntry("a", books(101, 50, 51, 0, 0));
        }
    }

    @Test
    void a_ledger_that_somebody_looks_into_opens_all_the_same() throws Exception {
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST);
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN");
            statement.executeQuery("SELECT * FROM books").close();
            fill(ledger, 100);

            try (Ledger second = SqliteLedger.open(file, Candidates.FIRST)) {
                assertHundred(second);
            }
        }
    }

    @Test
    void a_batch_that_fails_half_way_leaves_nothing_behind() throws Exception {
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            fill(ledger, 100);
            execute("CREATE TRIGGER poison BEFORE INSERT ON delivery WHEN new.destination = 'poison'"
                    + " BEGIN SELECT RAISE(ABORT, 'poisoned'); END");
            List<Change> batch = List.of(
                    received(inLog(instance(900, "1.9.1", "1.9"), 9), LedgerFixtures.plan("a", "b")),
                    delivered(51, 0),
                    new Change.DestinationsChanged(Set.of("b")),
                    received(901, "poison"));

            assertThatThrownBy(() -> ledger.apply(batch)).isInstanceOf(LedgerException.class);

            assertHundred(ledger);
            execute("DROP TRIGGER poison");
            assertThat(ledger.apply(batch)).isEqualTo(new Applied(50, Set.of("b")));
            assertThat(ledger.books()).containsEntry("a", books(101, 51, 0, 0, 50));
            assertThat(ledger.recount()).isEqualTo(ledger.books());
        }
    }

    @Test
    void the_books_balance_for_whoever_reads_while_others_write() throws Exception {
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread reader = new Thread(() -> {
                    try {
                        while (!done.get()) {
                            assertThat(ledger.books().values()).allMatch(Books::balanced);
                            ledger.due("a", LedgerFixtures.START.plusSeconds(9_999), 10, Set.of(), 0);
                            assertThat(ledger.recount().values()).allMatch(Books::balanced);
                        }
                    } catch (LedgerException | AssertionError e) {
                        failures.add(e);
                    }
                });
                reader.start();
                readers.add(reader);
            }
            for (long id = 1; id <= 500; id++) {
                ledger.apply(List.of(received(id, "a", "b"), delivered(id, 0)));
            }
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void a_closed_ledger_says_so_and_closes_twice() throws Exception {
        Ledger ledger = SqliteLedger.open(file, Candidates.FIRST);
        ledger.close();
        ledger.close();
        assertThatThrownBy(ledger::books).isInstanceOf(LedgerException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> ledger.apply(List.of())).isInstanceOf(LedgerException.class);
        assertThat(folder.resolve("ledger.db-wal")).doesNotExist();
    }

    @Test
    void a_sync_is_a_commit_of_its_own() throws Exception {
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            ledger.sync(0);
            ledger.sync(0);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT syncs FROM position")) {
            assertThat(row.getLong(1)).isEqualTo(2);
        }
    }

    private void fill(int count) throws LedgerException {
        fill(file, count);
    }

    private static void fill(Path file, int count) throws LedgerException {
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            fill(ledger, count);
        }
    }

    /** Instances 1 to count to destination a, the first half delivered. */
    private static void fill(Ledger ledger, int count) throws LedgerException {
        ledger.apply(LongStream.rangeClosed(1, count)
                .<Change>mapToObj(id -> received(id, "a"))
                .toList());
        ledger.apply(LongStream.rangeClosed(1, count / 2)
                .<Change>mapToObj(id -> delivered(id, 0))
                .toList());
    }

    private static void assertHundred(Ledger ledger) throws LedgerException {
        assertThat(ledger.books()).containsOnlyKeys("a").containsEntry("a", books(100, 50, 50, 0, 0));
        assertThat(ledger.recount()).isEqualTo(ledger.books());
        assertThat(ledger.lastInstanceId()).isEqualTo(100);
        assertThat(ledger.appliedPosition()).isEqualTo(new LogPosition(1, 202_000));
        assertThat(ledger.unfinishedIn(1, 1_000)).hasSize(50);
        assertThat(ledger.unfinishedBytesBySegment()).containsOnlyKeys(1L);
        assertThat(ledger.find(100)).contains(inLog(instance(100), 1));
    }

    private void assertCorrupt() throws IOException {
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> SqliteLedger.open(file, Candidates.FIRST))
                .as("%s bytes", before.length)
                .isInstanceOf(LedgerCorruptException.class)
                .hasMessageContaining(file.toString());
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
