package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as operators run them: the shipped jar, a process each. */
class CommandsIT {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");

    @TempDir
    private Path directory;

    @Test
    void five_mistakes_are_five_problems_with_file_and_line_and_the_gateway_does_not_start() {
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            gateway.configure("""
                    gateway.spool.segment-sise = 64 MiB
                    gateway.shutdown-timeout = soon
                    """).routing("""
                    destinations {
                      orthanc1 { ae-title = A_TITLE_THAT_IS_TOO_LONG, host = localhost, port = 4242 }
                      orthanc2 { ae-title = ORTHANC2, host = localhost, port = 424242 }
                    }
                    routes = [
                      { name = everything, fallback = true, to = [orthanc1, orthanc3] }
                    ]
                    """);
            for (String command : List.of("check", "run")) {
                Dcmtk.Result result = gateway.run(
                        LIMIT, command, "--config", gateway.configuration().toString());
                assertThat(result.exitCode()).as(command).isEqualTo(2);
                List<String> problems = result.output()
                        .lines()
                        .filter(line -> line.contains(".conf:"))
                        .toList();
                assertThat(problems).as(command).hasSize(5);
                assertThat(problems.get(0)).contains("gateway.conf:3", "segment-sise", "segment-size");
                assertThat(problems.get(1)).contains("gateway.conf:4", "shutdown-timeout");
                assertThat(problems.get(2)).contains("routing.conf:2", "ae-title");
                assertThat(problems.get(3)).contains("routing.conf:3", "port");
                assertThat(problems.get(4)).contains("routing.conf:6", "orthanc3");
            }
            assertThat(Files.exists(gateway.home().resolve("var/spool"))).isFalse();
        }
    }

    @Test
    void check_prints_what_is_in_force() {
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).routing(oneDestination(4242))) {
            Dcmtk.Result result = gateway.run(
                    LIMIT, "check", "--config", gateway.configuration().toString());
            assertThat(result.orFail().output()).contains("max-associations", "orthanc1", "ORTHANC1");
        }
    }

    @Test
    void echo_tells_who_answers_and_who_does_not() {
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).broadcastTo(orthanc.peer())) {
            String configuration = gateway.configuration().toString();
            assertThat(gateway.run(LIMIT, "echo", "--config", configuration)
                            .orFail()
                            .output())
                    .contains("ok", "orthanc1", "0x0000");
            assertThat(gateway.run(LIMIT, "echo", "--json", "--config", configuration)
                            .orFail()
                            .output())
                    .contains("\"destination\" : \"orthanc1\"", "\"ok\" : true");
            orthanc.kill();
            Dcmtk.Result result = gateway.run(LIMIT, "echo", "--config", configuration);
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.output()).contains("FAIL", "orthanc1", "refused");
        }
    }

    @Test
    void export_writes_what_is_not_delivered_beside_a_running_gateway_and_without_one() throws IOException {
        TestFiles files = new TestFiles(directory.resolve("files"), 6);
        List<TestFile> study = files.study(2, 10, 8 * 1024);
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(orthanc.peer())
                        .start()) {
            orthanc.kill();
            Dcmtk.storescu(
                            gateway.peer(),
                            MODALITY,
                            study.stream().map(TestFile::path).toList())
                    .orFail();
            assertThat(exported(gateway, "beside")).isEqualTo(sopInstances(study));
            gateway.kill();
            assertThat(exported(gateway, "without")).isEqualTo(sopInstances(study));

            orthanc.startAgain();
            gateway.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> orthanc.instances() == study.size());
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(exported(gateway, "afterwards-" + System.nanoTime()))
                            .isEmpty());
        }
    }

    private Set<Uid> exported(GatewayProcess gateway, String name) throws IOException {
        Path target = directory.resolve(name);
        gateway.run(LIMIT, "export", "--config", gateway.configuration().toString(), "--output", target.toString())
                .orFail();
        try (Stream<Path> written = Files.list(target)) {
            return written.map(file -> Part10.read(file).sopInstance()).collect(Collectors.toSet());
        }
    }

    private static Set<Uid> sopInstances(List<TestFile> files) {
        return files.stream().map(TestFile::sopInstance).collect(Collectors.toSet());
    }

    private static String oneDestination(int port) {
        return """
                destinations { orthanc1 { ae-title = ORTHANC1, host = localhost, port = %d } }
                routes = [ { name = everything, fallback = true, to = [orthanc1] } ]
                """.formatted(port);
    }
}
