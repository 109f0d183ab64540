package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real Orthanc does when it cannot take an instance, and how that ends well. */
class OrthancTroubleIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");

    @TempDir
    private Path directory;

    @Test
    void full_or_without_the_class_it_gets_everything_in_the_end() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 29);
        List<TestFile> study = new ArrayList<>(files.study(1, 16, 300_000));
        List<TestFile> unknown = files.study(1, 2, TestFiles.PRIVATE_CLASS, 5_000);
        Map<String, Object> strict = Map.of("MaximumStorageSize", 1, "UnknownSopClassAccepted", false);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1", strict);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(server.peer())
                        .start()) {
            send(gateway, study);
            send(gateway, unknown);

            await("1 MB is stored, and the rest refused for want of room")
                    .atMost(LIMIT)
                    .until(() -> server.instances() >= 2
                            && gateway.forwardLog().stream()
                                    .anyMatch(line -> line.contains(" destination=orthanc1 ")
                                            && line.contains(" status=0xA700")));
            await("what has no presentation context is parked, with a reason")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(gateway.forwardLog().stream()
                                    .filter(line -> line.contains(" event=parked ") && line.contains(" reason=")))
                            .hasSizeGreaterThanOrEqualTo(unknown.size()));
            assertThat(server.instances()).isLessThan(study.size());

            // Longer than the retries of one that is to blame would take: 200 ms, 400 ms, 800 ms, 1.6 s.
            await("what there is no room for is tried again and again, and not parked")
                    .atMost(LIMIT)
                    .until(() -> gateway.forwardLog().stream()
                                    .filter(line -> line.contains(" event=retry ") && line.contains(" status=0xA700"))
                                    .count()
                            >= 12L * study.size());
            assertThat(gateway.count("parked"))
                    .as("only those of the unknown class")
                    .isEqualTo(unknown.size());

            server.stop();
            server.startAgain(Map.of());
            gateway.ask("retry", "--all").orFail();
            List<TestFile> all = new ArrayList<>(study);
            all.addAll(unknown);
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(Reconciliation.missing(server, all)).isEmpty());
            assertThat(Reconciliation.damaged(server, all)).isEmpty();
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    private static void send(GatewayProcess gateway, List<TestFile> files) {
        Dcmtk.storescu(
                        gateway.peer(),
                        MODALITY,
                        files.stream().map(TestFile::path).toList())
                .orFail();
    }
}
