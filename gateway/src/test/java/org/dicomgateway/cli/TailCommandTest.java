package org.dicomgateway.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.dicomgateway.cli.log.LogLine;
import org.dicomgateway.cli.log.LogTail;
import org.dicomgateway.cli.log.TailCommand;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.json.JsonMapper;

class TailCommandTest {

    private static final String RECEIVED =
            "2026-03-01T12:00:00.000+01:00 event=received sop=1.2.3 study=1.2 calling=\"CT 1\""
                    + " called=GATEWAY remote=10.0.0.1 bytes=512 ms=3 rules=1 deliveries=2 status=0x0000";
    private static final String DELIVERED =
            "2026-03-01T12:00:01.000+01:00 event=delivered sop=1.2.3 study=1.2 calling=\"CT 1\""
                    + " called=GATEWAY remote=10.0.0.1 bytes=512 route=all destination=a attempt=1 ms=5 status=0x0000";
    private static final String PARKED = "2026-03-01T12:00:02.000+01:00 event=parked sop=1.2.4 study=1.3 calling=MR"
            + " called=GATEWAY remote=10.0.0.1 bytes=512 route=all destination=b attempt=5 ms=5 status=0xA900"
            + " reason=\"0xA900 dataset does not match SOP class\"";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path log;

    @BeforeEach
    void write() throws IOException {
        log = folder.resolve("forward.log");
        append(RECEIVED, DELIVERED, PARKED);
    }

    @Test
    void shows_the_last_lines_as_they_are() {
        assertThat(tail("-n", "2")).isZero();
        assertThat(out.toString().lines()).containsExactly(DELIVERED, PARKED);
    }

    @Test
    void shows_only_what_meets_every_condition() {
        assertThat(shown("--failed")).containsExactly(PARKED);
        assertThat(shown("--event", "received,delivered")).containsExactly(RECEIVED, DELIVERED);
        assertThat(shown("--destination", "a")).containsExactly(DELIVERED);
        assertThat(shown("--destination", "a", "--failed")).isEmpty();
        assertThat(shown("--study", "1.3")).containsExactly(PARKED);
        assertThat(shown("--instance", "1.2.3")).containsExactly(RECEIVED, DELIVERED);
        assertThat(shown("--route", "all", "-n", "1")).containsExactly(PARKED);
        assertThat(shown("--calling-ae", "CT 1")).containsExactly(RECEIVED, DELIVERED);
        assertThat(LogLine.of("2026-03-01T12:00:00.000+01:00 event=received calling=\"x event=parked\" called=G")
                        .fields())
                .containsEntry("event", "received")
                .containsEntry("calling", "x event=parked")
                .containsEntry("called", "G");
        assertThat(tail("--event", "lost")).isEqualTo(2);
        assertThat(err.toString()).contains("'lost' is not one of", "parked");
    }

    @Test
    void writes_JSON_and_reads_it() throws IOException {
        assertThat(tail("--json", "--failed")).isZero();
        String json = out.toString().strip();
        assertThat(JsonMapper.shared().readTree(json).path("reason").asString())
                .isEqualTo("0xA900 dataset does not match SOP class");
        Files.writeString(log, json + "\n");
        assertThat(shown("--destination", "b")).containsExactly(json);
    }

    @Test
    void a_terminal_shows_what_failed_in_red() {
        CommandLine command = command();
        command.setColorScheme(Help.defaultColorScheme(Ansi.ON));
        assertThat(command.execute("--file", log.toString(), "--failed")).isZero();
        assertThat(out.toString()).startsWith("\033[1;31m").contains(PARKED);
    }

    @Test
    void a_missing_log_is_told_with_its_name() {
        log = folder.resolve("none.log");
        assertThat(tail()).isEqualTo(1);
        assertThat(err.toString()).contains(log.toString(), "GATEWAY_VAR");
    }

    @Test
    void a_line_is_whole_before_it_is_read_and_a_rotated_log_is_read_to_its_end_and_then_the_next() throws IOException {
        try (LogTail tail = new LogTail(log)) {
            assertThat(all(tail)).containsExactly(RECEIVED, DELIVERED, PARKED);
            Files.writeString(log, "half", APPEND);
            assertThat(tail.next()).isEmpty();
            Files.writeString(log, " and half\n", APPEND);
            assertThat(tail.next()).hasValue("half and half");

            append("last of the old");
            Files.move(log, folder.resolve("forward.1.log"));
            assertThat(tail.next()).hasValue("last of the old");
            assertThat(tail.next()).as("no new one yet").isEmpty();
            append("first of the new", "second of the new");
            assertThat(all(tail)).containsExactly("first of the new", "second of the new");

            Files.writeString(log, "cut\n");
            assertThat(tail.next()).hasValue("cut");
        }
    }

