package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dicomgateway.admin.AdminAtAPort;
import org.dicomgateway.admin.FakeControls;
import org.dicomgateway.admin.FakeSpoolView;
import org.dicomgateway.admin.api.RulesView.Broken;
import org.dicomgateway.cli.check.CheckCommand;
import org.dicomgateway.cli.log.TailCommand;
import org.dicomgateway.cli.operate.DestinationsCommand;
import org.dicomgateway.cli.operate.DiscardCommand;
import org.dicomgateway.cli.operate.ParkedCommand;
import org.dicomgateway.cli.operate.PauseCommand;
import org.dicomgateway.cli.operate.ReloadCommand;
import org.dicomgateway.cli.operate.RerouteCommand;
import org.dicomgateway.cli.operate.ResumeCommand;
import org.dicomgateway.cli.operate.RetryCommand;
import org.dicomgateway.cli.operate.SetAsideCommand;
import org.dicomgateway.cli.operate.StatusCommand;
import org.dicomgateway.cli.operate.TraceCommand;
import org.dicomgateway.cli.operate.VerifyCommand;
import org.dicomgateway.cli.send.SendCommand;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The table of exit codes in docs/commands.md is what the commands do. Each test is one of its rows. */
class ExitCodesTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([^|]+) \\| ([0-4]) \\| [^|]+ \\|$");

    private static final Map<String, Integer> TABLE = table();

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    private final FakeControls controls = admin.controls;
    private final FakeSpoolView spool = admin.spool;
    private final Map<String, Integer> codes = new LinkedHashMap<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), "gateway.admin.port = " + admin.port() + "\n");
        Files.writeString(folder.resolve("routing.conf"), """
                destinations.a { ae-title = A, host = localhost, port = 1 }
                routes = [ { name = all, to = a } ]
                """);
        Files.writeString(folder.resolve("forward.log"), "");
    }

    @AfterEach
    void every_test_ran_something() {
        assertThat(codes).isNotEmpty();
    }

    @Test
    void the_table_has_these_rows() {
        run(new CheckCommand());
        assertThat(TABLE.keySet())
                .containsExactly(
                        "it is done",
                        "there is nothing to do",
                        "it is so already",
                        "a list is empty",
                        "something is wrong",
                        "it could not be done",
                        "wrong usage, or a problem in the configuration",
                        "nothing has this name",
                        "the running gateway could not be asked",
                        "what was looked up is not known");
    }

    @Test
    void done() {
        run(new PauseCommand(), "a");
        run(new ResumeCommand(), "a");
        run(new ReloadCommand());
        run(new RetryCommand(), "--all");
        run(new RerouteCommand(), "gone", "a");
        run(new RerouteCommand(), "(any)", "a");
        run(new DiscardCommand(), "--study", "1.2.3", "--reason", "sent twice");
        run(new DestinationsCommand());
        run(new CheckCommand(), "--strict");
        run(new TailCommand(), "--file", folder.resolve("forward.log").toString());
        allAre("it is done");
    }

    @Test
    void nothing_to_do() {
        spool.counted = 0;
        run(new RetryCommand(), "--all");
        run(new RetryCommand(), "--accession", "ACC-1");
        run(new RerouteCommand(), "gone", "a");
        run(new DiscardCommand(), "--delivery", "7", "--reason", "x");
        allAre("there is nothing to do");
    }

    @Test
    void already_so() {
        controls.pause("a", "new disk");
        run(new PauseCommand(), "a");
        run(new ResumeCommand(), "b");
        run(new ResumeCommand(), "receiver");
        allAre("it is so already");
    }

    @Test
    void an_empty_list() {
        run(new SetAsideCommand());
        run(new TailCommand(), "--file", folder.resolve("forward.log").toString(), "--failed");
        allAre("a list is empty");
    }

    @Test
    void something_wrong() {
        controls.pause("b", "new disk");
        controls.broken = Optional.of(new Broken(FakeControls.NOW, List.of("/conf/routing.conf:3: bad")));
        spool.setAside.put(4L, FakeSpoolView.unreadable(4));
        run(new StatusCommand());
        run(new DestinationsCommand());
        run(new ParkedCommand());
        run(new ParkedCommand(), "--held");
        run(new TraceCommand(), "ACC-1");
        run(new SetAsideCommand());
        run(new ReloadCommand());
        allAre("something is wrong");
    }

    @Test
    void not_possible() {
        spool.setAside.put(4L, FakeSpoolView.unreadable(4));
        run(new SetAsideCommand(), "take-in", "4");
        run(new TailCommand(), "--file", folder.resolve("none.log").toString());
        allAre("it could not be done");
    }

    @Test
    void wrong_usage() throws IOException {
        run(new RetryCommand());
        run(new DiscardCommand(), "--delivery", "7");
        run(new SetAsideCommand(), "give");
        run(new ParkedCommand(), "--limit", "many");
        run(new TraceCommand(), "4711", "--limit", "0");
        run(new StatusCommand(), "--watch", "soon");
        Files.writeString(folder.resolve("gateway.conf"), "gateway.prot = 1");
        run(new StatusCommand());
        run(new CheckCommand());
        allAre("wrong usage, or a problem in the configuration");
    }

    @Test
    void no_such_name() {
        run(new PauseCommand(), "nobody");
        run(new ResumeCommand(), "nobody");
        run(new DestinationsCommand(), "nobody");
        run(new ParkedCommand(), "--destination", "nobody");
        run(new RetryCommand(), "--destination", "nobody");
        run(new DiscardCommand(), "--destination", "nobody", "--reason", "x");
        run(new RerouteCommand(), "nobody", "a");
        run(new RerouteCommand(), "a", "nobody");
        run(new SetAsideCommand(), "take-in", "99");
        run(new TailCommand(), "--file", folder.resolve("forward.log").toString(), "--destination", "nobody");
        allAre("nothing has this name");
    }

    @Test
    void no_gateway() {
        admin.server.close();
        run(new StatusCommand());
        run(new DestinationsCommand());
        run(new TraceCommand(), "ACC-1");
        run(new ParkedCommand());
        run(new RetryCommand(), "--all");
        run(new RetryCommand(), "--accession", "ACC-1");
        run(new RerouteCommand(), "a", "b");
        run(new DiscardCommand(), "--delivery", "7", "--reason", "x");
        run(new SetAsideCommand());
        run(new PauseCommand(), "a");
        run(new ResumeCommand(), "a");
        run(new ReloadCommand());
        run(new TailCommand(), "--accession", "ACC-1");
        allAre("the running gateway could not be asked");
    }

    @Test
    void not_known() throws IOException {
        spool.studiesOnlyBy = "nothing";
        run(new TraceCommand(), "4711");
        run(new RetryCommand(), "--accession", "4711");
        run(new DiscardCommand(), "--accession", "4711", "--reason", "x");
        run(new TailCommand(), "--accession", "4711");
        spool.deliveriesFound = List.of();
        run(new ParkedCommand(), "--accession", "4711");
        run(new VerifyCommand(), "--accession", "4711");
        run(
                new SendCommand(),
                "localhost:1",
                Files.createDirectory(folder.resolve("empty")).toString());
        allAre("what was looked up is not known");
    }

    /** Runs a command, and keeps its exit code. */
    private void run(Object command, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("--config", folder.resolve("gateway.conf").toString()));
        all.addAll(List.of(arguments));
        StringWriter said = new StringWriter();
        int code = new CommandLine(command)
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .setExecutionExceptionHandler((problem, line, parsed) -> 2)
                .execute(all.toArray(String[]::new));
        codes.put(command.getClass().getSimpleName() + " " + String.join(" ", arguments) + ": " + said, code);
    }

    private void allAre(String row) {
        assertThat(TABLE).containsKey(row);
        assertThat(codes)
                .allSatisfy((command, code) -> assertThat(code).as(command).isEqualTo(TABLE.get(row)));
    }

    private static Map<String, Integer> table() {
        try {
            Map<String, Integer> rows = new LinkedHashMap<>();
            ROW.matcher(Files.readString(ProjectRoot.path().resolve("docs/commands.md")))
                    .results()
                    .forEach(row -> rows.put(row.group(1), Integer.valueOf(row.group(2))));
            return rows;
        } catch (IOException e) {
            throw new IllegalStateException("docs/commands.md cannot be read", e);
        }
    }
}
