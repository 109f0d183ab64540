package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.HaProxy;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind a real HAProxy that sends the PROXY protocol, with and without TLS. */
class LoadBalancerIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final String BALANCER = "127.0.0.5";

    @TempDir
    private Path directory;

    @Test
    void access_rules_and_log_see_the_sender_not_the_balancer() {
        TestFiles files = new TestFiles(directory.resolve("files"), 3);
        Certificates certificates = new Certificates(directory.resolve("gateway/conf/tls")).make("gateway", "modality");
        Peer encrypted = new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", FreePorts.next());
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure("""
                                gateway.listener-defaults {
                                  proxy-protocol.from = "%s"
                                  access = [ { name = ct, remote-host = "127.0.0.1" } ]
                                }
                                gateway.listeners.encrypted {
                                  port = %d
                                  tls { certificate = tls/gateway.crt, key = tls/gateway.key, trust = tls/ca.crt }
                                }
                                """.formatted(BALANCER, encrypted.port()))
                        .broadcastTo(orthanc.peer())
                        .start();
                HaProxy balancer = new HaProxy(
                        directory.resolve("haproxy"),
                        BALANCER,
                        "send-proxy-v2 proxy-v2-options crc32c,unique-id check inter 200ms",
                        gateway.peer(),
                        encrypted)) {
            List<Path> one = List.of(files.single(20_000).path());
            Dcmtk.storescu(balancer.front(0), MODALITY, one).orFail();
            Dcmtk.storescu(
                            balancer.front(1),
                            MODALITY,
                            List.of(files.single(20_000).path()),
                            certificates.dcmtk("modality"))
                    .orFail();
            await().atMost(SOON).until(() -> orthanc.instances() == 2);
            assertThat(gateway.output())
                    .contains("MODALITY@127.0.0.1#")
                    .contains(", TLSv1")
                    .doesNotContain("@" + BALANCER);
            assertThat(gateway.forwardLog()).anyMatch(line -> line.contains("127.0.0.1"));

            try (HaProxy old = new HaProxy(directory.resolve("old"), BALANCER, "send-proxy", gateway.peer());
                    HaProxy stranger =
                            new HaProxy(directory.resolve("stranger"), "127.0.0.6", "send-proxy-v2", gateway.peer())) {
                assertThat(Dcmtk.storescu(old.front(0), MODALITY, one).succeeded())
                        .isFalse();
                assertThat(Dcmtk.storescu(stranger.front(0), MODALITY, one).succeeded())
                        .isFalse();
            }
            assertThat(gateway.output())
                    .contains("?@" + BALANCER + "#")
                    .contains("sends the PROXY protocol header of version 1")
                    .contains("refused: it sends a PROXY protocol header, and is not in proxy-protocol.from");
            assertThat(gateway.ask("status").output()).contains("Correct proxy-protocol.from of the listener");
            assertThat(gateway.count("received")).isEqualTo(2);
        }
    }
}
