package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets what, among three real Orthanc servers that are all well. */
class BalanceIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final int SIZE = 2 * 1024;

    @TempDir
    private Path directory;

    @Test
    void round_robin_shares_studies_evenly_and_splits_none() {
        try (Archives archives = new Archives(directory);
                GatewayProcess gateway = gateway(archives.peers(), "algorithm = round-robin")) {
            send(gateway, archives, studies(50, 20));
            List<Integer> shares = IntStream.rangeClosed(1, 3)
                    .mapToObj(n -> archives.studies(n).size())
                    .toList();
            assertThat(shares.stream().mapToInt(n -> n).sum())
                    .as("no study is on two servers")
                    .isEqualTo(50);
            assertThat(Collections.max(shares) - Collections.min(shares))
                    .as("studies on each server: %s", shares)
                    .isLessThanOrEqualTo(1);
            IntStream.rangeClosed(1, 3)
                    .forEach(n -> assertThat(archives.studies(n).values()).containsOnly(20L));
        }
    }

    @Test
    void hashing_shares_studies_by_weight_and_splits_none() {
        try (Archives archives = new Archives(directory);
                GatewayProcess gateway = gateway(archives.peers(), "algorithm = hash", 1, 2, 1)) {
            send(gateway, archives, studies(200, 2));
            List<Double> shares = IntStream.rangeClosed(1, 3)
                    .mapToObj(n -> archives.studies(n).size() / 200.0)
                    .toList();
            assertThat(shares.get(0)).as("%s", shares).isCloseTo(0.25, within(0.05));
            assertThat(shares.get(1)).as("%s", shares).isCloseTo(0.5, within(0.05));
            assertThat(shares.get(2)).as("%s", shares).isCloseTo(0.25, within(0.05));
            IntStream.rangeClosed(1, 3)
                    .forEach(n -> assertThat(archives.studies(n).values()).containsOnly(2L));
        }
    }

    @Test
    void the_least_loaded_gets_the_most_and_a_slow_one_little() {
        try (Archives archives = new Archives(directory);
                FaultProxy slow = FaultProxy.before(archives.server(2).peer());
                GatewayProcess gateway = gateway(
                        new Peer[] {
                            archives.server(1).peer(),
                            slow.peer(),
                            archives.server(3).peer()
                        },
                        "algorithm = least-loaded, affinity = none")) {
            slow.delayAnswers(300);
            send(gateway, archives, studies(10, 80));
            long all = archives.instances();
            double share = archives.server(2).instances() / (double) all;
            System.out.printf("BalanceIT: the slowed server got %.1f %% of %d instances%n", 100 * share, all);
            assertThat(share).as("share of the slowed server").isBetween(0.001, 0.3);
        }
    }

    private GatewayProcess gateway(Peer[] peers, String how, int... weights) {
        String destinations = GatewayProcess.destinations(peers);
        for (int i = 0; i < weights.length; i++) {
            destinations = destinations.replace(
                    "ORTHANC" + (i + 1) + ",", "ORTHANC" + (i + 1) + ", weight = " + weights[i] + ",");
        }
        return new GatewayProcess(directory.resolve("gateway"))
                .routing(destinations + """
                        routes = [
                          { name = all, fallback = true, strategy = balance, %s, to = [orthanc1, orthanc2, orthanc3] }
                        ]
                        """.formatted(how))
                .start();
    }

    private List<TestFile> studies(int count, int instances) {
        TestFiles files = new TestFiles(directory.resolve("files"), 8);
        return Stream.generate(() -> files.study(1, instances, SIZE))
                .limit(count)
                .flatMap(List::stream)
                .toList();
    }

    private static void send(GatewayProcess gateway, Archives archives, List<TestFile> files) {
        Dcmtk.storescu(
                        gateway.peer(),
                        MODALITY,
                        files.stream().map(TestFile::path).toList())
                .orFail();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> archives.instances() >= files.size());
        Map<String, Long> copies = archives.copies();
        assertThat(copies).hasSize(files.size());
        assertThat(copies.values()).containsOnly(1L);
    }
}
