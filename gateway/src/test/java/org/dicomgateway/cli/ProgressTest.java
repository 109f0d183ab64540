package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.dicomgateway.cli.common.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {

    private static final long MIB = 1 << 20;

    private final StringWriter out = new StringWriter();
    private Instant now = Instant.EPOCH;

    @Test
    void a_terminal_has_one_line_that_is_written_over() {
        Progress progress = progress(true);

        file(progress, Duration.ofSeconds(1));
        file(progress, Duration.ofMillis(10));
        file(progress, Duration.ofMillis(990));
        progress.done("in folder");

        assertThat(out.toString().split("\r\033\\[K", -1))
                .containsExactly(
                        "",
                        "[....................]   1 %  0 of 100 files, 1.0 MiB, 0 files/s, 1.0 MiB/s, 1 min 39 s left",
                        "[....................]   3 %  2 of 100 files, 3.0 MiB, 1 files/s, 1.5 MiB/s, 1 min 5 s left",
                        "3 files, 3.0 MiB, 2 files/s, 1.5 MiB/s in folder" + System.lineSeparator());
    }

    @Test
    void elsewhere_a_line_comes_every_ten_seconds() {
        Progress progress = progress(false);

        for (int i = 0; i < 25; i++) {
            file(progress, Duration.ofSeconds(1));
        }
        progress.done("in folder");

        assertThat(out.toString().lines())
                .containsExactly(
                        "9 of 100 files, 10.0 MiB, 1 files/s, 1.0 MiB/s, 1 min 30 s left",
                        "19 of 100 files, 20.0 MiB, 1 files/s, 1.0 MiB/s, 1 min 20 s left",
                        "25 files, 25.0 MiB, 1 files/s, 1.0 MiB/s in folder");
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "999, 999 B", "1024, 1.0 KiB", "524288, 512 KiB", "1610612736, 1.5 GiB"})
    void sizes_are_for_a_person(long bytes, String text) {
        assertThat(Progress.size(bytes)).isEqualTo(text);
    }

    private Progress progress(boolean terminal) {
        InstantSource clock = () -> now;
        return new Progress(100, 100 * MIB, new PrintWriter(out), terminal, clock);
    }

    private void file(Progress progress, Duration took) {
        now = now.plus(took);
        progress.wrote(MIB);
        progress.finished();
    }
}
