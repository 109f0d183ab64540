package org.dicomgateway.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the commands say of themselves and of mistakes: plain words, and names that can be copied. */
class CommandMessagesTest {

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    @TestFactory
    Stream<DynamicTest> every_help_has_an_example_that_can_be_copied() {
        return Main.commandLine().getSubcommands().entrySet().stream()
                .filter(command ->
                        !command.getValue().getCommandSpec().usageMessage().hidden())
                .map(command -> DynamicTest.dynamicTest(command.getKey(), () -> {
                    String help = command.getValue().getUsageMessage(CommandLine.Help.Ansi.OFF);
                    assertThat(help).contains("Usage: scripts/gateway " + command.getKey());
                    assertThat(help.substring(help.indexOf("Examples:")))
                            .contains("scripts/gateway " + command.getKey());
                }));
    }

    @TestFactory
    Stream<DynamicTest> every_command_tells_the_version_that_its_help_promises() {
        return Main.commandLine().getSubcommands().keySet().stream()
                .map(command -> DynamicTest.dynamicTest(command, () -> {
                    StringWriter out = new StringWriter();
                    CommandLine line = Main.commandLine(command);
                    assertThat(line.setOut(new PrintWriter(out)).execute(command, "--version"))
                            .isZero();
                    assertThat(out.toString()).startsWith("DICOM Gateway ");
                }));
    }

    @Test
    void an_installed_gateway_calls_itself_by_its_own_name() {
        System.setProperty("gateway.command", "dicom-gateway");
        try {
            assertThat(requireNonNull(Main.commandLine().getSubcommands().get("trace"))
                            .getUsageMessage())
                    .contains("Usage: dicom-gateway trace", "  dicom-gateway trace A4711")
                    .doesNotContain("scripts/");
            assertThat(execute("trace")).isEqualTo(2);
            assertThat(err.toString()).contains("see: dicom-gateway trace --help");
        } finally {
            System.clearProperty("gateway.command");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            trace --limit x A4711               | 'x' is not a whole number
            parked --limit 99999999999          | '99999999999' is too large
            retry --delivery 7a                 | '7a' is not a whole number
            status --watch soon                 | a duration is a number with ms, s, m, h or d
            set-aside give                      | 'give' is not one of list, take-in, discard
            inspect --server a=::b              | '::b' is not an address such as http://archive:8042
            inspect --wait 1x                   | a duration is a number
            tail --since yesterday              | 'yesterday' is not a time
            set-aside take-in x                 | 'x' is not a whole number
            set-aside 4711                      | '4711' is not one of list, take-in, discard
            set-aside take-in                   | give the numbers that set-aside lists
            status orthanc1                     | 'orthanc1' does not belong here: status takes only options
            trace A4711 A4712                   | 'A4712' does not belong here: trace takes only WHAT and options
            reroute a b c                       | 'c' does not belong here: reroute takes only FROM, TO and options
            stauts                              | 'stauts' is not a command
            pause a/b                           | Invalid value for WHICH: not a name of a destination
            echo --frist                        | Unknown option: '--frist'
            explain f --remote-host foo         | 'foo' is not an address such as 10.1.2.3 or fd00::1
            explain f --calling-ae TITLE-IS-TOO-LONG | an AE title has at most 16 characters
            tail --calling-ae TITLE-IS-TOO-LONG | an AE title has at most 16 characters
            tail --study A4711                  | 'A4711' is not a UID
            tail --instance A4711               | 'A4711' is not a UID
            parked --study A4711                | 'A4711' is not a UID: that is digits and dots, at most 64. An
            retry --study A4711                 | 'A4711' is not a UID
            discard --study A4711 -r x          | 'A4711' is not a UID
            export -o d --study A4711           | 'A4711' is not a UID
            inspect --study A4711               | 'A4711' is not a UID
            inspect --series A4711              | 'A4711' is not a UID
            inspect --server a=http://b:65536   | 'http://b:65536' is not an address such as http://archive:8042
            inspect --server a=ftp://b          | 'ftp://b' is not an address such as http://archive:8042
            send a:1 / --tls-cert c --tls-key k --tls-key-password nowhere | the password from nowhere: no such file
            send a:123456 f                     | a port is 1 to 65535: a:123456
            send TITLE-IS-TOO-LONG@a:104 f      | an AE title has at most 16 characters
            """)
    void a_mistake_is_told_in_plain_words(String line, String message) {
        assertThat(execute(line.split(" "))).isEqualTo(2);
        assertThat(err.toString())
                .contains(message)
                .doesNotContain("java.", "Exception", " int", " long", "at index", "Unmatched");
    }

    @Test
    void a_gateway_that_cannot_start_says_why_and_shows_no_stack_trace() throws Exception {
        Path conf = Files.writeString(folder.resolve("gateway.conf"), """
                gateway { audit.enabled = false, admin.enabled = false, spool.directory = "%s" }
                """.formatted(
                        Files.writeString(folder.resolve("spool"), "a file in the way")));
        Files.writeString(folder.resolve("routing.conf"), "destinations {}\nroutes = []\n");
        assertThat(execute("run", "--config", conf.toString())).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().startsWith("the gateway cannot start: ");
    }

    @Test
    void a_folder_that_cannot_be_written_is_told_without_the_name_of_an_exception() throws Exception {
        Path conf = Files.writeString(
                folder.resolve("gateway.conf"), "gateway.spool.directory = \"" + folder.resolve("spool") + "\"\n");
        Path file = Files.writeString(folder.resolve("held"), "a file in the way");
        assertThat(execute("export", "--config", conf.toString(), "-o", file.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("cannot write to " + file).doesNotContain("Exception");
    }

    private int execute(String... arguments) {
        err.getBuffer().setLength(0);
        return Main.commandLine()
                .setOut(new PrintWriter(new StringWriter(), true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
