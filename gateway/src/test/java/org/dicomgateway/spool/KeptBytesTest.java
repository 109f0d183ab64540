package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings.Keep;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.spool.Copies.Checked;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SpoolReader;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.Statements;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept after the last delivery, for how long, and what is sent again from it. */
class KeptBytesTest {

    private static final Duration WEEK = Duration.ofDays(7);
    private static final int FILLS_A_SEGMENT = 30_000;

    @TempDir
    private Path directory;

    private SpoolHarness harness;
    private Folders folders;

    @BeforeEach
    void a_spool_that_keeps() {
        keep(WEEK, DataSize.ofMebibytes(100));
    }

    private void keep(Duration time, DataSize size) {
        harness = new SpoolHarness(directory.resolve("spool"), new Keep(time, size));
        folders = new Folders(harness.directory);
    }

    private Spool open() throws IOException {
        return open(new LocalDisk());
    }

    private Spool open(Disk disk) throws IOException {
        return harness.open(disk, new SqliteLedgerSource(folders.ledger()));
    }

    /** Receives and delivers small instances, and a large one; several segments are finished then. */
    private void deliver(Spool spool, int from, int count) throws Exception {
        for (int i = from; i < from + count; i++) {
            SpoolHarness.accept(spool, "1.2.3." + i, "CT", FILLS_A_SEGMENT);
        }
        SpoolHarness.accept(spool, "1.2.3." + from + ".9", "CT", 3 * SpoolHarness.LARGE);
        SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
        SpoolHarness.keepHouse(spool);
    }

