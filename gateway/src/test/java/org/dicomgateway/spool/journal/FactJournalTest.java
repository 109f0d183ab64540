package org.dicomgateway.spool.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.disk.PowerCutDisk;
import org.dicomgateway.spool.log.Checksum;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactJournalTest {

    private static final Instant AT = Instant.parse("2026-03-01T08:00:00.123Z");
    private static final Fact WRONG_PATIENT = discarded(1, 2);
    private static final Fact TO_ARCHIVE = new Fact.Rerouted(List.of(new Fact.Delivery(3, 1, "")), "archive", AT);

    @TempDir
    Path root;

    private Path directory;
    private Folders folders;

    @BeforeEach
    void a_spool_folder() throws IOException {
        inFolder("spool");
    }

    private void inFolder(String name) throws IOException {
        directory = Files.createDirectories(root.resolve(name));
        folders = new Folders(directory);
    }

    private static Fact discarded(long... instances) {
        return new Fact.Discarded(
                Arrays.stream(instances)
                        .mapToObj(id -> new Fact.Delivery(id, 0, "pacs"))
                        .toList(),
                "wrong patient",
                AT);
    }

    private FactJournal open() {
        return open(new LocalDisk());
    }

    private FactJournal open(Disk disk) {
        return FactJournal.open(disk, folders, ".aside");
    }

    private static boolean all(long id) {
        return true;
    }

    @Test
    void what_was_added_and_raised_is_found_again_in_its_order() throws IOException {
        try (FactJournal journal = open()) {
            assertThat(journal.facts()).isEmpty();
            assertThat(journal.floor()).isZero();
            journal.raise(7);
            journal.add(List.of(WRONG_PATIENT, TO_ARCHIVE));
            journal.raise(9);
            journal.raise(8);
            journal.add(List.of(new Fact.Unread(4, 4096, 8192)));
        }
        try (FactJournal journal = open()) {
            assertThat(journal.facts()).containsExactly(WRONG_PATIENT, TO_ARCHIVE, new Fact.Unread(4, 4096, 8192));
            assertThat(journal.floor()).isEqualTo(9);
        }
        assertThat(directory).isDirectoryContaining("glob:**facts.journal");
    }

    @Test
    void a_file_that_is_cut_anywhere_gives_what_was_whole_before() throws IOException {
        List<Long> ends = new ArrayList<>();
        try (FactJournal journal = open()) {
            journal.raise(7);
            for (int i = 1; i <= 3; i++) {
                journal.add(List.of(discarded(i)));
                ends.add((long) lastByte() + 1);
            }
        }
        byte[] whole = Files.readAllBytes(folders.facts());
        for (int length = lastByte(); length > 3 * 4096; length -= 5) {
            Files.write(folders.facts(), Arrays.copyOf(whole, length));
            int cut = length;
            try (FactJournal journal = open()) {
                assertThat(journal.facts())
                        .hasSize((int) ends.stream().filter(end -> end <= cut).count());
                assertThat(journal.floor()).isEqualTo(7);
            }
        }
    }

    private int lastByte() throws IOException {
        byte[] bytes = Files.readAllBytes(folders.facts());
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        return last;
    }

    @Test
    void a_bit_flipped_anywhere_costs_one_fact_or_one_step_of_the_floor_and_the_journal_goes_on() throws IOException {
        try (FactJournal journal = open()) {
            journal.raise(7);
            journal.raise(9);
            journal.add(List.of(discarded(1)));
            journal.add(List.of(discarded(2)));
            journal.add(List.of(discarded(3)));
        }
        byte[] whole = Files.readAllBytes(folders.facts());
        int last = lastByte();
        for (int at = 0; at <= last; at++) {
            if (whole[at] == 0 && at % 64 != 0) {
                continue;
            }
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(folders.facts(), flipped);
            boolean newerVersion = at < 12;
            try (FactJournal journal = open()) {
                if (!newerVersion) {
                    assertThat(journal.facts()).as("flipped at %d", at).hasSizeGreaterThanOrEqualTo(2);
                    assertThat(journal.floor()).as("flipped at %d", at).isIn(7L, 9L);
                }
                journal.add(List.of(discarded(4)));
            }
            try (FactJournal journal = open()) {
                assertThat(journal.facts()).as("flipped at %d", at).contains(discarded(4));
                assertThat(journal.facts().size()).isGreaterThanOrEqualTo(newerVersion ? 1 : 3);
            }
        }
    }

    @Test
    void a_sector_that_cannot_be_read_costs_only_what_is_in_it() throws IOException {
        try (FactJournal journal = open()) {
            journal.raise(7);
            journal.raise(9);
            for (int i = 1; i <= 100; i++) {
                journal.add(List.of(discarded(i)));
            }
        }
        FaultyDisk disk = FaultyDisk.healthy();
        disk.unreadable("facts.journal", 4 * 4096, 5 * 4096);
        try (FactJournal journal = open(disk)) {
            assertThat(journal.facts()).contains(discarded(1), discarded(100)).hasSizeBetween(50, 99);
            assertThat(journal.floor()).isEqualTo(9);
            journal.add(List.of(discarded(101)));
        }
        try (FactJournal journal = open()) {
            assertThat(journal.facts()).contains(discarded(1), discarded(100), discarded(101));
        }
    }

    @Test
    void one_of_a_newer_version_is_set_aside_and_not_written_over() throws IOException {
        try (FactJournal journal = open()) {
            journal.add(List.of(discarded(1)));
        }
        byte[] bytes = Files.readAllBytes(folders.facts());
        bytes[7] = 2;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        buffer.putInt(8, Checksum.of(buffer, 0, 8));
        Files.write(folders.facts(), bytes);
        try (FactJournal journal = open()) {
            assertThat(journal.facts()).isEmpty();
            journal.raise(1);
        }
        assertThat(directory.resolve("facts.journal.aside")).hasBinaryContent(bytes);
    }

    @Test
    void what_speaks_of_nothing_that_is_kept_goes_and_what_a_newer_version_wrote_stays() throws IOException {
        Fact unknown = new Fact.Unknown(77, "{\"instance\":1}");
        try (FactJournal journal = open()) {
            journal.raise(5);
            journal.add(List.of(WRONG_PATIENT, unknown, TO_ARCHIVE, new Fact.Unread(4, 4096, 8192)));
            journal.compact(id -> id == 2, segment -> segment != 4);
        }
        try (FactJournal journal = open()) {
            assertThat(journal.floor()).isEqualTo(5);
            assertThat(journal.facts()).containsExactly(discarded(2), unknown);
        }
    }

    @Test
    void after_a_failed_sync_that_file_is_never_written_to_again_and_nothing_is_forgotten() throws IOException {
        FaultyDisk disk = FaultyDisk.healthy();
        try (FactJournal journal = open(disk)) {
            journal.raise(3);
            disk.fail((number, operation) -> operation.startsWith("sync facts.journal"));
            assertThatThrownBy(() -> journal.add(List.of(WRONG_PATIENT))).isInstanceOf(IOException.class);
            assertThat(journal.isSound()).isFalse();
            disk.fail((number, operation) -> false);
            int before = disk.count();
            journal.raise(4);
            assertThat(disk.operations().subList(before, disk.count()))
                    .contains("create facts.journal.part", "sync facts.journal.part", "rename facts.journal.part")
                    .endsWith("syncDirectory spool");
        }
        try (FactJournal journal = open()) {
            assertThat(journal.facts()).containsExactly(WRONG_PATIENT);
            assertThat(journal.floor()).isEqualTo(4);
        }
    }

    @Test
    void whatever_single_operation_fails_what_was_made_durable_is_there() throws IOException {
        int operations = play(FaultyDisk.healthy(), "count");
        assertThat(operations).isGreaterThan(25);
        for (int n = 1; n <= operations; n++) {
            int failing = n;
            play(FaultyDisk.failing((number, operation) -> number == failing), "fail-" + n);
        }
    }

    private int play(FaultyDisk disk, String name) throws IOException {
        inFolder(name);
        Story story = new Story();
        story.play(disk);
        story.check(name);
        return disk.count();
    }

    @Test
    void whenever_the_power_goes_what_was_made_durable_is_there() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            inFolder("power-" + seed);
            Path trash = Files.createDirectories(root.resolve("trash-" + seed));
            PowerCutDisk disk = new PowerCutDisk(trash, 3 + random.nextInt(45));
            Story story = new Story();
            story.play(disk);
            disk.lose(random);
            story.check("seed " + seed);
        }
    }

    /** Facts and floors, and two compactions that leave the first half out. */
    private final class Story {

        private final List<Fact> durable = new ArrayList<>();
        private long floor;

        void play(Disk disk) {
            for (int chapter = 0; chapter < 2; chapter++) {
                try (FactJournal journal = open(disk)) {
                    for (int i = 1; i <= 6; i++) {
                        step(journal, 10L * chapter + i);
                    }
                }
            }
        }

        private void step(FactJournal journal, long n) {
            try {
                journal.raise(n);
                floor = n;
                journal.add(List.of(discarded(n)));
                durable.add(discarded(n));
                if (n % 10 == 3) {
                    durable.removeIf(fact -> fact.equals(discarded(n - 2)));
                    journal.compact(id -> id != n - 2, FactJournalTest::all);
                }
            } catch (IOException e) {
                // It goes on with the next, as the spool does.
            }
        }

        void check(String what) {
            try (FactJournal journal = open()) {
                assertThat(journal.floor()).as(what).isGreaterThanOrEqualTo(floor);
                assertThat(journal.facts()).as(what).containsAll(durable).doesNotHaveDuplicates();
            }
        }
    }
}
