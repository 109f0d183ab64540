package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is drained in the middle of a study, as before it is moved, and what probes see of it. */
class DrainIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final int PICTURES = 400;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int healthPort = FreePorts.next();

    @TempDir
    private Path directory;

    @Test
    void all_that_was_answered_is_delivered_nothing_more_is_taken_and_what_cannot_be_delivered_is_told()
            throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 19);
        List<Path> another = List.of(files.single(1024).path());
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure("gateway.admin.health.port = " + healthPort)
                        .broadcastTo(orthanc.peer())
                        .start()) {
            assertThat(probe("ready")).isEqualTo(200);
            try (Sender sender = Sender.start(
                    directory.resolve("storescu.log"),
                    gateway.peer(),
                    "MODALITY",
                    files.study(2, PICTURES / 2, 16_384))) {
                await().atMost(LIMIT).until(() -> gateway.count("received") > 10);
                Dcmtk.Result drained = gateway.ask("drain", "--wait", "--timeout", "1m", "--reason", "moves");
                long received = gateway.count("received");
                long delivered = orthanc.instances();
                assertThat(drained.orFail().output()).contains("drained: nothing is left");
                assertThat(delivered).isEqualTo(received).isLessThan(PICTURES);
                sender.await(LIMIT);
                assertThat(sender.answered()).hasSize((int) received);
                assertThat(gateway.count("received")).isEqualTo(received);
                assertThat(orthanc.instances()).isEqualTo(received);
            }
            assertThat(probe("ready")).isEqualTo(503);
            assertThat(probe("live")).isEqualTo(200);
            assertThat(gateway.ask("status").output())
                    .contains("receiving: NO, draining: moves; to receive again: scripts/gateway resume receiver");
            assertThat(Dcmtk.storescu(gateway.peer(), MODALITY, another).output())
                    .contains("Rejected Transient");
            assertThat(gateway.terminate(LIMIT)).isZero();

            orthanc.stop();
            gateway.start();
            assertThat(probe("ready")).isEqualTo(200);
            Dcmtk.storescu(gateway.peer(), MODALITY, another).orFail();
            Dcmtk.Result left = gateway.ask("drain", "--wait", "--timeout", "2s");
            assertThat(left.exitCode()).isEqualTo(5);
            assertThat(left.output()).containsPattern("(?m)^orthanc1 +(up|down) +1 +0 +0 +.*refused");
            gateway.ask("resume", "receiver").orFail();
            assertThat(probe("ready")).isEqualTo(200);
        }
    }

    private int probe(String what) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + healthPort + "/health/" + what))
                .timeout(LIMIT)
                .build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }
}
