package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PausedDestinationsTest {

    @TempDir
    private Path folder;

    private Path spool;

    @BeforeEach
    void make_the_spool() throws IOException {
        spool = Files.createDirectories(folder.resolve("var/spool"));
    }

    @Test
    void what_was_paused_is_so_after_a_restart_until_it_is_resumed() throws IOException {
        PausedDestinations paused = PausedDestinations.besideSpool(spool);
        assertThat(paused.all()).isEmpty();
        paused.add("a", "new disk");
        paused.add("b", "");
        paused.remove("b");
        paused.remove("never");
        assertThat(PausedDestinations.besideSpool(spool).all()).isEqualTo(Map.of("a", "new disk"));
        try (Stream<Path> files = Files.list(spool.getParent())) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void a_file_that_cannot_be_read_pauses_nothing_and_is_written_anew() throws IOException {
        Files.writeString(spool.resolveSibling("spool-paused.json"), "{ \"a\": ");
        PausedDestinations paused = PausedDestinations.besideSpool(spool);
        assertThat(paused.all()).isEmpty();
        paused.add("b", "again");
        assertThat(PausedDestinations.besideSpool(spool).all()).containsOnlyKeys("b");
    }
}
