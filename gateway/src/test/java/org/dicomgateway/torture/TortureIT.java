package org.dicomgateway.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two short runs of {@link Torture} with a fixed seed; {@code scripts/torture.sh} runs it for longer, with others. */
class TortureIT {

    private static final Duration TIME = Duration.ofSeconds(Long.getLong("torture.seconds", 12));
    private static final long SEED = Long.getLong("torture.seed", 1);

    @TempDir
    private Path directory;

    @Test
    void nothing_that_was_answered_with_success_is_lost_whatever_happens() throws Exception {
        check(new Torture(directory, TIME, SEED, true, System.out).run());
    }

    @Test
    void what_servers_lose_and_change_is_healed_and_nothing_is_committed_that_they_do_not_hold() throws Exception {
        check(new Torture(directory, TIME, SEED, false, System.out).run());
    }

    private static void check(Torture.Report report) {
        assertThat(report.wrong()).isEmpty();
        assertThat(report.answered()).isGreaterThan((int) TIME.toSeconds());
        assertThat(report.faults()).isGreaterThan((int) TIME.toSeconds() / 5);
    }
}
