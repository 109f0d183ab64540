package org.dicomgateway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.QueryRetrieveScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies are verified and healed without Orthanc's REST API: over DICOMweb, and by C-FIND and C-GET. */
class OtherWaysIT {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int SIZE = 40 * 1024;
    private static final Path DICOMWEB = Path.of("/usr/share/orthanc/plugins/libOrthancDicomWeb.so");

    @TempDir
    private Path directory;

    private static Map<String, ?> allowing(boolean queries) {
        Map<String, Object> gateway = new HashMap<>(Map.of("AET", "GATEWAY", "Host", "127.0.0.1", "Port", 11112));
        gateway.put("AllowFind", queries);
        gateway.put("AllowGet", queries);
        return Map.of("DicomModalities", Map.of("gateway", gateway));
    }

    /** An Orthanc by C-GET, one over DICOMweb, and a DCMTK by C-GET. */
    private static void route(GatewayProcess gateway, Peer dimse, OrthancServer web, Peer dcmtk) {
        gateway.routing("""
                destination-defaults { probe-interval = 1 s, verify { level = content, within = 7 d }
                  breaker { initial-pause = 200 ms } }
                destinations {
                  orthanc { ae-title = %s, host = localhost, port = %d }
                  web { ae-title = %s, host = localhost, port = %d
                    dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc } }
                  dcmtk { ae-title = %s, host = localhost, port = %d }
                }
                routes = [ { name = everything, fallback = true, to = [orthanc, web, dcmtk] } ]
                """.formatted(
                        dimse.aeTitle(),
                        dimse.port(),
                        web.peer().aeTitle(),
                        web.peer().port(),
                        web.httpPort(),
                        dcmtk.aeTitle(),
                        dcmtk.port()));
    }

    private static String verify(GatewayProcess gateway, int exitCode, String... arguments) {
        Dcmtk.Result result = gateway.ask("verify", arguments);
        assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
        return result.output();
    }

    private static List<byte[]> datasets(Stream<Path> files) {
        return files.map(Part10::dataset).toList();
    }

    @Test
    void copies_are_verified_found_missing_or_differing_and_healed_in_each_way() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 1);
        List<TestFile> study = made.study(2, 2, SIZE);
        TestFile nested = made.nested("+te");
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1", allowing(false));
                OrthancServer web =
                        OrthancServer.start(directory, "ORTHANC2", Map.of("Plugins", List.of(DICOMWEB.toString())));
                QueryRetrieveScp dcmtk = QueryRetrieveScp.start(directory, "DCMTK");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            route(gateway, orthanc.peer(), web, dcmtk.peer());
            gateway.start();
            gateway.deliver(Stream.concat(study.stream(), Stream.of(nested)).toList(), 3);

            // An Orthanc that allows the gateway neither: that says nothing about its copies.
            assertThat(verify(gateway, 1, "--all"))
                    .containsPattern("orthanc +0 +0 +0 +0 +0")
                    .contains("let GATEWAY use C-FIND")
                    .containsPattern("web +5 +5 +0 +0 +0")
                    .containsPattern("dcmtk +5 +5 +0 +0 +0");
            orthanc.stop();
            orthanc.startAgain(allowing(true));
            verify(gateway, 0, "--all");
            assertThat(gateway.ask("trace", study.get(0).sopInstance().value()).output())
                    .contains("read by C-GET and compared")
                    .contains("read by WADO-RS and compared");
            assertThat(gateway.ask("trace", "1.2.3.4.5").output()).contains("element by element");

            // Each loses a study, and gets it again from what the gateway keeps.
            String uid = study.get(0).study().value();
            orthanc.delete(study.get(0).study());
            web.delete(study.get(0).study());
            dcmtk.empty();
            assertThat(verify(gateway, 1, "--study", uid))
                    .containsPattern("orthanc +4 +0 +4 +0 +0")
                    .containsPattern("web +4 +0 +4 +0 +0")
                    .containsPattern("dcmtk +4 +0 +4 +0 +0");
            assertThat(verify(gateway, 0, "--all", "--repair")).containsPattern("dcmtk +5 +5 +0 +0 +0 +5 +5");

            // Each gets other content, and what was sent only when it is told so.
            TestFile sent = study.get(0);
            TestFile other = made.variant(sent, SIZE);
            for (Peer peer : List.of(orthanc.peer(), web.peer(), dcmtk.peer())) {
                Dcmtk.storescu(peer, OrthancServer.GATEWAY, List.of(other.path()))
                        .orFail();
            }
            assertThat(verify(gateway, 1, "--study", uid, "--repair"))
                    .containsPattern("orthanc +4 +3 +0 +1 +0")
                    .containsPattern("web +4 +3 +0 +1 +0")
                    .containsPattern("dcmtk +4 +3 +0 +1 +0")
                    .contains("bytes with the digest");
            assertThat(verify(gateway, 0, "--study", uid, "--repair", "--overwrite"))
                    .containsPattern("web +4 +4 +0 +0 +0 +1 +1");

            // A file that is gone from a server's disk, and one whose bytes changed there.
            orthanc.stop();
            web.stop();
            Files.delete(stored(orthanc.storage(), study.get(1)));
            Files.delete(stored(web.storage(), study.get(1)));
            orthanc.startAgain();
            web.startAgain();
            assertThat(verify(gateway, 1, "--study", uid))
                    .containsPattern("orthanc +4 +3 +0 +1 +0")
                    .containsPattern("web +4 +3 +0 +1 +0")
                    .contains("the server does not send it: it answered C-GET with status 0xC000")
                    .contains("the server does not send it: http");
            verify(gateway, 0, "--study", uid, "--repair", "--overwrite");

            // Nothing is kept any more: what is missing is fetched from another server, in each way.
            gateway.terminate(LIMIT);
            gateway.configure("gateway.spool { segment-size = 17 MiB, keep.for = 0 s }")
                    .start();
            await().atMost(LIMIT).until(() -> gateway.ask("status").exitCode() != 3);
            await().atMost(LIMIT).until(() -> names(gateway, "log", ".seg") <= 1);
            orthanc.empty();
            dcmtk.empty();
            verify(gateway, 0, "--study", uid, "--repair");
            assertThat(gateway.output()).contains("is taken from web and sent to orthanc again");
            web.empty();
            dcmtk.empty();
            verify(gateway, 0, "--study", uid, "--repair");
            assertThat(gateway.output()).contains("is taken from orthanc and sent to web again");
            orthanc.empty();
            web.empty();
            verify(gateway, 0, "--study", uid, "--repair");
            assertThat(gateway.output()).contains("is taken from dcmtk and sent to orthanc again");

            assertThat(Reconciliation.damaged(orthanc, study)).isEmpty();
            assertThat(Reconciliation.damaged(web, study)).isEmpty();
            assertThat(datasets(dcmtk.files().stream()))
                    .containsExactlyInAnyOrderElementsOf(datasets(study.stream().map(TestFile::path)));
            assertThat(names(gateway, "held", "")).isZero();
        }
    }

    private static Path stored(Path storage, TestFile file) throws Exception {
        byte[] dataset = Part10.dataset(file.path());
        try (Stream<Path> files = Files.walk(storage)) {
            return files.filter(Files::isRegularFile)
                    .filter(each -> each.toFile().length() > dataset.length
                            && each.toFile().length() < dataset.length + 4096L)
                    .filter(each -> java.util.Arrays.equals(Part10.dataset(each), dataset))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long names(GatewayProcess gateway, String folder, String ending) throws Exception {
        try (Stream<Path> files = Files.list(gateway.home().resolve("var/spool/" + folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }
}
