package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.testkit.Dcmtk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real bash makes of the completion script. */
class CompletionTest {

    @TempDir
    private Path folder;

    private boolean running = true;

    @Test
    void bash_completes_commands_and_options() throws Exception {
        assertThat(completed("sta")).containsExactly("status");
        assertThat(completed("re")).contains("retry", "resume", "reroute", "reload");
        assertThat(completed("send", "--ass")).containsExactly("--associations");
        assertThat(completed("completion", "b")).containsExactly("bash");
    }

    @Test
    void the_installed_command_is_completed_in_the_same_way() {
        assertThat(script("bash")).containsPattern("complete -F _complete_gateway_and_names .* dicom-gateway\n");
    }

    @Test
    void zsh_is_told_to_understand_it() {
        assertThat(script("zsh")).startsWith("autoload -U +X bashcompinit");
    }

    @Test
    void names_are_asked_of_the_running_gateway_wherever_one_belongs() throws Exception {
        assertThat(completed("pause", "")).containsExactlyInAnyOrder("receiver", "orthanc1", "orthanc2");
        assertThat(completed("resume", "--json", "orth")).containsExactly("orthanc1", "orthanc2");
        assertThat(completed("pause", "--reason", "orth")).isEmpty();
        assertThat(completed("pause", "--reason", "disk", "orth")).containsExactly("orthanc1", "orthanc2");
        assertThat(completed("pause", "orthanc1", "orth")).isEmpty();
        assertThat(completed("reroute", "orthanc1", "orth")).containsExactly("orthanc1", "orthanc2");
        assertThat(completed("echo", "orthanc1", "orthanc2", "o")).containsExactly("orthanc1", "orthanc2");
        assertThat(completed("send", "g")).containsExactly("gateway");
        assertThat(completed("send", "orthanc2")).containsExactly("orthanc2");
        assertThat(completed("tail", "--route", "")).containsExactly("everything");
        assertThat(completed("tail", "-f", "--destination", "=", "o")).containsExactly("orthanc1", "orthanc2");
        for (String command : List.of("retry", "discard", "parked", "tail")) {
            assertThat(completed(command, "--destination", "orthanc1"))
                    .as(command)
                    .containsExactly("orthanc1");
        }
        assertThat(completed("retry", "--study", "o")).isEmpty();
        assertThat(completed("parked", "--dest")).containsExactly("--destination");
    }

    @Test
    void the_gateway_of_the_configuration_that_is_named_is_asked() throws Exception {
        assertThat(completed("pause", "-c", "other.conf", "o")).containsExactly("other1");
        assertThat(completed("pause", "--config", "=", "other.conf", "o")).containsExactly("other1");
    }

    @Test
    void without_a_gateway_there_are_only_the_words_that_are_fixed() throws Exception {
        running = false;
        assertThat(completed("pause", "")).containsExactly("receiver");
        assertThat(completed("retry", "--destination", "")).isEmpty();
    }

    @Test
    void every_argument_that_is_a_destination_or_a_route_is_completed() {
        Main.commandLine()
                .getSubcommands()
                .forEach((name, command) -> command.getCommandSpec().args().stream()
                        .filter(argument -> Set.of("NAME", "DESTINATION", "WHICH", "FROM", "TO", "TARGET")
                                .contains(argument.paramLabel()))
                        .filter(argument -> !name.equals("inspect"))
                        .forEach(argument -> assertThat(argument.completionCandidates())
                                .as(name + " " + argument.paramLabel())
                                .isNotNull()));
    }

    private List<String> completed(String... words) throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), script("bash"));
        Path program = Files.writeString(folder.resolve("gateway"), """
                #!/bin/sh
                [ %s = true ] || exit 1
                case "$*" in
                  "names destinations --config other.conf") echo other1 ;;
                  "names destinations") echo orthanc1; echo orthanc2 ;;
                  "names routes") echo everything ;;
                esac
                """.formatted(running));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Path trial =
                Files.writeString(folder.resolve("trial"), """
                # Of use only while a person types.
                compopt() { :; }
                source %s
                COMP_WORDS=(%s %s)
                COMP_CWORD=%d
                $(complete -p gateway | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(script, program, quoted(words), words.length));
        return Arrays.stream(
                        Dcmtk.run("bash", trial.toString()).orFail().output().split("\n"))
                .map(String::strip)
                .toList();
    }

    private static String quoted(String... words) {
        return Stream.of(words).map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        assertThat(Main.commandLine().setOut(new PrintWriter(out)).execute("completion", shell))
                .isZero();
        return out.toString();
    }
}
