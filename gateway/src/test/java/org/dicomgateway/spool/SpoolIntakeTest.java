package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.RefusedException.Kind;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.intake.GatherBuffers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolIntakeTest {

    private static final int SMALL = 8 << 10;

    @TempDir
    Path directory;

    private static void assertKind(Kind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private List<String> instanceFiles() throws IOException {
        Folders folders = new Folders(directory);
        Disk disk = new LocalDisk();
        return Stream.concat(disk.list(folders.large()).stream(), disk.list(folders.held()).stream())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000, 60_000 - 1_200, 3 * SpoolHarness.LARGE, 1 << 20})
    void what_was_accepted_is_there_byte_for_byte_when_the_spool_is_opened_again(int size) throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            Intake.Accepted accepted = SpoolHarness.accept(spool, "1.2.3.4", "CT", size);
            assertThat(accepted.plan().deliveries()).hasSize(1);
            assertThat(accepted.instance().origin()).isEqualTo(SpoolHarness.ORIGIN);
        }
        try (Spool spool = harness.open()) {
            Claim claim = spool.claim(SpoolHarness.PACS, 1).get(0);
            assertThat(SpoolHarness.read(spool, claim)).isEqualTo(SpoolHarness.dataset("1.2.3.4", "CT", size));
            assertThat(claim.instance().studyInstanceUid()).isEqualTo("1.2.3");
        }
    }

    @Test
    void without_memory_to_gather_in_an_instance_goes_to_a_file_and_nobody_waits() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory, GatherBuffers.CHUNK);
        try (Spool spool = harness.open()) {
            InputStream slow = new ByteArrayInputStream(SpoolHarness.dataset("1.2.1", "CT", SMALL)) {
                private boolean nested;

                @Override
                public synchronized int read(byte[] bytes, int offset, int length) {
                    if (!nested) {
                        nested = true;
                        // While the first holds the only buffer, a second comes and goes.
                        try {
                            SpoolHarness.accept(spool, "1.2.2", "CT", SMALL);
                        } catch (RefusedException | IOException e) {
                            throw new AssertionError(e);
                        }
                    }
                    return super.read(bytes, offset, length);
                }
            };
            spool.accept(SpoolHarness.arrival("1.2.1"), slow);
            assertThat(instanceFiles()).hasSize(1);
            SpoolHarness.settleDown(spool);
            for (Claim claim : spool.claim(SpoolHarness.PACS, 10)) {
                String uid = claim.instance().sopInstance().value();
                assertThat(SpoolHarness.read(spool, claim)).isEqualTo(SpoolHarness.dataset(uid, "CT", SMALL));
            }
        }
    }

    @Test
    void sixteen_senders_at_once_get_ids_of_their_own_and_their_own_bytes_back() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        ExecutorService senders = Executors.newFixedThreadPool(16);
        try (Spool spool = harness.open()) {
            List<Future<Intake.Accepted>> sent = new ArrayList<>();
            for (int i = 0; i < 320; i++) {
                String uid = "1.2.3." + i;
                int size = i % 20 == 0 ? 2 * SpoolHarness.LARGE : 500 + 97 * (i % 90);
                sent.add(senders.submit(() -> SpoolHarness.accept(spool, uid, "CT", size)));
            }
            Set<Long> ids = new HashSet<>();
            for (Future<Intake.Accepted> accepted : sent) {
                assertThat(ids.add(accepted.get().instance().id())).isTrue();
            }
            SpoolHarness.settleDown(spool);
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 1_000);
            assertThat(claims).hasSize(320);
            for (Claim claim : claims) {
                String uid = claim.instance().sopInstance().value();
                int i = Integer.parseInt(uid.substring("1.2.3.".length()));
                int size = i % 20 == 0 ? 2 * SpoolHarness.LARGE : 500 + 97 * (i % 90);
                assertThat(SpoolHarness.read(spool, claim)).isEqualTo(SpoolHarness.dataset(uid, "CT", size));
            }
        } finally {
            senders.shutdownNow();
        }
    }

    @Test
    void a_dataset_that_is_not_what_was_announced_is_refused_and_leaves_nothing() throws Exception {
        try (Spool spool = new SpoolHarness(directory).open()) {
            byte[] dataset = SpoolHarness.dataset("1.2.3", "CT", 3 * SpoolHarness.LARGE);
            assertKind(
                    Kind.MISMATCH,
                    () -> spool.accept(SpoolHarness.arrival("1.2.4"), new ByteArrayInputStream(dataset)));
            Intake.Arrival otherClass = new Intake.Arrival(
                    Uid.of("1.2.840.10008.5.1.4.1.1.4"),
                    Uid.of("1.2.3"),
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                    SpoolHarness.ORIGIN,
                    Optional.empty());
            assertKind(Kind.MISMATCH, () -> spool.accept(otherClass, new ByteArrayInputStream(dataset)));
            Intake.Arrival ofAnotherStudy = new Intake.Arrival(
                    SpoolHarness.SOP_CLASS,
                    Uid.of("1.2.3"),
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                    SpoolHarness.ORIGIN,
                    Optional.of(Uid.of("9.9.9")));
            assertKind(Kind.MISMATCH, () -> spool.accept(ofAnotherStudy, new ByteArrayInputStream(dataset)));
            assertThat(instanceFiles()).isEmpty();
            SpoolHarness.settleDown(spool);
            assertThat(spool.books()).isEmpty();
            assertThat(spool.unrouted()).isZero();
        }
    }

    @Test
    void a_dataset_that_cannot_be_read_is_refused() throws Exception {
        try (Spool spool = new SpoolHarness(directory).open()) {
            for (byte[] dataset : List.of(new byte[0], new byte[] {8, 0, 22, 0, 'U'}, new byte[5000])) {
                assertKind(
                        Kind.UNREADABLE,
                        () -> spool.accept(SpoolHarness.arrival("1.2.3"), new ByteArrayInputStream(dataset)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 3 * SpoolHarness.LARGE})
    void when_the_sender_breaks_off_his_exception_comes_back_and_nothing_is_left(int length) throws Exception {
        IOException brokenOff = new IOException("association aborted");
        try (Spool spool = new SpoolHarness(directory).open()) {
            InputStream broken = new java.io.SequenceInputStream(
                    new ByteArrayInputStream(SpoolHarness.dataset("1.2.3", "CT", length)), new InputStream() {
                        @Override
                        public int read() throws IOException {
                            throw brokenOff;
                        }

                        @Override
                        public int read(byte[] bytes, int offset, int count) throws IOException {
                            throw brokenOff;
                        }
                    });
            assertThatThrownBy(() -> spool.accept(SpoolHarness.arrival("1.2.3"), broken))
                    .isSameAs(brokenOff);
            assertThat(instanceFiles()).isEmpty();
            SpoolHarness.accept(spool, "1.2.3", "CT", length);
        }
    }

    @Test
    void a_sync_that_fails_refuses_what_waits_for_it_and_the_next_instance_finds_a_new_segment() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open(disk)) {
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
            int[] left = {1};
            disk.fail((number, operation) -> operation.startsWith("sync") && left[0]-- > 0);
            assertKind(Kind.FAULT, () -> SpoolHarness.accept(spool, "1.2.2", "CT", SMALL));
            SpoolHarness.accept(spool, "1.2.3", "CT", SMALL);
            assertThat(spool.closedBecause()).isEmpty();
        }
        try (Spool spool = harness.open()) {
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS))
                    .extracting(claim -> claim.instance().sopInstance().value())
                    .containsExactly("1.2.1", "1.2.3");
        }
    }

    @Test
    void a_disk_that_fails_closes_the_intake_until_it_works_again() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = new SpoolHarness(directory).open(disk)) {
            disk.fail((number, operation) -> true);
            assertKind(Kind.FAULT, () -> SpoolHarness.accept(spool, "1.2.2", "CT", SMALL));
            assertThat(spool.closedBecause())
                    .hasValueSatisfying(why -> assertThat(why).contains("log"));
            disk.fail((number, operation) -> false);
            spool.spoolMaintenance().lookAround();
            await().untilAsserted(() -> assertThat(spool.closedBecause()).isEmpty());
            SpoolHarness.accept(spool, "1.2.2", "CT", SMALL);
        }
    }

    @Test
    void a_full_disk_refuses_for_want_of_room() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = new SpoolHarness(directory).open(disk)) {
            disk.fill();
            assertKind(Kind.NO_SPACE, () -> SpoolHarness.accept(spool, "1.2.1", "CT", SMALL));
            assertKind(Kind.NO_SPACE, () -> SpoolHarness.accept(spool, "1.2.1", "CT", 3 * SpoolHarness.LARGE));
            assertThat(instanceFiles()).isEmpty();
        }
    }

    @Test
    void under_the_watermark_nothing_is_taken_in_until_there_is_room_again() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = new SpoolHarness(directory).open(disk)) {
            spool.spoolMaintenance().lookAround();
            disk.usable(SpoolHarness.MIN_FREE - 1);
            spool.spoolMaintenance().lookAround();
            assertThat(spool.closedBecause())
                    .hasValueSatisfying(why ->
                            assertThat(why).contains(String.valueOf(SpoolHarness.MIN_FREE - 1), "min-free-space"));
            assertKind(Kind.NO_SPACE, () -> SpoolHarness.accept(spool, "1.2.1", "CT", SMALL));
            disk.usable(SpoolHarness.MIN_FREE);
            spool.spoolMaintenance().lookAround();
            assertThat(spool.closedBecause()).isEmpty();
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
        }
    }

    private long spares() throws IOException {
        try (Stream<Path> log = Files.list(new Folders(directory).log())) {
            return log.filter(file -> file.toString().endsWith(Folders.SPARE)).count();
        }
    }

    @Test
    void a_reserve_is_made_in_quiet_times_kept_when_its_content_is_delivered_and_given_up_for_want_of_room()
            throws Exception {
        SpoolHarness harness = new SpoolHarness(directory, 1 << 20, 4 * (128 << 10));
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = harness.open(disk)) {
            for (int look = 0; look < 20; look++) {
                SpoolHarness.accept(spool, "1.2." + look, "CT", 10);
                SpoolHarness.settleDown(spool);
                spool.spoolMaintenance().lookAround();
            }
            assertThat(spares()).as("while instances come in").isEqualTo(1);
            for (int look = 0; look < 20; look++) {
                spool.claim(SpoolHarness.PACS, 1).forEach(claim -> spool.settle(claim, new Settlement.Delivered(0)));
                SpoolHarness.settleDown(spool);
                spool.spoolMaintenance().lookAround();
            }
            assertThat(spares()).as("while instances go out").isEqualTo(1);
            for (int look = 0; look < 8; look++) {
                spool.spoolMaintenance().lookAround();
            }
            assertThat(spares()).isEqualTo(4);
            for (int i = 0; i < 40; i++) {
                SpoolHarness.accept(spool, "1.3." + i, "CT", SMALL);
            }
            assertThat(spares()).isLessThan(3);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.keepHouse(spool);
            assertThat(spares()).isEqualTo(4);
            disk.usable(SpoolHarness.MIN_FREE - 1);
            spool.spoolMaintenance().lookAround();
            assertThat(spares()).isZero();
        }
    }

    @Test
    void whoever_is_alone_writes_the_log_himself() throws Exception {
        List<Thread> syncing = Collections.synchronizedList(new ArrayList<>());
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = new SpoolHarness(directory).open(disk)) {
            disk.fail((number, operation) -> {
                syncing.add(Thread.currentThread());
                return false;
            });
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
            assertThat(syncing).isNotEmpty().containsOnly(Thread.currentThread());
        }
    }

    @Test
    void an_Error_while_the_log_is_written_fails_everybody_who_waits_and_is_made_good_by_the_next_start()
            throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        FaultyDisk disk = FaultyDisk.healthy();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Spool spool = harness.open(disk)) {
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
            CountDownLatch writing = new CountDownLatch(1);
            CountDownLatch queued = new CountDownLatch(1);
            disk.fail((number, operation) -> {
                writing.countDown();
                awaitOrFail(queued);
                throw new OutOfMemoryError("says the test");
            });
            Future<?> writer = pool.submit(() -> SpoolHarness.accept(spool, "1.2.2", "CT", SMALL));
            awaitOrFail(writing);
            FutureTask<?> waiting = new FutureTask<>(() -> SpoolHarness.accept(spool, "1.2.3", "CT", SMALL));
            Thread waiter = new Thread(waiting);
            waiter.start();
            await().until(() -> waiter.getState() == Thread.State.WAITING);
            queued.countDown();
            assertThatThrownBy(writer::get).hasCauseInstanceOf(OutOfMemoryError.class);
            assertThatThrownBy(waiting::get).hasCauseInstanceOf(RefusedException.class);
            assertKind(Kind.FAULT, () -> SpoolHarness.accept(spool, "1.2.4", "CT", SMALL));
            assertThat(spool.closedBecause()).isPresent();
        } finally {
            pool.shutdownNow();
        }
        try (Spool spool = harness.open()) {
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(1);
            SpoolHarness.accept(spool, "1.2.5", "CT", SMALL);
        }
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_ledger_that_fails_closes_the_intake_and_what_was_acknowledged_comes_through_later() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            harness.ledgers.fail(true);
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
            await().untilAsserted(() -> assertThat(spool.closedBecause())
                    .hasValueSatisfying(why -> assertThat(why).contains("ledger")));
            assertKind(Kind.FAULT, () -> SpoolHarness.accept(spool, "1.2.2", "CT", SMALL));
            harness.ledgers.fail(false);
            await().untilAsserted(() -> assertThat(spool.closedBecause()).isEmpty());
            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(1);
        }
    }

    @Test
    void a_spool_that_was_closed_while_the_ledger_failed_has_everything_when_it_is_opened_again() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            harness.ledgers.fail(true);
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
        }
        harness.ledgers.fail(false);
        try (Spool spool = harness.open()) {
            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(1);
        }
    }

    @Test
    void an_interrupted_sender_still_learns_what_became_of_his_instance() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            Thread.currentThread().interrupt();
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
            assertThat(Thread.interrupted()).isTrue();
            Thread.currentThread().interrupt();
            assertKind(Kind.CLOSED, () -> SpoolHarness.accept(spool, "1.2.2", "CT", 3 * SpoolHarness.LARGE));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(instanceFiles()).isEmpty();
            SpoolHarness.accept(spool, "1.2.3", "CT", SMALL);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void a_closed_spool_takes_nothing_and_gives_nothing() throws Exception {
        Spool spool = new SpoolHarness(directory).open();
        spool.close();
        spool.close();
        assertThat(spool.closedBecause()).isPresent();
        assertKind(Kind.CLOSED, () -> SpoolHarness.accept(spool, "1.2.3", "CT", SMALL));
        assertThat(spool.claim(SpoolHarness.PACS, 1)).isEmpty();
    }

    @Test
    void nobody_but_the_owner_can_read_anything() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory.resolve("spool"));
        try (Spool spool = Spool.open(
                harness.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                harness.clock(),
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE)) {
            SpoolHarness.accept(spool, "1.2.1", "CT", SMALL);
            SpoolHarness.accept(spool, "1.2.2", "CT", 3 * SpoolHarness.LARGE);
            try (Stream<Path> all = Files.walk(harness.directory)) {
                // The driver's library has no data in it, and stands in a folder that only the owner can enter.
                assertThat(all.filter(path -> !path.toString().contains("/sqlite/")))
                        .allSatisfy(
                                path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                                        .as("%s", path)
                                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void a_second_opener_is_told_which_process_has_the_spool() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            assertThat(spool.closedBecause()).isEmpty();
            assertThatThrownBy(harness::open)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        harness.open().close();
    }
}
