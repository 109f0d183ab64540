package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpoolSettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder.resolve("conf"));
    }

    @Test
    void defaults() throws Exception {
        assertThat(written.gateway("").spool())
                .isEqualTo(new SpoolSettings(
                        folder.resolve("var/spool"),
                        DataSize.ofMebibytes(64),
                        DataSize.ofMebibytes(1024),
                        DataSize.ofMebibytes(4),
                        DataSize.ofMebibytes(32),
                        DataSize.ofMebibytes(1024),
                        Duration.ofDays(30),
                        Duration.ofMinutes(10),
                        new SpoolSettings.Keep(Duration.ofDays(7), DataSize.ofMebibytes(200 * 1024))));
    }

    @Test
    void every_key_is_mapped() throws Exception {
        assertThat(written.gateway("""
                        gateway.spool {
                          directory = spool
                          segment-size = 16 MiB
                          reserve = 256 MiB
                          large-instance = 128 KiB
                          receive-memory = 8 MiB
                          min-free-space = 0
                          history = 12 h
                          straggler-age = 90 s
                          keep { for = 2 h, size = 3 GiB }
                        }
                        """).spool())
                .isEqualTo(new SpoolSettings(
                        folder.resolve("conf/spool"),
                        DataSize.ofMebibytes(16),
                        DataSize.ofMebibytes(256),
                        DataSize.ofKibibytes(128),
                        DataSize.ofMebibytes(8),
                        new DataSize(0),
                        Duration.ofHours(12),
                        Duration.ofSeconds(90),
                        new SpoolSettings.Keep(Duration.ofHours(2), DataSize.ofMebibytes(3 * 1024))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            directory = ""            | directory      | must not be empty
            segment-size = 512 KiB    | segment-size   | must be between 1 MiB and 1 GiB
            segment-size = 8 MiB      | segment-size   | large-instance 4 MiB is more than a quarter of segment-size 8 MiB
            large-instance = 17 MiB   | large-instance | large-instance 17 MiB is more than a quarter of segment-size
            receive-memory = 2 MiB    | receive-memory | large-instance 4 MiB is more than receive-memory 2 MiB
            receive-memory = 32 lots  | receive-memory | expected a size with its unit
            min-free-space = -1 GiB   | min-free-space | expected a size with its unit
            history = 30              | history        | expected a duration with its unit
            history = -1 d            | history        | must be between 0 ms and 36500 d
            straggler-age = 0         | straggler-age  | must be between 1 s
            dir = x                   | dir            | unknown key
            """)
    void a_mistake_is_one_problem_with_its_place(String line, String key, String what) {
        assertThat(written.problemsOfGateway("gateway {\n spool {\n  " + line + "\n }\n}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("gateway.conf:3 gateway.spool." + key);
                    assertThat(problem.what()).contains(what);
                });
    }

    @Test
    void what_is_no_block_is_one_problem() {
        assertThat(written.problemsOfGateway("gateway.spool = var/spool"))
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.what()).isEqualTo("expected a block { … }, found \"var/spool\""));
    }
}
