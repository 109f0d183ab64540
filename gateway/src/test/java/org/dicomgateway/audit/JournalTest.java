package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.audit.Journal.Entry;
import org.dicomgateway.audit.Journal.Position;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir
    private Path parent;

    private Path folder;

    @BeforeEach
    void choose() {
        folder = parent.resolve("audit");
    }

    @Test
    void what_was_written_is_read_in_order_over_restarts() throws Exception {
        try (Journal journal = Journal.open(folder, 1000, 10_000)) {
            journal.append(List.of("one", "zwölf"));
        }
        try (Journal journal = Journal.open(folder, 1000, 10_000)) {
            Position between = journal.read(journal.begin()).get(0).next();
            journal.append(List.of("three"));
            assertThat(all(journal, journal.begin())).containsExactly("one", "zwölf", "three");
            assertThat(all(journal, between)).containsExactly("zwölf", "three");
            assertThat(journal.read(journal.end())).isEmpty();
        }
    }

    @Test
    void files_are_of_bounded_size_and_the_oldest_go() throws Exception {
        try (Journal journal = Journal.open(folder, 1000, 5000)) {
            for (int i = 0; i < 200; i++) {
                journal.append(List.of("%099d".formatted(i)));
            }
            assertThat(sizes()).allMatch(size -> size <= 1000).hasSizeBetween(4, 5);
            List<String> left = all(journal, new Position(1, 0));
            assertThat(left).hasSizeGreaterThanOrEqualTo(40).endsWith("%099d".formatted(199));
            assertThat(left).isSorted();
        }
    }

    @Test
    void a_message_that_a_crash_left_unfinished_is_cut_off() throws Exception {
        try (Journal journal = Journal.open(folder, 1000, 10_000)) {
            journal.append(List.of("whole"));
        }
        Files.writeString(folder.resolve("audit-1.xml"), "half", StandardOpenOption.APPEND);
        try (Journal journal = Journal.open(folder, 1000, 10_000)) {
            journal.append(List.of("next"));
            assertThat(all(journal, journal.begin())).containsExactly("whole", "next");
        }
    }

    @Test
    void nobody_else_can_read_it() throws Exception {
        try (Journal journal = Journal.open(folder, 1000, 10_000)) {
            journal.append(List.of("one"));
            new Cursor(folder).write(new Position(1, 4));
            assertThat(new Cursor(folder).read()).hasValue(new Position(1, 4));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    private List<Long> sizes() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.toFile().length()).toList();
        }
    }

    private static List<String> all(Journal journal, Position from) throws IOException {
        List<String> all = new ArrayList<>();
        Position at = from;
        for (List<Entry> some = journal.read(at); !some.isEmpty(); some = journal.read(at)) {
            some.forEach(entry -> all.add(entry.message()));
            at = some.get(some.size() - 1).next();
        }
        return all;
    }
}
