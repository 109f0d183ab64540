package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.journal.FactJournal;
import org.dicomgateway.spool.log.RecordHeader;
import org.dicomgateway.spool.log.SegmentHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk does not give some bytes: that costs what is in them, for as long as it is so, and nothing else. */
class UnreadableSectorsTest {

    private static final String SEGMENT = "0000000000000001.seg";
    private static final int RECORD = 9_000; // more than one of these, less than two

    @TempDir
    Path directory;

    private final FaultyDisk disk = FaultyDisk.healthy();
    private SpoolHarness harness;
    private Folders folders;

    @BeforeEach
    void a_spool_with_five_instances() throws Exception {
        harness = new SpoolHarness(directory);
        folders = new Folders(directory);
        try (Spool spool = harness.open()) {
            for (int i = 1; i <= 5; i++) {
                SpoolHarness.accept(spool, "1.2." + i, "CT", 8_000);
            }
        }
    }

    /** What can be delivered; what is damaged is parked. */
    private static List<String> readable(Spool spool) throws IOException {
        List<String> readable = new ArrayList<>();
        for (List<Claim> claims = claim(spool); !claims.isEmpty(); claims = claim(spool)) {
            for (Claim claim : claims) {
                try {
                    String uid = claim.instance().sopInstance().value();
                    assertThat(SpoolHarness.read(spool, claim)).isEqualTo(SpoolHarness.dataset(uid, "CT", 8_000));
                    readable.add(uid);
                    spool.settle(claim, new Settlement.Delivered(0));
                } catch (DamagedInstanceException e) {
                    spool.settle(claim, new Settlement.Parked(-1, "it is damaged", false));
                }
            }
        }
        return readable;
    }

    private static List<Claim> claim(Spool spool) {
        SpoolHarness.settleDown(spool);
        return spool.claim(SpoolHarness.PACS, 100);
    }

    private static void assertGoesOn(Spool spool) throws Exception {
        SpoolHarness.accept(spool, "1.2.100", "CT", 8_000);
        assertThat(readable(spool)).contains("1.2.100");
    }

    private void makeOld(Spool spool) throws Exception {
        harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
        SpoolHarness.keepHouse(spool);
        SpoolHarness.keepHouse(spool);
    }

    @Test
    void in_a_segments_header() throws Exception {
        harness.ledgers.lose();
        disk.unreadable(SEGMENT, 0, 4096);
        try (Spool spool = harness.open(disk)) {
            assertThat(spool.vitals().unreadSegments()).isEqualTo(1);
            assertThat(readable(spool)).hasSize(5);
            assertGoesOn(spool);
            makeOld(spool);
            assertThat(folders.segment(1)).exists();
        }
    }

    @Test
    void in_the_body_of_a_record_the_instance_is_parked_and_the_segment_kept() throws Exception {
        harness.ledgers.lose();
        disk.unreadable(SEGMENT, SegmentHeader.LENGTH + RECORD + 4_000, SegmentHeader.LENGTH + RECORD + 4_001);
        try (Spool spool = harness.open(disk)) {
            assertThat(readable(spool)).hasSize(4);
            assertThat(spool.books())
                    .hasEntrySatisfying(
                            SpoolHarness.PACS,
                            books -> assertThat(books.parked()).isEqualTo(1));
            assertGoesOn(spool);
            makeOld(spool);
            assertThat(folders.segment(1)).exists();
        }
        try (Spool spool = harness.open()) {
            spool.retry(SpoolView.Selection.ALL);
            assertThat(readable(spool)).hasSize(1);
        }
    }

    @Test
    void what_lies_beside_it_in_an_old_segment_is_moved_to_files_all_the_same() throws Exception {
        disk.unreadable(SEGMENT, SegmentHeader.LENGTH + RECORD + 4_000, SegmentHeader.LENGTH + RECORD + 4_001);
        try (Spool spool = harness.open(disk)) {
            makeOld(spool);
            assertThat(new LocalDisk().list(folders.held())).hasSize(4);
            assertThat(folders.segment(1)).exists();
        }
    }

    @Test
    void in_the_header_of_a_record_it_is_kept_and_found_when_it_can_be_read_again() throws Exception {
        harness.ledgers.lose();
        byte[] segment = Files.readAllBytes(folders.segment(1));
        long third = offsetOf(3, segment);
        disk.unreadable(SEGMENT, third, third + 1);
        for (int start = 0; start < 3; start++) {
            try (Spool spool = harness.open(disk)) {
                assertThat(spool.vitals().unreadSegments()).isEqualTo(1);
                assertThat(readable(spool)).doesNotContain("1.2.3");
                SpoolHarness.accept(spool, "1.2.10" + start, "CT", 8_000);
                assertThat(readable(spool)).containsExactly("1.2.10" + start);
                makeOld(spool);
                assertThat(folders.segment(1)).hasBinaryContent(segment);
            }
        }
        try (Spool spool = harness.open()) {
            assertThat(readable(spool)).contains("1.2.3").doesNotContain("1.2.1", "1.2.5", "1.2.100");
            assertThat(spool.vitals().unreadSegments()).isZero();
            makeOld(spool);
            assertThat(folders.segment(1)).doesNotExist();
        }
    }

