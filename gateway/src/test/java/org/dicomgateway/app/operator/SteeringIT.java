package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A night's work with the commands: a study is sent and traced, a server is away, an instance is refused, all is
 * solved.
 */
class SteeringIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Orthanc answers an instance without a series with 0xA700, for ever. */
    private static final String WITHOUT_SERIES = """
            (0008,0016) UI [1.2.840.10008.5.1.4.1.1.2]
            (0008,0018) UI [2.25.4711.1]
            (0008,0050) SH [A4711]
            (0020,000d) UI [2.25.4711]
            """;

    @TempDir
    private Path directory;

    @Test
    void what_operators_do_at_night() {
        TestFiles files = new TestFiles(directory.resolve("files"), 1);
        List<TestFile> study = files.study(1, 5, 8 * 1024);
        Path broken = new TestFiles(directory.resolve("broken"), 2).fromDump("broken", WITHOUT_SERIES);
        try (OrthancServer one = OrthancServer.start(directory, "ORTHANC1");
                OrthancServer two = OrthancServer.start(directory, "ORTHANC2");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(one.peer(), two.peer())
                        .start()) {
            two.kill();
            assertThat(gateway.ask("send", "gateway", files(study)).orFail().output())
                    .contains("5 of 5 instances stored by GATEWAY@");
            gateway.ask("send", "gateway", broken.toString()).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1 && one.instances() == 5);

            Dcmtk.Result trace = gateway.ask("trace", study.get(0).study().value());
            assertThat(trace.exitCode()).isEqualTo(1);
            assertThat(trace.output())
                    .containsPattern("(?m)^orthanc1 +5 +0 +0 +0 +0 +0 +0 +0$")
                    .containsPattern("(?m)^orthanc2 +0 +5 +0 +0 +0 +0 +0 +0 +it is down: cannot connect to ORTHANC2@");
            Dcmtk.Result destinations = gateway.ask("destinations");
            assertThat(destinations.exitCode()).isEqualTo(1);
            assertThat(destinations.output()).containsPattern("(?m)^orthanc2 .* down .*");

            JsonNode parked = JsonMapper.shared()
                    .readTree(gateway.ask("parked", "--accession", "A4711", "--json")
                            .output());
            assertThat(parked).hasSize(1);
            String delivery = parked.at("/0/id").asString();
            assertThat(parked.at("/0/reason").asString()).contains("0xA700");
            gateway.ask("retry", "--delivery", delivery).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 2);
            gateway.ask("discard", "--study", "2.25.4711", "--reason", "no series")
                    .orFail();
            assertThat(gateway.ask("parked").orFail().output()).contains("nothing is parked");
            assertThat(gateway.ask("trace", "2.25.4711.1").output())
                    .containsSubsequence("received", "parked", "retried", "parked", "discarded", "no series");

            two.startAgain();
            await().atMost(LIMIT).until(() -> two.instances() == 5);
            await().atMost(LIMIT)
                    .until(() ->
                            gateway.ask("trace", study.get(0).study().value()).succeeded());
            assertThat(gateway.run(LIMIT, "tail", "--event", "discarded")
                            .orFail()
                            .output())
                    .contains("reason=\"no series\"");
        }
    }

    @Test
    void receiving_is_paused_over_a_restart_and_whoever_sends_is_told_to_try_again() {
        TestFile file = new TestFiles(directory.resolve("files"), 3).single(8 * 1024);
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(orthanc.peer())
                        .start()) {
            gateway.ask("pause", "receiver", "--reason", "new disk").orFail();
            gateway.terminate(LIMIT);
            assertThat(gateway.ask("status").exitCode()).as("none runs").isEqualTo(3);
            gateway.start();
            assertThat(gateway.ask("status").output()).contains("receiving: NO, paused: new disk");
            Dcmtk.Result refused =
                    gateway.ask("send", "gateway", "--retries=0", file.path().toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output()).contains("not stored, 1 file: given up", "rejected 2/");
            gateway.ask("resume", "receiver").orFail();
            gateway.ask("send", "gateway", file.path().toString()).orFail();
            await().atMost(LIMIT).until(() -> orthanc.instances() == 1);
        }
    }

    @Test
    void the_launcher_works_from_any_directory_and_says_what_is_wrong() {
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).routing("""
                destinations { orthanc1 { ae-title = ORTHANC1, host = localhost, port = 4242 } }
                routes = [ { name = everything, fallback = true, to = [orthanc1] } ]
                """)) {
            String launcher = ProjectRoot.path().resolve("scripts/gateway").toString();
            Dcmtk.Result status = Dcmtk.run(
                    "bash",
                    "-c",
                    "cd / && exec \"$0\" status --config \"$1\"",
                    launcher,
                    gateway.configuration().toString());
            assertThat(status.exitCode()).isEqualTo(3);
            assertThat(status.output()).contains("no gateway answers at http://127.0.0.1:");
        }
    }

    @Test
    void a_sending_that_is_stopped_tells_what_came_of_it() {
        TestFile file = new TestFiles(directory.resolve("files"), 4).single(8 * 1024);
        Dcmtk.Result stopped = Dcmtk.run(
                "bash",
                "-c",
                "\"$0\" send localhost:$1 --retries 1000 \"$2\" & sleep 4; kill -TERM $!; wait $!; echo code $?",
                ProjectRoot.path().resolve("scripts/gateway").toString(),
                Integer.toString(FreePorts.next()),
                file.path().toString());
        assertThat(stopped.output()).contains("0 of 1 instances stored", "given up: stopped", "code 143");
    }

    private static String files(List<TestFile> study) {
        return String.valueOf(study.get(0).path().getParent());
    }
}