    @Test
    void a_log_that_is_too_short_is_completed_from_those_it_was_rotated_into_in_their_order() throws IOException {
        rotated("forward.2026-02-28.2.log.gz", "d2 a", "d2 b");
        rotated("forward.2026-02-28.10.log.gz", "d10 a", "d10 b");
        rotated("forward.2026-02-27.0.log.gz", "older");
        rotated("gateway.2026-02-28.3.log.gz", "of another log");
        Files.writeString(folder.resolve("forward.2026-02-30.0.log.gz"), "no such day");
        assertThat(shown("-n", "6")).containsExactly("d2 b", "d10 a", "d10 b", RECEIVED, DELIVERED, PARKED);
        assertThat(shown("-n", "3")).containsExactly(RECEIVED, DELIVERED, PARKED);
        assertThat(shown("-n", "0")).isEmpty();
        assertThat(shown("-n", "100")).startsWith("older", "d2 a").hasSize(8);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void without_since_it_looks_back_a_day_and_with_it_as_far_as_it_says() throws IOException {
        Path old = rotated("forward.2026-02-28.0.log.gz", PARKED);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        assertThat(shown("--destination", "b")).containsExactly(PARKED);
        assertThat(shown("--destination", "b", "--since", "2026-03-01")).containsExactly(PARKED, PARKED);
    }

    @Test
    void since_shows_all_that_is_younger_and_with_lines_the_last_of_it() throws IOException {
        rotated("forward.2026-02-28.0.log.gz", DELIVERED.replace("03-01T12", "02-28T12"), RECEIVED);
        assertThat(shown("--since", "2026-03-01T12:00:00.500+01:00")).containsExactly(DELIVERED, PARKED);
        assertThat(shown("--since", "2026-03-01T11:00:00Z")).containsExactly(RECEIVED, RECEIVED, DELIVERED, PARKED);
        assertThat(shown("--since", "2026-03-01T11:00:00Z", "-n", "1")).containsExactly(PARKED);
        assertThat(shown("--since", "1h")).isEmpty();
        append(DELIVERED.replace("2026-03-01T12:00:01.000+01:00", Instant.now().toString()));
        assertThat(shown("--since", "1h")).hasSize(1);
        assertThat(tail("--since", "yesterday")).isEqualTo(2);
        assertThat(err.toString()).contains("'yesterday' is not a time", "8h");
    }

    @Test
    void a_name_that_nothing_has_is_told_instead_of_waiting_for_it() throws IOException {
        Files.writeString(folder.resolve("routing.conf"), """
                destinations.archive { ae-title = A, host = localhost, port = 1 }
                routes = [ { name = all, to = archive } ]
                """);
        String configuration = "--config=" + Files.writeString(folder.resolve("gateway.conf"), "");
        assertThat(tail(configuration, "-f", "--destination=nobody")).isEqualTo(2);
        assertThat(err.toString()).contains("no such destination: nobody; there are archive");
        assertThat(tail(configuration, "-f", "--route=none")).isEqualTo(2);
        assertThat(err.toString()).contains("no such route: none; there are all");
        assertThat(tail(configuration, "--destination=archive"))
                .as("known, with no line yet")
                .isZero();
        assertThat(shown(configuration, "--destination=b"))
                .as("no longer in the rules, but in the log")
                .containsExactly(PARKED);
    }

    @Test
    void a_damaged_file_is_told_and_the_others_are_shown() throws IOException {
        rotated("forward.2026-02-27.0.log.gz", "older");
        Path damaged = rotated("forward.2026-02-28.0.log.gz", "x".repeat(5000), "y".repeat(5000));
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, whole.length - 12));
        assertThat(shown("-n", "100")).startsWith("older").endsWith(RECEIVED, DELIVERED, PARKED);
        assertThat(err.toString()).contains("cannot read " + damaged.toAbsolutePath() + " to its end");
    }

    @Test
    void JSON_lines_are_found_where_the_gateway_writes_no_others() throws IOException {
        String before = System.getProperty("gateway.logs", "");
        System.setProperty("gateway.logs", folder.toString());
        try {
            Files.move(log, folder.resolve("forward.jsonl"));
            assertThat(command().execute("-n", "1")).isZero();
            assertThat(out.toString().strip()).isEqualTo(PARKED);
        } finally {
            if (before.isEmpty()) {
                System.clearProperty("gateway.logs");
            } else {
                System.setProperty("gateway.logs", before);
            }
        }
    }

    private Path rotated(String name, String... lines) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static List<String> all(LogTail tail) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Optional<String> line = tail.next(); line.isPresent(); line = tail.next()) {
            lines.add(line.get());
        }
        return lines;
    }

    private void append(String... lines) throws IOException {
        Files.writeString(log, String.join("\n", lines) + "\n", CREATE, APPEND);
    }

    private List<String> shown(String... arguments) {
        out.getBuffer().setLength(0);
        assertThat(tail(arguments)).isZero();
        return out.toString().lines().toList();
    }

    private int tail(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--file", log.toString()));
        all.addAll(List.of(arguments));
        return command().execute(all.toArray(String[]::new));
    }

    private CommandLine command() {
        return new CommandLine(new TailCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }
}