    @Test
    void it_is_known_also_when_the_start_breaks_off_behind_it() throws Exception {
        harness.ledgers.lose();
        long third = offsetOf(3, Files.readAllBytes(folders.segment(1)));
        disk.unreadable(SEGMENT, third, third + 1);
        harness.ledgers.failSyncs(2);
        assertThatThrownBy(() -> harness.open(disk)).isInstanceOf(IOException.class);
        assertThat(FactJournal.open(disk, folders, ".corrupt").facts())
                .isNotEmpty()
                .allSatisfy(fact -> assertThat(fact).isInstanceOf(Fact.Unread.class));
    }

    private static long offsetOf(long id, byte[] segment) {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(segment);
        long at = SegmentHeader.LENGTH;
        while (true) {
            RecordHeader header = RecordHeader.decode(bytes, (int) at, 1).orElseThrow();
            if (header.instanceId() == id) {
                return at;
            }
            at += header.recordLength();
        }
    }

    @Test
    void in_a_whole_segment_nothing_of_it_is_used_again_and_all_of_it_is_found_later() throws Exception {
        harness.ledgers.lose();
        disk.unreadable(SEGMENT, 0, Long.MAX_VALUE);
        try (Spool spool = harness.open(disk)) {
            assertGoesOn(spool);
            makeOld(spool);
        }
        try (Spool spool = harness.open()) {
            assertThat(readable(spool)).containsExactly("1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5");
        }
    }

    @Test
    void a_segment_that_cannot_be_opened_does_not_keep_the_gateway_from_starting() throws Exception {
        harness.ledgers.lose();
        disk.fail((number, operation) -> operation.equals("open " + SEGMENT));
        try (Spool spool = harness.open(disk)) {
            assertThat(spool.vitals().unreadSegments()).isEqualTo(1);
            assertGoesOn(spool);
        }
        disk.fail((number, operation) -> false);
        try (Spool spool = harness.open()) {
            assertThat(readable(spool)).hasSize(5);
        }
    }

    @Test
    void in_the_last_record_before_a_crash_nobody_knows_and_it_is_kept() throws Exception {
        long fifth = offsetOf(5, Files.readAllBytes(folders.segment(1)));
        harness.ledgers.lose();
        disk.unreadable(SEGMENT, fifth, fifth + 20_000);
        try (Spool spool = harness.open(disk)) {
            // The end of the one before lies in the same sector.
            assertThat(readable(spool)).containsExactly("1.2.1", "1.2.2", "1.2.3");
            assertGoesOn(spool);
            makeOld(spool);
            assertThat(folders.segment(1)).exists();
        }
        try (Spool spool = harness.open()) {
            spool.retry(SpoolView.Selection.ALL);
            assertThat(readable(spool)).containsExactlyInAnyOrder("1.2.4", "1.2.5");
        }
    }

    @Test
    void in_a_file_that_is_to_be_adopted_it_is_set_aside_and_can_be_taken_in_when_it_can_be_read() throws Exception {
        try (Spool spool = harness.open()) {
            makeOld(spool);
        }
        assertThat(new LocalDisk().list(folders.held())).hasSize(5);
        harness.ledgers.lose();
        disk.unreadable("2.dcm", 4096, 4097);
        try (Spool spool = harness.open(disk)) {
            assertThat(readable(spool)).hasSize(4).doesNotContain("1.2.2");
            assertThat(spool.vitals().setAside()).isEqualTo(1);
            assertThat(spool.setAside().get(0).problem()).contains("cannot be read");
            assertThatThrownBy(() -> spool.takeIn(2)).isInstanceOf(IllegalStateException.class);
            assertGoesOn(spool);
        }
        try (Spool spool = harness.open()) {
            SpoolView.SetAsideFile file = spool.setAside().get(0);
            assertThat(file.number()).isEqualTo(2);
            assertThat(file.header())
                    .hasValueSatisfying(
                            header -> assertThat(header.sopInstance().value()).isEqualTo("1.2.2"));
            assertThat(file.origin()).contains(SpoolHarness.ORIGIN);
            assertThat(spool.takeIn(2).sopInstance().value()).isEqualTo("1.2.2");
            assertThat(spool.setAside()).isEmpty();
            assertThat(spool.vitals().setAside()).isZero();
            assertThat(readable(spool)).containsExactly("1.2.2");
            assertThatThrownBy(() -> spool.takeIn(2)).isInstanceOf(java.util.NoSuchElementException.class);
        }
    }

    @RepeatedTest(20)
    void a_file_that_was_set_aside_does_not_follow_a_version_that_is_known() throws Exception {
        try (Spool spool = harness.open()) {
            makeOld(spool);
        }
        harness.ledgers.lose();
        disk.unreadable("2.dcm", 4096, 4097);
        try (Spool spool = harness.open(disk)) {
            assertThat(spool.vitals().setAside()).isEqualTo(1);
        }
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, "1.2.2", "CT", 20_000);
            assertThatThrownBy(() -> spool.takeIn(2))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is known");
            assertThat(spool.vitals().setAside()).isEqualTo(1);
        }
    }

    @Test
    void in_a_held_file_its_delivery_is_parked() throws Exception {
        try (Spool spool = harness.open()) {
            makeOld(spool);
        }
        disk.unreadable("2.dcm", 4096, 4097);
        try (Spool spool = harness.open(disk)) {
            assertThat(readable(spool)).hasSize(4).doesNotContain("1.2.2");
            assertThat(spool.books())
                    .hasEntrySatisfying(
                            SpoolHarness.PACS,
                            books -> assertThat(books.parked()).isEqualTo(1));
            SpoolHarness.keepHouse(spool);
            assertThat(folders.held().resolve("2.dcm")).exists();
        }
    }
}
