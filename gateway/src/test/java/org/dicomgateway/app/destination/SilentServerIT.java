package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.NetworkFault;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server takes associations and instances, and its answers do not come, or come late. */
class SilentServerIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int SIZE = 4 * 1024;
    private static final int ASSOCIATIONS = 4;

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeEach
    void prepare() {
        files = new TestFiles(directory.resolve("files"), 21);
    }

    @Test
    void what_waits_for_a_server_that_never_answers_is_elsewhere_before_that_one_is_known_to_be_down() {
        int instances = 300;
        try (StoreScp well = StoreScp.start(directory, "WELL");
                StoreScp silent = StoreScp.start(directory, "SILENT");
                FaultProxy network = FaultProxy.before(silent.peer());
                GatewayProcess gateway = balanced(well, network)) {
            network.misbehave(NetworkFault.NO_ANSWER);
            List<TestFile> study = files.study(1, instances, SIZE);

            send(gateway, study);

            await().atMost(LIMIT).until(() -> gateway.count("delivered") >= instances - ASSOCIATIONS);
            assertThat(log(gateway))
                    .anyMatch(line -> line.contains("destination silent has not answered"))
                    .noneMatch(line -> line.contains("is down"));

            network.behave();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == instances);
            assertThat(well.files().size() + silent.files().size())
                    .as("on two servers at most what was in flight")
                    .isBetween(instances, instances + ASSOCIATIONS);
            assertThat(gateway.count("parked")).isZero();

            // Not at once: its connections broke, and it is tried first.
            await().atMost(LIMIT).until(() -> {
                send(gateway, files.study(1, 2, SIZE));
                return gateway.forwardLog().stream()
                        .anyMatch(line -> line.contains(" event=delivered ") && line.contains(" destination=silent "));
            });
        }
    }

    @Test
    void a_server_that_answers_late_is_not_down_and_gets_nothing_twice() {
        int instances = 40;
        try (StoreScp well = StoreScp.start(directory, "WELL");
                StoreScp slow = StoreScp.start(directory, "SILENT");
                FaultProxy network = FaultProxy.before(slow.peer());
                GatewayProcess gateway = balanced(well, network)) {
            // One each: the gateway's first question must not be what is answered late.
            send(gateway, files.study(1, 2, SIZE));
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 2);
            network.misbehave(NetworkFault.LATE);
            network.delayAnswers(2500);

            send(gateway, files.study(1, instances, SIZE));

            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 2 + instances);
            assertThat(log(gateway)).noneMatch(line -> line.contains("is down"));
            assertThat(slow.files()).hasSizeGreaterThan(1);
            assertThat(well.files().size() + slow.files().size()).isEqualTo(2 + instances);
        }
    }

    private GatewayProcess balanced(StoreScp well, FaultProxy other) {
        return new GatewayProcess(directory.resolve("gateway"))
                .routing(GatewayProcess.destinations(well.peer(), other.peer()) + """
                        routes = [
                          { name = all, strategy = balance, algorithm = round-robin, affinity = none, to = [well, silent] }
                        ]
                        """)
                .start();
    }

    private static void send(GatewayProcess gateway, List<TestFile> study) {
        Dcmtk.storescu(
                        gateway.peer(),
                        MODALITY,
                        study.stream().map(TestFile::path).toList())
                .orFail();
    }

    private static List<String> log(GatewayProcess gateway) {
        try (Stream<String> lines = Files.lines(gateway.home().resolve("var/logs/gateway.log"))) {
            return lines.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
