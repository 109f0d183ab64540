package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One slow, dead or hanging destination never slows another, and catches up by itself. */
class OutageIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final int INSTANCES = 200;

    @TempDir
    private Path directory;

    @Test
    void a_dead_and_a_hanging_server_hold_nobody_up_and_catch_up_by_themselves() {
        TestFiles files = new TestFiles(directory.resolve("files"), 4);
        try (OrthancServer well = OrthancServer.start(directory, "ORTHANC1");
                OrthancServer dead = OrthancServer.start(directory, "ORTHANC2");
                OrthancServer hanging = OrthancServer.start(directory, "ORTHANC3");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(well.peer(), dead.peer(), hanging.peer())
                        .start()) {
            dead.kill();
            hanging.freeze();
            List<Path> study = files.study(1, INSTANCES, 32 * 1024).stream()
                    .map(TestFile::path)
                    .toList();
            Dcmtk.storescu(gateway.peer(), MODALITY, study).orFail();
            await().atMost(Duration.ofSeconds(30)).until(() -> well.instances() == INSTANCES);

            // A second study while both are away: the lane of the well one is still at full speed.
            List<Path> more = files.study(1, INSTANCES, 32 * 1024).stream()
                    .map(TestFile::path)
                    .toList();
            Dcmtk.storescu(gateway.peer(), MODALITY, more).orFail();
            await().atMost(Duration.ofSeconds(30)).until(() -> well.instances() == 2 * INSTANCES);
            assertThat(delivered(gateway, "orthanc2")).isZero();

            dead.startAgain();
            await().atMost(Duration.ofSeconds(60)).until(() -> dead.instances() == 2 * INSTANCES);
            hanging.thaw();
            await().atMost(Duration.ofSeconds(90)).until(() -> hanging.instances() == 2 * INSTANCES);

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> List.of("orthanc1", "orthanc2", "orthanc3")
                            .forEach(name -> assertThat(delivered(gateway, name))
                                    .as(name)
                                    .isGreaterThanOrEqualTo(2 * INSTANCES)));
            assertThat(gateway.count("parked")).as("an outage parks nothing").isZero();
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    private static long delivered(GatewayProcess gateway, String destination) {
        return gateway.forwardLog().stream()
                .filter(line ->
                        line.contains(" event=delivered ") && line.contains(" destination=" + destination + " "))
                .count();
    }
}
