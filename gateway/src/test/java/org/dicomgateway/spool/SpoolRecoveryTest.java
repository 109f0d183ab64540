package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SpoolReader;
import org.dicomgateway.spool.log.SegmentHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolRecoveryTest {

    @TempDir
    Path directory;

    private SpoolHarness harness;
    private Folders folders;

    @BeforeEach
    void a_spool_with_one_of_each_kind() throws Exception {
        harness = new SpoolHarness(directory);
        folders = new Folders(directory);
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            SpoolHarness.accept(spool, "1.2.2", "CT", 3 * SpoolHarness.LARGE);
            SpoolHarness.accept(spool, "1.2.3", "OT", 8_000);
            SpoolHarness.accept(spool, "1.2.4", "MG", 8_000);
        }
    }

    private static Map<String, byte[]> pending(Spool spool) throws IOException {
        Map<String, byte[]> found = new HashMap<>();
        for (Claim claim : spool.claim(SpoolHarness.PACS, 100)) {
            found.put(claim.instance().sopInstance().value(), SpoolHarness.read(spool, claim));
        }
        return found;
    }

    private void assertEverythingIsThere(Spool spool) throws IOException {
        Map<String, byte[]> pending = pending(spool);
        assertThat(pending).containsOnlyKeys("1.2.1", "1.2.2", "1.2.4");
        assertThat(pending.get("1.2.1")).isEqualTo(SpoolHarness.dataset("1.2.1", "CT", 8_000));
        assertThat(pending.get("1.2.2")).isEqualTo(SpoolHarness.dataset("1.2.2", "CT", 3 * SpoolHarness.LARGE));
        assertThat(spool.claim(SpoolHarness.ARCHIVE, 10)).hasSize(1);
        assertThat(spool.unrouted()).isEqualTo(1);
    }

    @Test
    void a_lost_ledger_is_built_anew_from_log_and_files() throws Exception {
        harness.ledgers.lose();
        try (Spool spool = harness.open()) {
            assertEverythingIsThere(spool);
        }
    }

    @Test
    void a_rebuild_during_which_the_disk_died_begins_again_even_if_the_journal_is_lost_too() throws Exception {
        try (Spool spool = harness.open()) {
            harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
            SpoolHarness.keepHouse(spool);
            SpoolHarness.keepHouse(spool);
        }
        assertThat(new LocalDisk().list(folders.held())).isNotEmpty();
        harness.ledgers.lose();
        FaultyDisk disk = FaultyDisk.healthy();
        AtomicBoolean dead = new AtomicBoolean();
        disk.fail((number, operation) -> dead.get() || (operation.endsWith(".dcm") && !dead.getAndSet(true)));
        assertThatThrownBy(() -> harness.open(disk)).isInstanceOf(IOException.class);
        assertThat(dead).isTrue();
        Files.delete(folders.facts());
        try (Spool spool = harness.open()) {
            assertEverythingIsThere(spool);
        }
        assertThat(harness.ledgers.setAside()).isEmpty();
    }

    @Test
    void a_damaged_ledger_is_set_aside_and_built_anew() throws Exception {
        harness.ledgers.corrupt();
        try (Spool spool = harness.open()) {
            assertEverythingIsThere(spool);
        }
        assertThat(harness.ledgers.setAside()).containsExactly(".corrupt-20260301T080000Z");
    }

    @Test
    void the_real_ledger_that_is_damaged_is_set_aside_and_built_anew() throws Exception {
        Path real = directory.resolve("real");
        SpoolHarness other = new SpoolHarness(real);
        try (Spool spool = Spool.open(
                other.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                other.clock(),
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE)) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            SpoolHarness.accept(spool, "1.2.2", "CT", 3 * SpoolHarness.LARGE);
        }
        Files.write(real.resolve("ledger.db"), new byte[20_000], StandardOpenOption.WRITE);
        try (Spool spool = Spool.open(
                other.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                other.clock(),
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE)) {
            assertThat(pending(spool)).containsOnlyKeys("1.2.1", "1.2.2");
        }
        assertThat(real.resolve("ledger.db.corrupt-20260301T080000Z")).exists();
    }

    @Test
    void without_log_and_ledger_the_files_are_adopted_with_their_origin_and_planned_again() throws Exception {
        harness.ledgers.lose();
        for (String segment : new LocalDisk().list(folders.log())) {
            Files.delete(folders.log().resolve(segment));
        }
        Files.writeString(folders.held().resolve("77.dcm"), "not DICOM at all");
        try (Spool spool = harness.open()) {
            Claim claim = spool.claim(SpoolHarness.PACS, 10).get(0);
            assertThat(claim.instance().sopInstance().value()).isEqualTo("1.2.2");
            assertThat(claim.instance().origin()).isEqualTo(SpoolHarness.ORIGIN);
            assertThat(SpoolHarness.read(spool, claim))
                    .isEqualTo(SpoolHarness.dataset("1.2.2", "CT", 3 * SpoolHarness.LARGE));
            assertThat(folders.setAside().resolve("77.dcm")).exists();
            assertThat(SpoolHarness.accept(spool, "1.2.5", "CT", 100).instance().id())
                    .isGreaterThan(77);
        }
        try (Spool spool = harness.open()) {
            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(2);
            assertThat(folders.setAside().resolve("77.dcm")).exists();
        }
    }

    @Test
    void what_a_crash_left_half_written_is_removed_and_what_is_not_known_is_set_aside() throws Exception {
        Files.writeString(folders.large().resolve("in-1.part"), "half");
        Files.writeString(folders.held().resolve("3.part"), "half");
        Files.writeString(folders.large().resolve("99.dcm"), "named, but its record was never synced");
        try (Spool spool = harness.open()) {
            assertEverythingIsThere(spool);
            assertThat(spool.vitals().setAside()).isEqualTo(1);
        }
        assertThat(folders.setAside().resolve("99.dcm")).hasContent("named, but its record was never synced");
        assertThat(new LocalDisk().list(folders.large())).containsExactly("2.dcm");
        assertThat(folders.held()).isEmptyDirectory();
    }

    @Test
    void ids_are_never_used_again_not_even_when_all_is_delivered_and_the_ledger_lost() throws Exception {
        long last;
        try (Spool spool = harness.open()) {
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            last = SpoolHarness.accept(spool, "1.2.5", "CT", 100).instance().id();
            assertThat(last).isEqualTo(5);
        }
        try (Spool spool = harness.open()) {
            assertThat(SpoolHarness.accept(spool, "1.2.6", "CT", 100).instance().id())
                    .isEqualTo(6);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            SpoolHarness.deliverAll(spool, SpoolHarness.ARCHIVE);
        }
        harness.ledgers.lose();
        try (Spool spool = harness.open()) {
            assertThat(SpoolHarness.accept(spool, "1.2.7", "CT", 100).instance().id())
                    .isGreaterThan(6);
        }
    }

    @Test
    void stragglers_survive_the_loss_of_the_ledger_as_plain_part_10_files() throws Exception {
        try (Spool spool = harness.open()) {
            harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
            SpoolHarness.keepHouse(spool);
            SpoolHarness.keepHouse(spool);
            assertThat(folders.segment(1)).doesNotExist();
            assertThat(new LocalDisk().list(folders.held())).containsExactlyInAnyOrder("1.dcm", "3.dcm", "4.dcm");
        }
        byte[] file = Files.readAllBytes(folders.held().resolve("1.dcm"));
        assertThat(Part10.read(new ByteArrayInputStream(file)).sopInstance().value())
                .isEqualTo("1.2.1");
        harness.ledgers.lose();
        try (Spool spool = harness.open()) {
            assertEverythingIsThere(spool);
        }
    }

    @Test
    void a_damaged_record_that_was_acknowledged_is_parked_when_it_is_sent_and_costs_no_other() throws Exception {
        byte[] segment = Files.readAllBytes(folders.segment(1));
        segment[SegmentHeader.LENGTH + 4_000] ^= 1;
        Files.write(folders.segment(1), segment);
        harness.ledgers.lose();
        try (Spool spool = harness.open()) {
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            assertThat(claims).hasSize(3);
            for (Claim claim : claims) {
                boolean damaged = claim.instance().id() == 1;
                try {
                    SpoolHarness.read(spool, claim);
                    assertThat(damaged).isFalse();
                } catch (DamagedInstanceException e) {
                    assertThat(damaged).isTrue();
                }
            }
        }
    }

    @Test
    void a_segment_whose_header_is_damaged_still_gives_its_records() throws Exception {
        byte[] segment = Files.readAllBytes(folders.segment(1));
        segment[20] ^= 1;
        Files.write(folders.segment(1), segment);
        harness.ledgers.lose();
        try (Spool spool = harness.open()) {
            assertEverythingIsThere(spool);
        }
    }

    @Test
    void segments_of_another_size_than_is_configured_now_are_read_and_not_used_again() throws Exception {
        SpoolSettings old = harness.settings;
        SpoolSettings larger = new SpoolSettings(
                old.directory(),
                DataSize.ofKibibytes(256),
                old.reserve(),
                old.largeInstance(),
                old.receiveMemory(),
                old.minFreeSpace(),
                old.history(),
                old.stragglerAge(),
                SpoolSettings.Keep.NOTHING);
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = SpoolHarness.open(
                larger, SpoolHarness::plan, Candidates.FIRST, harness.clock(), disk, harness.ledgers)) {
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(3);
            SpoolHarness.deliverAll(spool, SpoolHarness.ARCHIVE);
            spool.replan((header, origin) ->
                    new Plan(8, List.of(new Plan.PlannedDelivery("late", 1, List.of(SpoolHarness.PACS), 0, false))));
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(1);
            for (int round = 0; round < 4; round++) {
                for (int i = 0; i < 30; i++) {
                    SpoolHarness.accept(spool, "1.2.9." + round + "." + i, "CT", 8_000);
                }
                assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(30);
                SpoolHarness.keepHouse(spool);
            }
        }
        for (String name : disk.list(folders.log())) {
            assertThat(folders.log().resolve(name))
                    .satisfiesAnyOf(
                            file -> assertThat(file).hasSize(256 << 10),
                            file -> assertThat(name).endsWith(Folders.SPARE));
        }
    }

    @Test
    void a_reader_shows_what_is_held_with_the_ledger_without_it_and_beside_a_gateway() throws Exception {
        Path real = directory.resolve("real");
        SpoolHarness other = new SpoolHarness(real);
        try (Spool spool = Spool.open(
                other.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                other.clock(),
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE)) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            SpoolHarness.accept(spool, "1.2.2", "CT", 3 * SpoolHarness.LARGE);
            SpoolHarness.accept(spool, "1.2.3", "OT", 8_000);
            SpoolHarness.settleDown(spool);
            spool.settle(spool.claim(SpoolHarness.PACS, 1).get(0), new Settlement.Delivered(0));
            SpoolHarness.settleDown(spool);
            assertThat(shown(real)).containsOnlyKeys("1.2.2", "1.2.3");
        }
        assertThat(shown(real)).containsOnlyKeys("1.2.2", "1.2.3");
        for (String file : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
            Files.deleteIfExists(real.resolve(file));
        }
        Map<String, byte[]> all = shown(real);
        assertThat(all).containsOnlyKeys("1.2.1", "1.2.2", "1.2.3");
        assertThat(Part10.read(new ByteArrayInputStream(all.get("1.2.1"))).origin())
                .contains(SpoolHarness.ORIGIN);
        for (String segment : new LocalDisk().list(new Folders(real).log())) {
            Files.delete(new Folders(real).log().resolve(segment));
        }
        assertThat(shown(real)).containsOnlyKeys("1.2.2");
    }

    private static Map<String, byte[]> shown(Path spool) throws IOException {
        Map<String, byte[]> shown = new HashMap<>();
        long count = new SpoolReader(spool).forEach(held -> {
            try (InputStream part10 = held.open()) {
                shown.put(held.instance().sopInstance().value(), part10.readAllBytes());
            }
        });
        assertThat(count).isEqualTo(shown.size());
        return shown;
    }
}
