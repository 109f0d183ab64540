package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.AdminServer;
import org.dicomgateway.admin.FakeControls;
import org.dicomgateway.admin.FakeSpoolView;
import org.dicomgateway.admin.RulesView.Broken;
import org.dicomgateway.config.AdminSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** The commands that talk to a running gateway, over a real port. */
class OperatorCommandsTest {

    private final FakeControls controls = new FakeControls();
    private final FakeSpoolView spool = new FakeSpoolView();
    private final AdminServer server = new AdminServer(
            new AdminSettings(true, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), controls, spool);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        server.start();
        configure("port = " + server.address().getPort());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void status_shows_what_is_wrong_first_and_then_a_row_for_each_destination() {
        assertThat(run(new StatusCommand())).isZero();
        assertThat(out.toString())
                .contains("DICOM Gateway 1.2.3, running since")
                .contains("receiving: at 127.0.0.1:11112")
                .contains("rules: version 7")
                .contains("needs a restart: gateway.spool.history")
                .contains("held: 3 instances")
                .contains("waiting: 6 deliveries")
                .containsPattern("(?m)^a +up +.* 1 +2 +0 +1 +7")
                .containsPattern("(?m)^gone +not in the rules +0 +0 +4 +0 +1");
    }

    @Test
    void status_fails_while_the_rules_are_broken_or_nothing_is_taken_in() {
        controls.broken = Optional.of(new Broken(FakeControls.NOW, List.of("/conf/routing.conf:3: bad")));
        assertThat(run(new StatusCommand())).isEqualTo(1);
        assertThat(out.toString()).contains("BROKEN since", "problems: 1", "version 7", "/conf/routing.conf:3: bad");
        controls.broken = Optional.empty();
        controls.closedBecause = Optional.of("the disk is full");
        assertThat(run(new StatusCommand())).isEqualTo(1);
        assertThat(out.toString()).contains("receiving: NO, the disk is full");
    }

    @Test
    void status_is_JSON_when_asked_for() {
        assertThat(run(new StatusCommand(), "--json")).isZero();
        assertThat(JsonMapper.shared()
                        .readTree(out.toString())
                        .at("/destinations/0/name")
                        .asString())
                .isEqualTo("a");
    }

    @Test
    void pause_and_resume() {
        assertThat(run(new PauseCommand(), "a", "--reason", "new disk")).isZero();
        assertThat(controls.paused).containsEntry("a", "new disk");
        assertThat(run(new ResumeCommand(), "a")).isZero();
        assertThat(run(new ResumeCommand(), "a")).isEqualTo(1);
        assertThat(err.toString()).contains("destination a is not paused");
        assertThat(run(new PauseCommand(), "c")).isEqualTo(1);
        assertThat(err.toString()).contains("no such destination: c; there are a, b");
        assertThat(run(new PauseCommand(), "../status")).isEqualTo(2);
    }

    @Test
    void reroute_and_retry_tell_how_many() {
        assertThat(run(new RerouteCommand(), "gone", "a")).isZero();
        assertThat(run(new RetryCommand(), "--destination", "a", "--study", "1.2"))
                .isZero();
        assertThat(run(new RetryCommand(), "--all")).isZero();
        assertThat(spool.asked)
                .containsExactly(
                        "reroute gone a",
                        "retry Selection[destination=a, studyInstanceUid=1.2, deliveryId=0]",
                        "retry Selection[destination=, studyInstanceUid=, deliveryId=0]");
        assertThat(out.toString()).contains("4 deliveries go from gone to a", "1 deliveries are tried again");
        assertThat(run(new RetryCommand())).as("not everything by mistake").isEqualTo(2);
        assertThat(run(new RerouteCommand(), "a", "a")).isEqualTo(2);
    }

    @Test
    void reload_fails_with_every_problem_when_the_rules_are_bad() {
        assertThat(run(new ReloadCommand())).isZero();
        assertThat(out.toString()).contains("version 8", "routes added: x");
        controls.broken = Optional.of(new Broken(FakeControls.NOW, List.of("/conf/routing.conf:3: bad")));
        assertThat(run(new ReloadCommand())).isEqualTo(1);
        assertThat(out.toString()).contains("version 7 of the rules stays in force", "/conf/routing.conf:3: bad");
    }

    @Test
    void a_gateway_that_does_not_run_is_told_with_its_address_and_how_to_start_it() {
        server.close();
        assertThat(run(new StatusCommand())).isEqualTo(1);
        assertThat(err.toString()).contains("no gateway answers at http://127.0.0.1:", "start it: scripts/gateway run");
    }

    @Test
    void an_interface_that_is_off_or_has_no_known_port_is_a_misuse() throws IOException {
        configure("enabled = false");
        assertThat(run(new StatusCommand())).isEqualTo(2);
        configure("port = 0");
        assertThat(run(new StatusCommand())).isEqualTo(2);
        assertThat(err.toString()).contains("gateway.admin.enabled", "gateway.admin.port");
    }

    private void configure(String admin) throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), "gateway.admin { " + admin + " }\n");
    }

    private int run(OperatorCommand command, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("--config", folder.resolve("gateway.conf").toString()));
        all.addAll(List.of(arguments));
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
