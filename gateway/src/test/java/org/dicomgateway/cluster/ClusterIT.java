package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways over a real PostgreSQL with a synchronous standby, and a real Orthanc. */
class ClusterIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;
    private static OrthancServer orthanc;

    @BeforeAll
    static void start() {
        primary = PostgresServer.start(directory);
        standby = primary.startStandby(directory);
        orthanc = OrthancServer.start(directory, "ORTHANC1");
    }

    @AfterAll
    static void stop() {
        orthanc.close();
        standby.close();
        primary.close();
    }

    private GatewayProcess gateway(String node) {
        return new GatewayProcess(directory.resolve(node)).configure("""
                gateway.cluster {
                  node = %s
                  lease = 3 s
                  postgresql.url = "postgresql://127.0.0.1:%d/gateway"
                }
                """.formatted(node, primary.port())).broadcastTo(orthanc.peer());
    }

    @Test
    void what_a_gateway_has_not_delivered_is_delivered_by_another_when_it_dies_with_its_disk() {
        List<TestFile> files = new TestFiles(directory.resolve("files"), 1).study(2, 10, 40_000);
        try (GatewayProcess first = gateway("gw1");
                GatewayProcess second = gateway("gw2")) {
            first.start();
            second.start();
            first.ask("pause", "orthanc1").orFail();
            Dcmtk.storescu(
                            first.peer(),
                            OrthancServer.GATEWAY,
                            files.stream().map(TestFile::path).toList())
                    .orFail();
            first.kill();

            await().atMost(LIMIT).until(() -> orthanc.instances() == files.size());
            assertThat(second.forwardLog()).isNotEmpty();
        }
    }
}
