package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dicomgateway.cli.check.CheckCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CheckCommandTest {

    @TempDir
    private Path folder;

    private String gateway = "";
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int check(String to, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.conf"), gateway);
        Files.writeString(folder.resolve("routing.conf"), """
                destinations {
                  one { ae-title = ONE, host = localhost, port = 1 }
                  two { ae-title = TWO, host = localhost, port = 2 }
                }
                routes = [ { name = all, to = %s } ]
                """.formatted(to));
        return new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(concat("--config=" + file, options));
    }

    private static String[] concat(String first, String... rest) {
        String[] all = new String[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    @Test
    void warnings_are_on_standard_error_and_change_nothing_unless_strict() throws IOException {
        assertThat(check("one")).isZero();
        assertThat(out.toString()).contains("destinations {").doesNotContain("warning");
        assertThat(err.toString())
                .contains("routing.conf:3: warning: destinations.two: no route names two, so it gets nothing");
        assertThat(check("one", "--strict")).isEqualTo(1);
    }

    @Test
    void two_entries_of_a_list_that_became_one_are_a_warning_in_included_files_too() throws IOException {
        gateway = "include \"access.conf\"";
        Files.writeString(folder.resolve("access.conf"), """
                gateway.listeners.dicom.access = [
                  { name = ct, calling-ae = CT1 } { name = mr, calling-ae = MR1 }
                ]
                """);
        assertThat(check("[one, two]", "--strict")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith(folder.resolve("access.conf") + ":2: warning: two entries of a list without a comma");
    }

    @Test
    void json_lists_problems_and_warnings() throws IOException {
        assertThat(check("one", "--json")).isZero();
        JsonNode warned = JsonMapper.shared().readTree(out.toString());
        assertThat(warned.get("valid").asBoolean()).isTrue();
        assertThat(warned.at("/warnings/0/key").asString()).isEqualTo("destinations.two");
        out.getBuffer().setLength(0);
        assertThat(check("three", "--json")).isEqualTo(2);
        JsonNode wrong = JsonMapper.shared().readTree(out.toString());
        assertThat(wrong.get("valid").asBoolean()).isFalse();
        assertThat(wrong.at("/problems/0/line").asInt()).isEqualTo(5);
        assertThat(wrong.at("/problems/0/what").asString()).contains("no destination is called 'three'");
    }

    @Test
    void without_a_warning_strict_changes_nothing() throws IOException {
        assertThat(check("[one, two]", "--strict")).isZero();
        assertThat(err.toString()).isEmpty();
    }
}
