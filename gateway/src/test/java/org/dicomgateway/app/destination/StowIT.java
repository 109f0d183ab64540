package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orthanc's DICOMweb plugin as a destination, alone and beside one that gets C-STORE. */
class StowIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Map<String, ?> DICOMWEB =
            Map.of("Plugins", List.of("/usr/share/orthanc/plugins/libOrthancDicomWeb.so"));

    @TempDir
    private static Path servers;

    private static OrthancServer web;
    private static OrthancServer dimse;

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeAll
    static void startServers() {
        web = OrthancServer.start(servers, "WEB", DICOMWEB);
        dimse = OrthancServer.start(servers, "DIMSE");
    }

    @AfterAll
    static void stopServers() {
        web.close();
        dimse.close();
    }

    @BeforeEach
    void prepare() {
        web.empty();
        dimse.empty();
        files = new TestFiles(directory.resolve("files"), 21);
    }

    /** A gateway with both destinations, and this route. */
    private GatewayProcess gateway(String route) {
        return new GatewayProcess(directory.resolve("gateway"))
                .routing("""
                destination-defaults {
                  retry { initial-delay = 200 ms, max-delay = 2 s, max-attempts = 5 }
                  breaker { initial-pause = 200 ms, max-pause = 1 s }
                  probe-interval = 1 s
                }
                destinations {
                  web {
                    dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc }
                    verify { level = content, within = 7 d }
                  }
                  dimse { ae-title = DIMSE, host = "127.0.0.1", port = %d }
                }
                routes = [ { name = everything, fallback = true, %s } ]
                """.formatted(web.httpPort(), dimse.peer().port(), route));
    }

    /** The first answer of each server has come: on a busy machine it takes long enough for a silence. */
    private static void awaitAnswers(GatewayProcess gateway) {
        await().atMost(LIMIT)
                .until(() -> gateway.output().split("has not answered").length
                        == gateway.output().split("no longer silent").length);
    }

    private static List<Path> paths(List<TestFile> files) {
        return files.stream().map(TestFile::path).toList();
    }

    private static void assertThereByteForByte(OrthancServer server, List<TestFile> files) {
        assertThat(Reconciliation.missing(server, files)).isEmpty();
        assertThat(Reconciliation.damaged(server, files)).isEmpty();
    }

    @Test
    void what_is_de_identified_arrives_under_its_new_uids_and_is_verified() throws Exception {
        GatewayProcess configured = gateway("to = web");
        Path key = configured.configuration().resolveSibling("trial.key");
        Files.createDirectories(key.getParent());
        Files.writeString(key, "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        configured.routing("""
                transforms.trial { profile = basic, key-file = "trial.key", patient-id { prefix = "T-" } }
                destinations.web {
                  dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc }
                  transform = trial
                  verify { level = content, within = 7 d }
                }
                routes = [ { name = all, to = web } ]
                """.formatted(web.httpPort()));
        try (GatewayProcess gateway = configured.start()) {
            List<TestFile> study = files.study(1, 3, 20_000);
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(study)).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 3);

            assertThat(web.instances()).isEqualTo(3);
            assertThat(web.rest().find(study.get(0).sopInstance())).isEmpty();
            Dcmtk.Result verified = gateway.ask("verify", "--destination", "web");
            assertThat(verified.exitCode()).as(verified.output()).isZero();
            assertThat(verified.output()).containsPattern("web +3 +3 +0");
        }
    }

    @Test
    void a_study_arrives_byte_for_byte_and_is_verified_and_a_server_that_is_away_gets_it_when_it_is_back() {
        List<TestFile> first = Stream.concat(
                        files.study(2, 10, 40 * 1024).stream(), files.study(1, 1, 6 << 20).stream())
                .toList();
        List<TestFile> second = files.study(1, 20, 8 * 1024);
        TestFile strange = files.withoutSeries(8 * 1024);
        try (GatewayProcess gateway = gateway("to = web").start()) {
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(first)).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == first.size());
            assertThereByteForByte(web, first);
            Dcmtk.Result verified = gateway.ask("verify", "--destination", "web");
            assertThat(verified.exitCode()).as(verified.output()).isZero();
            assertThat(gateway.ask("trace", first.get(0).sopInstance().value()).output())
                    .contains("read by WADO-RS and compared");
            assertThat(gateway.ask("echo", "web").output()).contains("ok", "answers DICOMweb");

            web.kill();
            assertThat(gateway.ask("echo", "web").output()).contains("FAIL", "connection refused");
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(second)).orFail();
            await().atMost(LIMIT)
                    .until(() -> gateway.ask("destinations").output().contains("down"));
            web.startAgain();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == first.size() + second.size());
            assertThereByteForByte(web, second);

            // The reason that the server gives for an instance, as it gives it by C-STORE.
            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(strange.path())).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1);
            assertThat(gateway.ask("parked").output()).contains("0xC000 cannot understand");
            assertThat(gateway.output()).doesNotContain("b3J0aGFuYzpvcnRoYW5j", "password", "ERROR");
        }
    }

    @Test
    void a_kill_in_the_middle_loses_nothing() throws Exception {
        Set<TestFile> answered = new HashSet<>();
        try (GatewayProcess gateway = gateway("to = web")) {
            gateway.start();
            List<TestFile> study = files.study(1, 100, 100 * 1024);
            try (Sender sender = Sender.start(directory.resolve("sender.log"), gateway.peer(), "CT", study)) {
                await().atMost(LIMIT).until(() -> web.instances() > 10);
                gateway.kill();
                sender.await(LIMIT);
                answered.addAll(sender.answered());
            }
            assertThat(web.instances()).isLessThan(answered.size());
            gateway.start();
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(Reconciliation.missing(web, answered)).isEmpty());
            assertThat(Reconciliation.damaged(web, answered)).isEmpty();
            await().atMost(LIMIT)
                    .until(() -> gateway.ask("verify", "--destination", "web").exitCode() == 0);
        }
    }

    @Test
    void it_is_balanced_with_a_DICOM_node_which_takes_over_while_it_is_away() {
        List<TestFile> study = files.study(1, 60, 16 * 1024);
        List<TestFile> more = files.study(1, 20, 16 * 1024);
        try (GatewayProcess gateway = gateway(
                        "strategy = balance, algorithm = round-robin, affinity = none, to = [web, dimse]")
                .start()) {
            awaitAnswers(gateway);
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(study)).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == study.size());
            // Not half each: a server that leaves a request unanswered for a second gets no more for a while.
            assertThat(List.of(web.instances(), dimse.instances())).allMatch(held -> held > 0);
            assertThat(web.instances() + dimse.instances()).isEqualTo(study.size());

            web.kill();
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(more)).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == study.size() + more.size());
            web.startAgain();
            assertThat(web.instances() + dimse.instances()).isEqualTo(study.size() + (long) more.size());
        }
    }

    @Test
    void a_DICOM_node_stands_in_for_it() {
        List<TestFile> study = files.study(1, 20, 16 * 1024);
        List<TestFile> more = files.study(1, 20, 16 * 1024);
        try (GatewayProcess gateway =
                gateway("strategy = failover, to = [web, dimse]").start()) {
            awaitAnswers(gateway);
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(study)).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == study.size());
            assertThereByteForByte(web, study);
            web.kill();
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(more)).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == study.size() + more.size());
            assertThereByteForByte(dimse, more);
            web.startAgain();
        }
    }

    /** The plugin has no storage commitment (PS3.18 13). */
    @Test
    void a_server_that_does_not_commit_is_told_once_and_gets_its_instances() throws Exception {
        GatewayProcess configured = gateway("to = web").routing("""
                destinations.web {
                  dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc }
                  commitment { request = true, after = 1 s }
                }
                routes = [ { name = all, to = web } ]
                """.formatted(web.httpPort()));
        String told = "web is not asked for 60 min: it offers no storage commitment over DICOMweb (HTTP 404)";
        try (GatewayProcess gateway = configured.start()) {
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(files.study(1, 3, 20_000)))
                    .orFail();
            await().atMost(LIMIT).until(() -> gateway.output().contains(told));
            Dcmtk.storescu(gateway.peer(), MODALITY, paths(files.study(1, 3, 20_000)))
                    .orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 6);
            Thread.sleep(3000);
            assertThat(gateway.output().split(Pattern.quote(told), -1)).hasSize(2);
            assertThat(gateway.ask("commitments").output()).contains("offers no storage commitment");
        }
    }
}
