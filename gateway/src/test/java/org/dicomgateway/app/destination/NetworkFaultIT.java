package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.NetworkFault;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every fault of a network there is, at once, each before a destination of its own: none holds another up, none loses
 * or parks anything, and when it is over everything arrives byte for byte.
 */
class NetworkFaultIT {

    private static final int INSTANCES = 12;
    /** With these, an instance arrives all the same. */
    private static final Set<NetworkFault> BEARABLE =
            Set.of(NetworkFault.NONE, NetworkFault.BYTE_BY_BYTE, NetworkFault.CLOSE_AFTER_EACH);
    /** Later than the gateway waits. */
    private static final long LATE_MILLIS = 4_000;

    @TempDir
    private Path directory;

    /** Called AE title → SOP Instance UID → dataset, as it came last. */
    private final Map<String, Map<String, byte[]>> arrived = new ConcurrentHashMap<>();

    /** With one instance at a time, and with several under way on each association. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void no_fault_of_a_network_loses_anything_or_holds_up_who_is_not_behind_it(int pipeline) throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 13).study(1, INSTANCES, 12 * 1024);
        AcceptorSettings settings = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                200,
                OptionalInt.empty(),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                OptionalLong.empty(),
                Duration.ofSeconds(30),
                16384,
                Optional.empty());
        Map<NetworkFault, FaultProxy> networks = new EnumMap<>(NetworkFault.class);
        try (Acceptor server = Acceptors.of(settings, request -> Admission.UNLIMITED, this::keep);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            server.start();
            for (NetworkFault fault : NetworkFault.values()) {
                FaultProxy network = FaultProxy.before(new Peer(
                        AeTitle.of(nameOf(fault)), "127.0.0.1", server.address().getPort()));
                network.misbehave(fault);
                network.delayAnswers(fault == NetworkFault.LATE ? LATE_MILLIS : 0);
                networks.put(fault, network);
            }
            route(gateway, networks, pipeline);
            gateway.start();
            Dcmtk.storescu(
                            gateway.peer(),
                            AeTitle.of("MODALITY"),
                            study.stream().map(TestFile::path).toList())
                    .orFail();

            await("those without a fault, and those with one that can be borne")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> BEARABLE.stream().allMatch(fault -> arrivedAt(fault) == INSTANCES));
            await("harm done by every other")
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> networks.forEach(
                            (fault, network) -> assertThat(network.harmDone() > 0 || fault == NetworkFault.NONE)
                                    .as(fault.name())
                                    .isTrue()));
            networks.values().forEach(FaultProxy::behave);
            await("everything everywhere")
                    .atMost(Duration.ofSeconds(40))
                    .untilAsserted(() -> assertThat(delivered(gateway))
                            .allSatisfy((destination, count) ->
                                    assertThat(count).as(destination).isGreaterThanOrEqualTo(INSTANCES))
                            .hasSize(networks.size()));
            for (NetworkFault fault : NetworkFault.values()) {
                Map<String, byte[]> there = arrived.getOrDefault(nameOf(fault), Map.of());
                assertThat(there).as(fault.name()).hasSize(INSTANCES);
                for (TestFile file : study) {
                    assertThat(there.get(file.sopInstance().value()))
                            .as("%s at %s", file.sopInstance(), fault)
                            .isEqualTo(Part10.dataset(file.path()));
                }
            }
            assertThat(gateway.count("parked")).isZero();
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        } finally {
            networks.values().forEach(FaultProxy::close);
        }
    }

    private static String nameOf(NetworkFault fault) {
        return fault.name();
    }

    private static String key(NetworkFault fault) {
        return fault.name().toLowerCase(Locale.ROOT);
    }

    private static void route(GatewayProcess gateway, Map<NetworkFault, FaultProxy> networks, int pipeline) {
        Peer[] peers = networks.values().stream().map(FaultProxy::peer).toArray(Peer[]::new);
        gateway.routing(GatewayProcess.destinations(peers)
                + """
                destination-defaults {
                  response-timeout = 2 s, association-timeout = 2 s, write-timeout = 2 s, connect-timeout = 2 s
                  max-associations = 2, pipeline = %d
                }
                routes = [ { name = all, to = [%s] } ]
                """.formatted(
                        pipeline,
                        networks.keySet().stream().map(NetworkFaultIT::key).collect(Collectors.joining(", "))));
    }

    private CStoreResponse keep(CStoreRequest request) throws IOException {
        byte[] dataset = request.dataset().readAllBytes();
        arrived.computeIfAbsent(request.origin().called().value(), name -> new ConcurrentHashMap<>())
                .put(request.sopInstance().value(), dataset);
        return CStoreResponse.SUCCESS;
    }

    private int arrivedAt(NetworkFault fault) {
        return arrived.getOrDefault(nameOf(fault), Map.of()).size();
    }

    /** Destination → instances reported as delivered. */
    private static Map<String, Long> delivered(GatewayProcess gateway) {
        return gateway.forwardLog().stream()
                .filter(line -> line.contains(" event=delivered "))
                .collect(Collectors.groupingBy(
                        line -> line.replaceAll(".* destination=(\\S+) .*", "$1"), Collectors.counting()));
    }
}
