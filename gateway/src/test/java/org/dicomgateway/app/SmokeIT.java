package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of an instance from end to end, as quickly as it can be seen: what {@code scripts/test.sh --quick} asks. */
class SmokeIT {

    @TempDir
    private Path directory;

    @Test
    void what_storescu_sends_to_the_gateway_is_in_Orthanc_byte_for_byte() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 7).study(1, 5, 32 * 1024);
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(orthanc.peer())
                        .start()) {
            Dcmtk.storescu(
                            gateway.peer(),
                            AeTitle.of("MODALITY"),
                            study.stream().map(TestFile::path).toList())
                    .orFail();
            await().atMost(Duration.ofSeconds(30)).until(() -> orthanc.instances() == study.size());
            for (TestFile file : study) {
                byte[] held =
                        orthanc.file(orthanc.rest().find(file.sopInstance()).get(0));
                assertThat(Part10.dataset(held)).isEqualTo(Part10.dataset(file.path()));
            }
            assertThat(gateway.terminate(Duration.ofSeconds(30))).isZero();
        }
    }
}
