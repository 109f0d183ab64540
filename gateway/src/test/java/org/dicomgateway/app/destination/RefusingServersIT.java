package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StatusScp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Servers that refuse: some instances, everything, or some callers. */
class RefusingServersIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final AeTitle UNKNOWN = AeTitle.of("UNKNOWN");
    private static final int POISON = 9;
    private static final int SIZE = 8 * 1024;

    /** Orthanc answers an instance without a series with 0xA700, for ever. */
    private static final String WITHOUT_SERIES = """
            (0008,0016) UI [1.2.840.10008.5.1.4.1.1.2]
            (0008,0018) UI [2.25.4711.%d]
            (0020,000d) UI [2.25.4711]
            """;

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeEach
    void makeFiles() {
        files = new TestFiles(directory.resolve("files"), 31);
    }

    @Test
    void instances_without_a_series_are_parked_and_a_healthy_server_is_never_down() {
        List<Path> poison = IntStream.rangeClosed(1, POISON)
                .mapToObj(i -> files.fromDump("poison" + i, WITHOUT_SERIES.formatted(i)))
                .toList();
        try (OrthancServer one = OrthancServer.start(directory, "ORTHANC1");
                OrthancServer two = OrthancServer.start(directory, "ORTHANC2");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(one.peer(), two.peer())
                        .start()) {
            List<TestFile> good = new ArrayList<>();
            send(gateway, MODALITY, paths(files.study(1, 2, SIZE)));
            await().atMost(LIMIT).until(() -> one.instances() == 2 && two.instances() == 2);

            // A study of nothing but poison, right before others, and then more of these.
            List<Path> first = new ArrayList<>(poison);
            good.addAll(files.study(1, 20, SIZE));
            first.addAll(paths(good));
            send(gateway, MODALITY, first);
            await("the good ones wait for seconds at most")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> one.instances() == 22 && two.instances() == 22);
            await("the poison is parked, while others pass").atMost(LIMIT).until(() -> {
                List<TestFile> more = files.study(1, 1, SIZE);
                good.addAll(more);
                send(gateway, MODALITY, paths(more));
                return gateway.count("parked") == 2 * POISON;
            });

            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(gateway.count("delivered")).isEqualTo(2L * (2 + good.size())));
            assertThat(Reconciliation.missing(one, good)).isEmpty();
            assertThat(Reconciliation.missing(two, good)).isEmpty();
            assertThat(gateway.output()).doesNotContain("is down");
            assertThat(parkedReasons(gateway))
                    .hasSize(2 * POISON)
                    .containsOnly("given up after 5 attempts: 0xA700 out of resources");
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    @Test
    void a_server_that_cannot_understand_anything_is_left_alone_parks_nothing_and_heals() {
        try (StatusScp server = StatusScp.start("SERVER", DimseStatus.CANNOT_UNDERSTAND);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(server.peer())
                        .start()) {
            List<TestFile> study = files.study(2, 100, SIZE);
            send(gateway, MODALITY, paths(study));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(gateway.output()).contains("is down", "takes nothing", "0xC000"));

            // Far more than the time after which 5 attempts would be over: 200 ms, 400 ms, 800 ms, 1.6 s.
            long before = server.asked();
            await().atMost(LIMIT).until(() -> server.asked() >= before + 20);
            assertThat(gateway.count("parked")).isZero();
            assertThat(gateway.output().split("is down", -1))
                    .as("once, and stays so")
                    .hasSize(2);

            server.answer(DimseStatus.SUCCESS);
            await().atMost(LIMIT).until(() -> server.stored().size() == study.size());
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == study.size());
            assertThat(gateway.count("parked")).isZero();
        }
    }

    @Test
    void a_caller_that_the_server_rejects_or_aborts_delays_no_other() {
        // The configuration that ships rejects callers that it does not know. One that lets them call aborts their
        // C-STORE.
        Map<String, ?> lets = Map.of("DicomAlwaysAllowEcho", true);
        try (OrthancServer aborting = OrthancServer.start(directory, "ABORTING", lets);
                OrthancServer rejecting = OrthancServer.start(directory, "REJECTING");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(GatewayProcess.destinations(aborting.peer(), rejecting.peer())
                                        .replace(
                                                "destination-defaults {",
                                                "destination-defaults { calling-ae = preserve")
                                + "routes = [ { name = all, to = [aborting, rejecting] } ]")
                        .start()) {
            gateway.ask("pause", "aborting").orFail();
            gateway.ask("pause", "rejecting").orFail();
            List<TestFile> unknown = files.study(1, 150, SIZE);
            List<TestFile> known = files.study(1, 50, SIZE);
            send(gateway, UNKNOWN, paths(unknown));
            send(gateway, OrthancServer.GATEWAY, paths(known));

            gateway.ask("resume", "aborting").orFail();
            gateway.ask("resume", "rejecting").orFail();

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> aborting.instances() == known.size() && rejecting.instances() == known.size());
            assertThat(gateway.forwardLog())
                    .anyMatch(line -> line.contains(" destination=rejecting ") && line.contains("rejected 1/1/3"))
                    .anyMatch(line -> line.contains(" destination=aborting ") && line.contains("aborted at the first"));
            assertThat(gateway.output())
                    .doesNotContain("is down")
                    .contains("does not know the calling AE title UNKNOWN");
            assertThat(gateway.count("parked")).isZero();

            rejecting.stop();
            rejecting.startAgain(Map.of("DicomAlwaysAllowStore", true));
            await().atMost(LIMIT).until(() -> rejecting.instances() == unknown.size() + known.size());
        }
    }

    private static List<String> parkedReasons(GatewayProcess gateway) {
        // It exits with 1 when there is any.
        JsonNode parked =
                JsonMapper.shared().readTree(gateway.ask("parked", "--json").output());
        List<String> reasons = new ArrayList<>();
        parked.forEach(each -> reasons.add(each.at("/reason").asString()));
        return reasons;
    }

    private static List<Path> paths(List<TestFile> files) {
        return files.stream().map(TestFile::path).toList();
    }

    private static void send(GatewayProcess gateway, AeTitle calling, List<Path> files) {
        Dcmtk.storescu(gateway.peer(), calling, files).orFail();
    }
}
