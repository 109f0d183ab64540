package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.Statements;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The program ends at once, with instances that wait in files of their own and whose segments were used again, and
 * something is wrong with the ledger's write-ahead log. SQLite then shows an older ledger that is sound in itself.
 */
class RolledBackLedgerTest {

    private static final Logger SPOOL_LOG = (Logger) LoggerFactory.getLogger("org.dicomgateway.spool");

    /** https://sqlite.org/fileformat2.html#walformat: sizes of headers, and where in them the fields are. */
    private static final int WAL_HEADER = 32;

    private static final int WAL_PAGE_SIZE = 8;
    private static final int WAL_SALT = 16;
    private static final int WAL_FRAME_HEADER = 24;
    private static final int WAL_FRAME_SALT = 8;

    @TempDir
    Path root;

    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Map<String, byte[]> owed = new HashMap<>();
    private Path killed;
    private SpoolHarness harness;

    @BeforeEach
    void a_spool_that_was_killed_with_something_held_and_large() throws Exception {
        SPOOL_LOG.setAdditive(false);
        said.start();
        SPOOL_LOG.addAppender(said);
        harness = new SpoolHarness(root.resolve("running"));
        killed = root.resolve("killed");
        try (Spool spool = open(harness)) {
            // Something that is known before all else: a ledger that is rolled back is a sound one.
            accept(spool, "1.2.0", "OT", 8_000);
            SpoolHarness.settleDown(spool);
            checkpoint();
            for (int i = 1; i <= 4; i++) {
                accept(spool, "1.2." + i, "CT", 8_000);
            }
            accept(spool, "1.2.9", "CT", 3 * SpoolHarness.LARGE);
            for (int i = 0; i < 16; i++) {
                SpoolHarness.accept(spool, "1.2.50." + i, "CT", 8_000);
            }
            SpoolHarness.settleDown(spool);
            for (Claim claim : spool.claim(SpoolHarness.PACS, 100)) {
                String uid = claim.instance().sopInstance().value();
                spool.settle(
                        claim,
                        !owed.containsKey(uid)
                                ? new Settlement.Delivered(0)
                                : uid.equals("1.2.1")
                                        ? new Settlement.Retry(harness.clock().instant(), false, -1, "not now")
                                        : new Settlement.Parked(0xC000, "it says no"));
            }
            SpoolHarness.settleDown(spool);
            harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
            SpoolHarness.keepHouse(spool);
            SpoolHarness.keepHouse(spool);
            assertThat(new Folders(harness.directory).segment(1)).doesNotExist();
            assertThat(new LocalDisk().list(new Folders(harness.directory).held()))
                    .hasSize(5);
            copy(harness.directory, killed);
        }
    }

    @AfterEach
    void log_again() {
        SPOOL_LOG.detachAppender(said);
        SPOOL_LOG.setAdditive(true);
    }

    private static Spool open(SpoolHarness harness) throws IOException {
        Path ledger = new Folders(harness.directory).ledger();
        return SpoolHarness.open(
                harness.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                harness.clock(),
                new LocalDisk(),
                new SqliteLedgerSource(ledger));
    }

    private void accept(Spool spool, String uid, String modality, int size) throws Exception {
        SpoolHarness.accept(spool, uid, modality, size);
        owed.put(uid, SpoolHarness.dataset(uid, modality, size));
    }