    private long kept(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folders.kept())) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }

    private static Optional<byte[]> read(Spool spool, long id) throws IOException {
        return spool.copies().read(id, InputStream::readAllBytes);
    }

    @Test
    void delivered_segments_and_files_are_kept_and_can_be_read() throws Exception {
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            assertThat(kept(".seg")).isGreaterThanOrEqualTo(2);
            assertThat(kept(".dcm")).isEqualTo(1);
            assertThat(read(spool, 1)).contains(SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT));
            assertThat(read(spool, 13)).contains(SpoolHarness.dataset("1.2.3.1.9", "CT", 3 * SpoolHarness.LARGE));
        }
        try (Spool again = open()) {
            SpoolHarness.keepHouse(again);
            assertThat(kept(".seg")).isGreaterThanOrEqualTo(2);
            assertThat(read(again, 1)).contains(SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT));
            assertThat(again.claim(SpoolHarness.PACS, 1)).isEmpty();
        }
    }

    @Test
    void the_oldest_goes_when_it_is_too_old_and_when_everything_is_too_much() throws Exception {
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            harness.advance(WEEK.minusHours(1));
            deliver(spool, 101, 12);
            harness.advance(Duration.ofHours(2));
            SpoolHarness.keepHouse(spool);
            assertThat(read(spool, 1)).isEmpty();
            assertThat(read(spool, 13)).isEmpty();
            assertThat(read(spool, 16)).isPresent();
        }
        keep(WEEK, DataSize.ofKibibytes(300));
        try (Spool spool = open()) {
            SpoolHarness.keepHouse(spool);
            assertThat(kept(".seg") * 128 + kept(".dcm") * 96).isLessThanOrEqualTo(300);
        }
        keep(Duration.ZERO, new DataSize(0));
        try (Spool spool = open()) {
            SpoolHarness.keepHouse(spool);
            assertThat(kept("")).isZero();
        }
    }

    @Test
    void room_for_new_instances_comes_first() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = open(disk)) {
            deliver(spool, 1, 12);
            assertThat(kept("")).isPositive();
            disk.usable(SpoolHarness.MIN_FREE + 100_000);
            SpoolHarness.keepHouse(spool);
            assertThat(kept("")).isZero();
            assertThat(spool.closedBecause()).isEmpty();
            deliver(spool, 101, 12);
            assertThat(kept("")).isZero();
        }
    }

    @Test
    void a_ledger_that_is_built_anew_does_not_send_what_was_kept() throws Exception {
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            SpoolHarness.accept(spool, "1.2.3.100", "CT", 100);
        }
        for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
            Files.deleteIfExists(harness.directory.resolve(name));
        }
        try (Spool spool = open()) {
            List<String> again = SpoolHarness.deliverAll(spool, SpoolHarness.PACS).stream()
                    .map(claim -> claim.instance().sopInstance().value())
                    .toList();
            assertThat(again).contains("1.2.3.100").doesNotContain("1.2.3.1", "1.2.3.1.9");
        }
    }

    @Test
    void a_delivery_is_made_again_from_what_is_kept_and_stays_there_until_it_is_done() throws Exception {
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            assertThat(spool.copies().sendAgain(1024, "it is missing")).isTrue();
            assertThat(spool.copies().sendAgain(13 * 1024, "it is missing")).isTrue();
            assertThat(spool.copies().sendAgain(1024, "it is missing"))
                    .as("not twice")
                    .isFalse();
            assertThat(spool.books().get(SpoolHarness.PACS))
                    .isEqualTo(
                            new SpoolView.Books(13, 11, 2, 0, 0, 0, books(spool).pendingBytes()));
            harness.advance(WEEK.multipliedBy(2));
            SpoolHarness.keepHouse(spool);
        }
        try (Spool spool = open()) {
            SpoolHarness.keepHouse(spool);
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            assertThat(claims).extracting(Claim::deliveryId).containsExactly(1024L, 13 * 1024L);
            assertThat(SpoolHarness.read(spool, claims.get(0)))
                    .isEqualTo(SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT));
            assertThat(SpoolHarness.read(spool, claims.get(1)))
                    .isEqualTo(SpoolHarness.dataset("1.2.3.1.9", "CT", 3 * SpoolHarness.LARGE));
            claims.forEach(claim -> spool.settle(claim, new Settlement.Delivered(0)));
            SpoolHarness.settleDown(spool);
            assertThat(books(spool).delivered()).isEqualTo(13);
            harness.advance(WEEK.multipliedBy(2));
            SpoolHarness.keepHouse(spool);
            assertThat(kept("")).isZero();
            assertThat(spool.copies().sendAgain(1024, "it is missing"))
                    .as("the bytes are gone")
                    .isFalse();
        }
    }

    private static SpoolView.Books books(Spool spool) {
        return Objects.requireNonNull(spool.books().get(SpoolHarness.PACS));
    }

    @Test
    void a_delivery_whose_bytes_are_gone_is_made_again_from_another_copy() throws Exception {
        keep(Duration.ZERO, new DataSize(0));
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            assertThat(spool.copies().sendAgain(1024, "it is missing")).isFalse();
            byte[] dataset = SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT);
            assertThat(spool.copies().restore(1024, target -> target.take(dataset, 0, dataset.length), "it is missing"))
                    .isTrue();
        }
        try (Spool spool = open()) {
            SpoolHarness.keepHouse(spool);
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            assertThat(claims).extracting(Claim::deliveryId).containsExactly(1024L);
            assertThat(SpoolHarness.read(spool, claims.get(0)))
                    .isEqualTo(SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT));
            spool.settle(claims.get(0), new Settlement.Delivered(0));
            SpoolHarness.settleDown(spool);
            SpoolHarness.keepHouse(spool);
            try (Stream<Path> held = Files.list(folders.held())) {
                assertThat(held).isEmpty();
            }
        }
    }

    @Test
    void what_a_server_encodes_otherwise_is_sent_again_and_changes_nothing_of_what_is_known_of_the_other_copies()
            throws Exception {
        keep(Duration.ZERO, new DataSize(0));
        byte[] otherwise = SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT + 8);
        List<Copy> before;
        try (Spool spool = open()) {
            // The same instance twice: the second is no newer version of the first.
            deliver(spool, 1, 1);
            deliver(spool, 1, 12);
            before = spool.copies().copies(List.of(1024L, 3072L));
            assertThat(before).hasSize(2).noneMatch(Copy::replaced);
            assertThat(spool.copies()
                            .restore(
                                    1024,
                                    target -> target.take(otherwise, 0, otherwise.length),
                                    "it was missing there; taken from archive"))
                    .isTrue();
        }
        try (Spool spool = open()) {
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            assertThat(claims).extracting(Claim::deliveryId).containsExactly(1024L);
            assertThat(SpoolHarness.read(spool, claims.get(0))).isEqualTo(otherwise);
            spool.settle(claims.get(0), new Settlement.Delivered(0));
            SpoolHarness.settleDown(spool);
            SpoolHarness.keepHouse(spool);
            Copy copy = spool.copies().copies(List.of(1024L)).get(0);
            assertThat(copy.digest()).isPresent().isEqualTo(before.get(0).digest());
            assertThat(copy.instance()).isEqualTo(before.get(0).instance());
            assertThat(copy.replaced()).isFalse();
            DatasetDigest.Calculation restored = new DatasetDigest.Calculation();
            restored.add(otherwise, 0, otherwise.length);
            assertThat(copy.restored()).contains(new Copy.Encoding(restored.digest(), otherwise.length));
            assertThat(spool.copies().copies(List.of(3072L))).isEqualTo(before.subList(1, 2));
            assertThat(spool.story(1).orElseThrow().events())
                    .filteredOn(event -> event.kind() == SpoolSearch.EventKind.SENT_AGAIN)
                    .singleElement()
                    .satisfies(event -> assertThat(event.reason())
                            .isEqualTo("it was missing there; taken from archive, encoded as that server does"));
        }
    }

    @Test
    void what_is_restored_is_durable_before_the_ledger_says_that_it_waits() throws Exception {
        keep(Duration.ZERO, new DataSize(0));
        LocalDisk real = new LocalDisk();
        List<String> steps = new CopyOnWriteArrayList<>();
        Disk observed = (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals("rename") && ((Path) arguments[1]).startsWith(folders.held())) {
                        steps.add("named");
                    } else if (method.getName().equals("syncDirectory") && arguments[0].equals(folders.held())) {
                        steps.add("synced, while the delivery has state " + state(1024));
                    }
                    return result;
                });
        try (Spool spool = open(observed)) {
            deliver(spool, 1, 12);
            byte[] dataset = SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT);
            steps.clear();
            assertThat(spool.copies().restore(1024, target -> target.take(dataset, 0, dataset.length), "missing"))
                    .isTrue();
            assertThat(steps).containsExactly("named", "synced, while the delivery has state 1");
            assertThat(state(1024)).isZero();
        }
    }

    private long state(long delivery) throws Exception {
        try (Statements ledger = new LedgerFile(folders.ledger()).openForReading()) {
            return ledger.number("SELECT state FROM delivery WHERE id = " + delivery);
        }
    }

    @Test
    void a_restoration_that_the_ledger_refuses_takes_nothing_from_another_delivery() throws Exception {
        keep(Duration.ZERO, new DataSize(0));
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            byte[] dataset = SpoolHarness.dataset("1.2.3.1", "CT", FILLS_A_SEGMENT);
            assertThat(spool.copies().restore(1024, target -> target.take(dataset, 0, dataset.length), "missing"))
                    .isTrue();
            assertThat(spool.copies().restore(1024, target -> target.take(dataset, 0, dataset.length), "missing"))
                    .as("it is pending")
                    .isFalse();
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            assertThat(claims).hasSize(1);
            assertThat(SpoolHarness.read(spool, claims.get(0))).isEqualTo(dataset);
        }
    }

    @Test
    void kept_bytes_that_are_damaged_are_not_there_and_another_copy_takes_their_place() throws Exception {
        int size = 3 << 20;
        byte[] dataset = SpoolHarness.dataset("1.2.3.1", "CT", size);
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.3.1", "CT", size);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.keepHouse(spool);
            damageEnd(only(folders.kept()));
            assertThat(spool.copies().sendAgain(1024, "missing")).isFalse();
            assertThat(spool.copies().restore(1024, target -> target.take(dataset, 0, dataset.length), "missing"))
                    .isTrue();
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            assertThat(SpoolHarness.read(spool, claims.get(0))).isEqualTo(dataset);
            harness.advance(Duration.ofSeconds(1));
            spool.settle(claims.get(0), new Settlement.Delivered(0));
            SpoolHarness.settleDown(spool);
            SpoolHarness.keepHouse(spool);
            SpoolHarness.keepHouse(spool);
            assertThat(kept(".dcm")).as("the damaged one is gone").isEqualTo(1);
            assertThat(read(spool, 1)).contains(dataset);
        }
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".dcm")).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    private static void damageEnd(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 10] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void a_ledger_that_takes_nothing_does_not_keep_the_disk_full() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = harness.open(disk)) {
            deliver(spool, 1, 12);
            assertThat(kept("")).isPositive();
            harness.ledgers.fail(true);
            SpoolHarness.accept(spool, "1.2.3.99", "CT", 100);
            await().until(() -> spool.closedBecause().isPresent());
            disk.usable(SpoolHarness.MIN_FREE - 1);
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> SpoolHarness.keepHouse(spool));
            assertThat(kept("")).isZero();
            assertThat(spool.copies().sendAgain(1024, "missing")).isFalse();
            harness.ledgers.fail(false);
        }
    }

    @Test
    void what_is_sent_again_is_exported_too() throws Exception {
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            assertThat(spool.copies().sendAgain(1024, "missing")).isTrue();
            SpoolHarness.settleDown(spool);
            List<String> exported = new ArrayList<>();
            new SpoolReader(harness.directory).forEach(held -> {
                try (InputStream part10 = held.open()) {
                    part10.readAllBytes();
                    exported.add(held.instance().sopInstance().value());
                }
            });
            assertThat(exported).containsExactly("1.2.3.1");
        }
    }

    @Test
    void a_copy_that_cannot_be_read_to_its_end_restores_nothing() throws Exception {
        keep(Duration.ZERO, new DataSize(0));
        try (Spool spool = open()) {
            deliver(spool, 1, 12);
            IOException broken = new IOException("the server went away");
            assertThat(catchThrowable(() -> spool.copies()
                            .restore(
                                    1024,
                                    target -> {
                                        target.take(new byte[100], 0, 100);
                                        throw broken;
                                    },
                                    "it is missing")))
                    .isSameAs(broken);
            assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
            try (Stream<Path> held = Files.list(folders.held())) {
                assertThat(held).isEmpty();
            }
        }
    }

    @Test
    void an_older_version_is_not_sent_again_after_a_newer_one() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.3.1", "CT", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.accept(spool, "1.2.3.1", "CT", 200);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            assertThat(spool.copies().copies(List.of(1024L, 2048L)))
                    .extracting(Copy::replaced)
                    .containsExactly(true, false);
            assertThat(spool.copies().sendAgain(1024, "it differs")).isFalse();
            assertThat(spool.copies().restore(1024, target -> {}, "it differs")).isFalse();
            SpoolHarness.settleDown(spool);
            assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        }
    }

    @Test
    void a_copy_that_another_gateway_has_replaced_is_not_sent_again() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.3.1", "CT", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            spool.handover().replaced(List.of(new Handover.Replaced(1, "other"), new Handover.Replaced(7, "other")));
            assertThat(spool.copies().copies(List.of(1024L)))
                    .extracting(Copy::replaced)
                    .containsExactly(false);

            spool.handover().replaced(List.of(new Handover.Replaced(1, SpoolHarness.PACS)));

            assertThat(spool.copies().copies(List.of(1024L)))
                    .extracting(Copy::replaced)
                    .containsExactly(true);
            assertThat(spool.copies().sendAgain(1024, "it differs")).isFalse();
            assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        }
    }

    @Test
    void checks_are_due_after_a_delivery_and_their_results_are_counted_until_the_history_is_deleted() throws Exception {
        Duration hour = Duration.ofHours(1);
        try (Spool spool = open()) {
            Copies copies = spool.copies();
            copies.checkAfter(name -> name.equals(SpoolHarness.PACS) ? Optional.of(hour) : Optional.empty());
            SpoolHarness.accept(spool, "1.2.3.1", "MG", 100);
            SpoolHarness.accept(spool, "1.2.3.2", "MG", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.deliverAll(spool, SpoolHarness.ARCHIVE);
            assertThat(copies.due(SpoolHarness.PACS, now(), 10)).isEmpty();
            harness.advance(hour);
            assertThat(copies.due(SpoolHarness.PACS, now(), 10))
                    .extracting(Copy::deliveryId)
                    .containsExactly(1024L, 2048L);
            assertThat(copies.due(SpoolHarness.ARCHIVE, now(), 10)).isEmpty();
            assertThat(spool.copyCounts()).containsOnly(Map.entry(SpoolHarness.PACS, Map.of(CopyState.UNCHECKED, 2L)));
            copies.checked(List.of(
                    checked(1024, CopyState.VERIFIED, Optional.of("abc")),
                    checked(2048, CopyState.MISSING, Optional.empty())));
            SpoolHarness.settleDown(spool);
        }
        try (Spool spool = open()) {
            Copies copies = spool.copies();
            assertThat(copies.due(SpoolHarness.PACS, now(), 10)).isEmpty();
            assertThat(copies.copies(List.of(1024L)).get(0).md5()).contains("abc");
            assertThat(spool.copyCounts().get(SpoolHarness.PACS))
                    .containsEntry(CopyState.VERIFIED, 1L)
                    .containsEntry(CopyState.MISSING, 1L)
                    .containsEntry(CopyState.UNCHECKED, 0L);
            assertThat(spool.story(2).orElseThrow().events())
                    .extracting(SpoolSearch.Event::kind)
                    .contains(SpoolSearch.EventKind.MISSING);
            copies.sendAgain(2048, "it is missing");
            SpoolHarness.settleDown(spool);
            assertThat(spool.copyCounts().get(SpoolHarness.PACS)).containsEntry(CopyState.MISSING, 0L);
            copies.checked(List.of(checked(2048, CopyState.VERIFIED, Optional.empty())));
            SpoolHarness.settleDown(spool);
            assertThat(spool.copyCounts().get(SpoolHarness.PACS))
                    .as("a check of what is being sent again says nothing")
                    .containsEntry(CopyState.VERIFIED, 1L);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            harness.advance(SpoolHarness.HISTORY.plusDays(1));
            SpoolHarness.keepHouse(spool);
            spool.spoolMaintenance().forget();
            assertThat(spool.copyCounts().get(SpoolHarness.PACS)).containsEntry(CopyState.VERIFIED, 0L);
        }
    }

    @Test
    void a_check_from_before_a_copy_was_sent_again_says_nothing_about_what_was_sent() throws Exception {
        try (Spool spool = open()) {
            Copies copies = spool.copies();
            copies.checkAfter(name -> Optional.of(Duration.ZERO));
            SpoolHarness.accept(spool, "1.2.3.1", "MG", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            harness.advance(Duration.ofSeconds(1));
            Checked before = checked(1024, CopyState.VERIFIED, Optional.empty());
            harness.advance(Duration.ofSeconds(1));
            copies.sendAgain(1024, "the server said that it is missing");
            SpoolHarness.settleDown(spool);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            copies.checked(List.of(before));
            SpoolHarness.settleDown(spool);
            assertThat(copies.copies(List.of(1024L)).get(0).state()).isEqualTo(CopyState.UNCHECKED);
            copies.checked(List.of(checked(1024, CopyState.VERIFIED, Optional.empty())));
            SpoolHarness.settleDown(spool);
            assertThat(copies.copies(List.of(1024L)).get(0).state()).isEqualTo(CopyState.VERIFIED);
        }
    }

    @Test
    void a_postponed_check_is_due_later_and_keeps_its_last_result() throws Exception {
        try (Spool spool = open()) {
            Copies copies = spool.copies();
            copies.checkAfter(name -> Optional.of(Duration.ZERO));
            SpoolHarness.accept(spool, "1.2.3.1", "MG", 100);
            SpoolHarness.accept(spool, "1.2.3.2", "MG", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            copies.checked(List.of(
                    new Checked(
                            1024, CopyState.VERIFIED, now(), "by a test", "", Optional.of("abc"), Optional.of(now())),
                    checked(2048, CopyState.VERIFIED, Optional.empty())));
            copies.postpone(List.of(1024L, 2048L), now().plusSeconds(600));
            SpoolHarness.settleDown(spool);
            assertThat(copies.due(SpoolHarness.PACS, now().plusSeconds(599), 10))
                    .isEmpty();
            assertThat(copies.due(SpoolHarness.PACS, now().plusSeconds(600), 10))
                    .as("the other one is not checked any more")
                    .singleElement()
                    .satisfies(copy -> {
                        assertThat(copy.deliveryId()).isEqualTo(1024);
                        assertThat(copy.state()).isEqualTo(CopyState.VERIFIED);
                        assertThat(copy.md5()).contains("abc");
                    });
        }
    }

    @Test
    void what_a_destination_says_about_its_commitment_stays_with_the_copy_until_it_is_sent_again() throws Exception {
        Duration after = Duration.ofMinutes(2);
        try (Spool spool = open()) {
            CopyCommitments commitments = spool.commitments();
            commitments.askAfter(name -> name.equals(SpoolHarness.PACS) ? Optional.of(after) : Optional.empty());
            SpoolHarness.accept(spool, "1.2.3.1", "MG", 100);
            SpoolHarness.accept(spool, "1.2.3.2", "MG", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.deliverAll(spool, SpoolHarness.ARCHIVE);
            SpoolHarness.settleDown(spool);
            Instant delivered = now();
            assertThat(commitments.owed(SpoolHarness.PACS, delivered, 10)).isEmpty();
            List<CopyCommitments.Owed> owed = commitments.owed(SpoolHarness.PACS, delivered.plus(after), 10);
            assertThat(owed).extracting(each -> each.copy().deliveryId()).containsExactly(1024L, 2048L);
            assertThat(commitments.debts())
                    .containsOnly(Map.entry(SpoolHarness.PACS, new CopyCommitments.Debt(2, 0, delivered)));

            Instant tomorrow = delivered.plus(Duration.ofDays(1));
            commitments.note(owed.stream()
                    .map(each -> note(each, true, Optional.empty(), Optional.of(tomorrow)))
                    .toList());
            commitments.note(List.of(
                    note(owed.get(0), false, said(Optional.empty()), Optional.empty()),
                    note(owed.get(1), false, said(Optional.of(new FailureReason(0x0213))), Optional.of(tomorrow))));
            SpoolHarness.settleDown(spool);
            assertThat(commitments.debts())
                    .containsOnly(Map.entry(SpoolHarness.PACS, new CopyCommitments.Debt(0, 1, delivered)));
        }
        try (Spool spool = open()) {
            CopyCommitments commitments = spool.commitments();
            assertThat(spool.story(1).orElseThrow().events())
                    .extracting(SpoolSearch.Event::kind)
                    .contains(SpoolSearch.EventKind.COMMITTED);
            assertThat(spool.story(2).orElseThrow().events())
                    .filteredOn(event -> event.kind() == SpoolSearch.EventKind.NOT_COMMITTED)
                    .singleElement()
                    .satisfies(event -> assertThat(event.reason()).isEqualTo("0x0213, resource limitation"));
            assertThat(commitments.owed(SpoolHarness.PACS, now(), 10)).isEmpty();
            commitments.hasten(SpoolHarness.PACS, now());
            SpoolHarness.settleDown(spool);
            CopyCommitments.Owed again =
                    commitments.owed(SpoolHarness.PACS, now(), 10).get(0);
            assertThat(again.requests()).isEqualTo(1);

            harness.advance(Duration.ofSeconds(5));
            spool.copies().sendAgain(2048, "it was missing there");
            commitments.note(List.of(note(again, false, said(Optional.empty()), Optional.empty())));
            SpoolHarness.settleDown(spool);
            assertThat(spool.story(2)
                            .orElseThrow()
                            .instance()
                            .deliveries()
                            .get(0)
                            .commitment())
                    .as("what is said of the delivery before")
                    .isEmpty();
            commitments.askAfter(name -> Optional.of(after));
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.settleDown(spool);
            assertThat(commitments.owed(SpoolHarness.PACS, now().plus(after), 10))
                    .singleElement()
                    .satisfies(each -> {
                        assertThat(each.requests()).isZero();
                        assertThat(each.sentAgainAt()).contains(now());
                    });
            harness.advance(SpoolHarness.HISTORY.plusDays(1));
            SpoolHarness.keepHouse(spool);
            spool.spoolMaintenance().forget();
            assertThat(commitments.debts()).isEmpty();
        }
    }

    private Optional<Commitment> said(Optional<FailureReason> failure) {
        return Optional.of(new Commitment(now(), failure));
    }

    private static CopyCommitments.Note note(
            CopyCommitments.Owed owed, boolean requested, Optional<Commitment> said, Optional<Instant> again) {
        return new CopyCommitments.Note(owed.copy().deliveryId(), owed.deliveredAt(), requested, said, again);
    }

    private Instant now() {
        return harness.clock().instant();
    }

    private Checked checked(long delivery, CopyState state, Optional<String> md5) {
        return new Checked(delivery, state, now(), "by a test", "", md5, Optional.empty());
    }
}
