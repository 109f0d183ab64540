package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates on every side of the gateway as it ships, and a renewal while it runs. */
@Timeout(180)
class EncryptedIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void from_modality_to_orthanc_and_on_after_a_renewal() {
        Certificates certificates =
                new Certificates(directory.resolve("gateway/conf/tls")).make("gateway", "modality", "orthanc");
        TestFiles files = new TestFiles(directory.resolve("files"), 23);
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"));
                OrthancServer orthanc = OrthancServer.start(
                        directory,
                        "ORTHANC",
                        Map.<String, Object>of(
                                "DicomModalities", Map.of("gateway", modality(gateway)),
                                "DicomTlsEnabled", true,
                                "DicomTlsCertificate",
                                        certificates.certificate("orthanc").toString(),
                                "DicomTlsPrivateKey",
                                        certificates.key("orthanc").toString(),
                                "DicomTlsTrustedCertificates",
                                        certificates.authority().toString(),
                                "DicomTlsRemoteCertificateRequired", true))) {
            gateway.configure("""
                            gateway.listeners.dicom {
                              tls { enabled = true, certificate = tls/gateway.crt, key = tls/gateway.key, trust = tls/ca.crt }
                              access = [
                                { name = ct, calling-ae = MODALITY, certificate = "dns:modality" }
                                { name = server, calling-ae = ORTHANC, certificate = "dns:orthanc" }
                              ]
                            }
                            """)
                    .routing(GatewayProcess.destinations(orthanc.peer()) + """
                            destination-defaults.tls {
                              enabled = true, certificate = tls/gateway.crt, key = tls/gateway.key, trust = tls/ca.crt
                            }
                            destination-defaults {
                              verify { level = content, within = 7 d }
                              commitment { request = true, after = 1 s }
                            }
                            routes = [ { name = all, to = orthanc } ]
                            """)
                    .start();
            String[] shown = certificates.dcmtk("modality");
            List<TestFile> made =
                    Stream.generate(() -> files.single(50_000)).limit(10).toList();
            List<Path> ten = made.stream().map(TestFile::path).toList();

            Dcmtk.storescu(gateway.peer(), MODALITY, ten, shown).orFail();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(orthanc.instances()).isEqualTo(10));
            assertThat(Dcmtk.echoscu(gateway.peer(), AeTitle.of("OTHER"), shown).succeeded())
                    .isFalse();
            assertThat(gateway.ask("echo").orFail().output()).contains("ok    orthanc");

            // C-FIND and C-GET, N-ACTION and N-EVENT-REPORT: nobody takes any of them without TLS.
            gateway.ask("verify", "--all").orFail();
            assertThat(gateway.ask("trace", made.get(0).sopInstance().value()).output())
                    .contains("read by C-GET and compared");
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(gateway.output()).contains("orthanc is asked for", "orthanc has committed"));

            String before = serialServed(gateway, certificates);
            certificates.make("gateway");
            await().atMost(SOON)
                    .until(() -> !serialServed(gateway, certificates).equals(before));
            Dcmtk.storescu(
                            gateway.peer(),
                            MODALITY,
                            List.of(files.single(50_000).path()),
                            shown)
                    .orFail();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(orthanc.instances()).isEqualTo(11));
            assertThat(gateway.output()).contains("certificates and keys were renewed");
        }
    }

    private static Map<String, Object> modality(GatewayProcess gateway) {
        return Map.<String, Object>of(
                "AET",
                "GATEWAY",
                "Host",
                "127.0.0.1",
                "Port",
                gateway.peer().port(),
                "AllowFind",
                true,
                "AllowGet",
                true,
                "UseDicomTls",
                true);
    }

    private static String serialServed(GatewayProcess gateway, Certificates certificates) {
        return Dcmtk.run(
                        "sh",
                        "-c",
                        "openssl s_client -connect 127.0.0.1:" + gateway.peer().port()
                                + " -cert " + certificates.certificate("modality")
                                + " -key " + certificates.key("modality")
                                + " </dev/null 2>/dev/null | openssl x509 -noout -serial")
                .orFail()
                .output();
    }
}