    private void checkpoint() throws LedgerException {
        try (Statements other = new LedgerFile(new Folders(harness.directory).ledger()).openForReading()) {
            assertThat(other.number("PRAGMA wal_checkpoint(FULL)")).isZero();
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.endsWith("ledger.db-shm")) {
                    Files.copy(file, target);
                }
            }
        }
    }

    @Test
    void when_its_rows_and_its_books_disagree_it_is_built_anew() throws Exception {
        for (String damage : List.of(
                "UPDATE books SET delivered = delivered + 1",
                "UPDATE delivery SET state = 1 WHERE id = (SELECT max(id) FROM delivery WHERE state = 2)")) {
            Path directory = root.resolve("disagreeing-" + damage.length());
            copy(killed, directory);
            try (Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
                    Statement statement = ledger.createStatement()) {
                assertThat(statement.executeUpdate(damage)).as(damage).isEqualTo(1);
            }
            said.list.clear();
            checkStart(damage, directory);
            assertThat(said.list).anyMatch(event -> event.getFormattedMessage().contains("contradicts itself"));
        }
    }

    /** Starts what was killed, after something was done to its write-ahead log, and looks for all that it owes. */
    private void checkAfter(String name, UnaryOperator<byte[]> damage) throws Exception {
        Path directory = root.resolve(name);
        copy(killed, directory);
        Path wal = directory.resolve("ledger.db-wal");
        byte[] damaged = damage.apply(Files.readAllBytes(wal));
        if (damaged.length == 0) {
            Files.delete(wal);
        } else {
            Files.write(wal, damaged);
        }
        said.list.clear();
        checkStart(name, directory);
    }

    private void checkStart(String name, Path directory) throws Exception {
        SpoolHarness started = new SpoolHarness(directory);
        Set<String> found = new HashSet<>();
        try (Spool spool = open(started)) {
            boolean rebuilt = said.list.stream().anyMatch(event -> event.getLevel() == Level.ERROR);
            spool.retry(SpoolView.Selection.ALL);
            for (Claim claim : spool.claim(SpoolHarness.PACS, 100)) {
                String uid = claim.instance().sopInstance().value();
                if (owed.containsKey(uid)) {
                    assertThat(SpoolHarness.read(spool, claim)).as(name).isEqualTo(owed.get(uid));
                    found.add(uid);
                }
            }
            spool.books()
                    .values()
                    .forEach(books -> assertThat(books.balanced()).as(name).isTrue());
            assertThat(spool.unrouted()).as(name).isEqualTo(1);
            assertThat(spool.vitals().setAside()).as(name).isZero();
            assertThat(found.size() + 1)
                    .as("%s: %s, %s", name, found, said.list)
                    .isEqualTo(owed.size());
            if (!rebuilt) {
                assertThat(new LocalDisk().list(directory)).as(name).noneMatch(file -> file.contains(".corrupt-"));
            }
        }
        Folders folders = new Folders(directory);
        assertThat(new LocalDisk().list(folders.held())).as(name).hasSize(5);
        assertThat(new LocalDisk().list(folders.large())).as(name).hasSize(1);
    }

    @Test
    void killed_and_nothing_else_it_has_everything_and_says_nothing() throws Exception {
        checkAfter("sound", UnaryOperator.identity());
        assertThat(said.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    }

    @Test
    void deleted_it_is_noticed_and_everything_is_there() throws Exception {
        checkAfter("deleted", wal -> new byte[0]);
        assertThat(said.list)
                .anyMatch(event -> event.getLevel() == Level.ERROR
                        && event.getFormattedMessage().contains("not the one that the log was last used with"));
    }

    @Test
    void zeroed_it_is_noticed_and_everything_is_there() throws Exception {
        checkAfter("zeroed", wal -> new byte[wal.length]);
        assertThat(said.list).anyMatch(event -> event.getLevel() == Level.ERROR);
    }

    /** How much of a write-ahead log counts: SQLite begins again at its start, and what lies behind has an older salt. */
    private static int inUse(byte[] wal) {
        ByteBuffer log = ByteBuffer.wrap(wal);
        int frame = WAL_FRAME_HEADER + log.getInt(WAL_PAGE_SIZE);
        int end = WAL_HEADER;
        while (end + frame <= wal.length && log.getLong(end + WAL_FRAME_SALT) == log.getLong(WAL_SALT)) {
            end += frame;
        }
        return end;
    }

    @Test
    void cut_anywhere_everything_is_there() throws Exception {
        int length = inUse(Files.readAllBytes(killed.resolve("ledger.db-wal")));
        int rebuilt = 0;
        for (int cut = 16; cut < length; cut += length / 40 + 7) {
            int at = cut;
            checkAfter("cut-" + cut, wal -> Arrays.copyOf(wal, at));
            rebuilt += said.list.stream().anyMatch(event -> event.getLevel() == Level.ERROR) ? 1 : 0;
        }
        assertThat(rebuilt).isGreaterThan(20);
    }

    @Test
    void with_one_bit_flipped_anywhere_everything_is_there() throws Exception {
        int length = inUse(Files.readAllBytes(killed.resolve("ledger.db-wal")));
        int rebuilt = 0;
        for (int flip = 0; flip < length; flip += length / 40 + 11) {
            int at = flip;
            checkAfter("flip-" + flip, wal -> {
                wal[at] ^= 0x20;
                return wal;
            });
            rebuilt += said.list.stream().anyMatch(event -> event.getLevel() == Level.ERROR) ? 1 : 0;
        }
        assertThat(rebuilt).isGreaterThan(20);
    }

    @Test
    void a_ledger_of_yesterday_that_somebody_put_back_is_noticed() throws Exception {
        Path directory = root.resolve("yesterday");
        copy(killed, directory);
        SpoolHarness started = new SpoolHarness(directory);
        try (Spool spool = open(started)) {
            assertThat(spool.retry(SpoolView.Selection.ALL)).isPositive();
        }
        Path yesterday = root.resolve("yesterday.db");
        Files.copy(directory.resolve("ledger.db"), yesterday);
        try (Spool spool = open(started)) {
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.keepHouse(spool);
            SpoolHarness.accept(spool, "1.2.77", "CT", 8_000);
            SpoolHarness.settleDown(spool);
        }
        Files.copy(yesterday, directory.resolve("ledger.db"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        said.list.clear();
        try (Spool spool = open(started)) {
            assertThat(said.list).anyMatch(event -> event.getLevel() == Level.ERROR);
            assertThat(spool.claim(SpoolHarness.PACS, 10))
                    .extracting(claim -> claim.instance().sopInstance().value())
                    .contains("1.2.77");
        }
    }
}
