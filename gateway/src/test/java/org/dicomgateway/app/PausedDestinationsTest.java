package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.spool.Intake;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        PausedDestinations paused = besideSpool();
        assertThat(paused.all()).isEmpty();
        paused.add("a", "new disk");
        paused.add("b", "");
        paused.remove("b");
        paused.remove("never");
        assertThat(besideSpool().all()).isEqualTo(Map.of("a", "new disk"));
        try (Stream<Path> files = Files.list(spool.getParent())) {
            assertThat(files).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"a\": ", "", "null", "[]", "{\"a\":null}", "{\"a\":{}}", "\0\0\0\0"})
    void a_file_that_cannot_be_read_pauses_every_destination_of_the_rules(String damaged) throws IOException {
        Files.writeString(spool.resolveSibling("spool-paused.json"), damaged);
        PausedDestinations paused = besideSpool();
        assertThat(paused.all())
                .containsOnlyKeys("a", "b")
                .allSatisfy((name, why) -> assertThat(why).contains("spool-paused.json was damaged"));
        paused.remove("b");
        assertThat(besideSpool().all()).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"reason\": ", "", "null", "[]", "{}", "{\"reason\":null}", "\0\0\0\0"})
    void a_file_of_the_receiver_that_cannot_be_read_pauses_it_too(String damaged) throws IOException {
        Files.writeString(spool.resolveSibling("spool-receiver-paused.json"), damaged);
        PausableIntake paused = PausableIntake.besideSpool(spool, new OpenIntake());
        assertThat(paused.paused()).get().asString().contains("spool-receiver-paused.json was damaged");
        assertThat(paused.resume()).isTrue();
        assertThat(PausableIntake.besideSpool(spool, new OpenIntake()).paused()).isEmpty();
    }

    private PausedDestinations besideSpool() {
        return PausedDestinations.besideSpool(spool, Set.of("a", "b"));
    }

    private static final class OpenIntake implements Intake {

        @Override
        public Accepted accept(Arrival arrival, InputStream dataset) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> closedBecause() {
            return Optional.empty();
        }
    }
}
