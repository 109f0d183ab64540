package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.NetworkFault;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Servers fail under load; what they would have got goes to others, and they are used again when they are back. */
class FailoverIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final int INSTANCES = 300;
    /** What may be in flight to a server when it fails: its associations. */
    private static final int IN_FLIGHT = 4;

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeEach
    void prepare() {
        files = new TestFiles(directory.resolve("files"), 9);
    }

    @Test
    void a_killed_server_is_replaced_and_used_again() {
        try (Archives archives = new Archives(directory)) {
            balancedThrough(archives, archives.server(2).peer(), OrthancServer::kill, OrthancServer::startAgain);
        }
    }

    @Test
    void a_hanging_server_is_replaced_and_used_again() {
        try (Archives archives = new Archives(directory)) {
            balancedThrough(archives, archives.server(2).peer(), OrthancServer::freeze, OrthancServer::thaw);
        }
    }

    @Test
    void a_server_behind_a_silent_network_is_replaced_and_used_again() {
        try (Archives archives = new Archives(directory);
                FaultProxy network = FaultProxy.before(archives.server(2).peer())) {
            balancedThrough(
                    archives,
                    network.peer(),
                    server -> network.misbehave(NetworkFault.BLACK_HOLE),
                    server -> network.behave());
        }
    }

    private void balancedThrough(
            Archives archives, Peer second, Consumer<OrthancServer> fault, Consumer<OrthancServer> mend) {
        Peer[] peers = {archives.server(1).peer(), second, archives.server(3).peer()};
        try (GatewayProcess gateway = gateway(peers, "strategy = balance, algorithm = round-robin, affinity = none")) {
            List<TestFile> study = files.study(1, INSTANCES, 16 * 1024);
            try (Child sender =
                    Dcmtk.startStorescu(directory.resolve("sender.log"), gateway.peer(), MODALITY, paths(study))) {
                await().atMost(Duration.ofMinutes(1)).until(() -> gateway.count("delivered") > INSTANCES / 10);
                fault.accept(archives.server(2));
                assertThat(sender.await(Duration.ofMinutes(2))).isZero();
            }
            gateway.kill();
            gateway.start();
            // Everything is somewhere while the server is still away. The kill may have cost the forward log a line.
            await().atMost(Duration.ofMinutes(1)).until(() -> delivered(gateway) == INSTANCES);
            mend.accept(archives.server(2));
            long before = archives.server(2).instances();

            await().atMost(Duration.ofSeconds(45)).until(() -> {
                Dcmtk.storescu(gateway.peer(), MODALITY, paths(files.study(1, 6, 2 * 1024)))
                        .orFail();
                return archives.server(2).instances() > before;
            });
            Map<String, Long> copies = archives.copies();
            assertThat(study)
                    .allSatisfy(file ->
                            assertThat(copies).containsKey(file.sopInstance().value()));
            assertThat(study.stream()
                            .filter(file ->
                                    copies.getOrDefault(file.sopInstance().value(), 0L) > 1)
                            .count())
                    .as("instances that are on two servers: at most those in flight when one failed")
                    .isLessThanOrEqualTo(IN_FLIGHT);
            assertThat(gateway.count("parked")).isZero();
        }
    }

    @Test
    void two_of_three_copies_are_exactly_two_whatever_fails_and_whenever_the_gateway_restarts() {
        try (Archives archives = new Archives(directory);
                GatewayProcess gateway =
                        gateway(archives.peers(), "strategy = replicate, copies = 2, affinity = none")) {
            List<TestFile> first = files.study(1, 150, 8 * 1024);
            List<TestFile> second = files.study(1, 150, 8 * 1024);
            archives.server(1).kill();
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(first)).orFail();
            await().atMost(Duration.ofMinutes(1)).until(() -> gateway.count("delivered") > 100);
            gateway.kill();
            gateway.start();
            await().atMost(Duration.ofMinutes(1)).until(() -> twice(archives.server(2), archives.server(3), 150));

            archives.server(1).startAgain();
            archives.server(3).freeze();
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(second)).orFail();
            await().atMost(Duration.ofMinutes(1))
                    .until(() ->
                            archives.server(1).instances() + archives.server(2).instances()
                                    >= 150 + 2 * 150 - 2 * IN_FLIGHT);
            archives.server(3).thaw();

            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                Map<String, Long> copies = archives.copies();
                assertThat(copies).hasSize(300);
                assertThat(copies.values()).allMatch(count -> count >= 2);
            });
            long three = archives.copies().values().stream()
                    .filter(count -> count > 2)
                    .count();
            assertThat(three).as("third copies: at most what was in flight").isLessThanOrEqualTo(2 * IN_FLIGHT);
        }
    }

    private static boolean twice(OrthancServer one, OrthancServer other, long each) {
        return one.instances() == each && other.instances() == each;
    }

    private GatewayProcess gateway(Peer[] peers, String strategy) {
        return new GatewayProcess(directory.resolve("gateway"))
                .routing(GatewayProcess.destinations(peers)
                                .replace("probe-interval = 1 s", "probe-interval = 1 s, response-timeout = 8 s")
                        + """
                        routes = [ { name = all, fallback = true, %s, to = [orthanc1, orthanc2, orthanc3] } ]
                        """.formatted(strategy))
                .start();
    }

    private static long delivered(GatewayProcess gateway) {
        return JsonMapper.shared()
                .readTree(gateway.ask("status", "--json").output())
                .at("/status/totals/delivered")
                .asLong();
    }

    private static List<Path> paths(List<TestFile> files) {
        return files.stream().map(TestFile::path).toList();
    }
}
