package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StatusScp;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destinations that get what their transforms make of an instance, beside one that gets everything as it was. */
class TransformIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int SIZE = 40 * 1024;
    private static final String KEY = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

    private static final String TRANSFORMS = """
            transforms {
              tidy {
                set { IssuerOfPatientID = HOSP-A }
                remove = [StudyDescription]
              }
              trial { profile = basic, key-file = "trial.key", patient-id { prefix = "T-" } }
            }
            """;

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeEach
    void prepare() {
        files = new TestFiles(directory.resolve("files"), 77);
    }

    private GatewayProcess gateway() throws IOException {
        GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"));
        Files.createDirectories(gateway.configuration().resolveSibling("x").getParent());
        Path key = Files.writeString(gateway.configuration().resolveSibling("trial.key"), KEY);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return gateway;
    }

    private static String destinations(String transform, Peer... peers) {
        String text = GatewayProcess.destinations(peers);
        for (Peer peer : List.of(peers).subList(1, peers.length)) {
            text = text.replace(
                    "ae-title = " + peer.aeTitle(),
                    "transform = " + transform + ", verify.level = content, ae-title = " + peer.aeTitle());
        }
        return TRANSFORMS + text;
    }

    /** It can be asked over its REST API what it holds. */
    private static String asked(OrthancServer server, String text) {
        return text.replace(
                "ae-title = " + server.peer().aeTitle(),
                "rest { url = \"http://127.0.0.1:%d\", user = orthanc, password = orthanc }, ae-title = %s"
                        .formatted(server.httpPort(), server.peer().aeTitle()));
    }

    private static void send(GatewayProcess gateway, List<Path> paths) {
        Dcmtk.storescu(gateway.peer(), MODALITY, paths).orFail();
    }

    private static List<Path> paths(List<TestFile> study) {
        return study.stream().map(TestFile::path).toList();
    }

    @Test
    void a_real_server_takes_what_is_de_identified_and_the_archive_has_the_originals() throws IOException {
        try (OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                OrthancServer research = OrthancServer.start(directory, "RESEARCH");
                GatewayProcess gateway = gateway()
                        .routing(asked(
                                        research,
                                        asked(archive, destinations("[tidy, trial]", archive.peer(), research.peer())))
                                + "routes = [ { name = all, to = [archive, research] } ]")
                        .start()) {
            List<TestFile> study = files.study(2, 3, SIZE);
            send(gateway, paths(study));
            await().atMost(LIMIT).until(() -> archive.instances() == 6 && research.instances() == 6);
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 12);

            assertThat(Reconciliation.missing(archive, study)).isEmpty();
            TestFile original = study.get(0);
            String line = gateway.forwardLog().stream()
                    .filter(each -> each.contains("event=delivered")
                            && each.contains("destination=research")
                            && each.contains("sop=" + original.sopInstance() + " "))
                    .findFirst()
                    .orElseThrow();
            String uid = line.replaceAll(".* as=(2\\.25\\.[0-9]+).*", "$1");
            assertThat(uid)
                    .startsWith("2.25.")
                    .isNotEqualTo(original.sopInstance().value());
            byte[] bytes = research.file(research.rest()
                    .find(org.dicomgateway.dicom.values.Uid.of(uid))
                    .get(0));
            Path copy = Files.write(directory.resolve("copy.dcm"), bytes);
            String dump = Dcmtk.run("dcmdump", copy.toString()).orFail().output();
            assertThat(dump)
                    .contains("(0012,0062) CS [YES]")
                    .contains("[T-")
                    .doesNotContain(original.patientId())
                    .doesNotContain(original.study().value())
                    .doesNotContain(original.series().value())
                    .doesNotContain("HOSP-A");

            assertThat(gateway.ask("verify", "--all").orFail().output())
                    .containsPattern("archive +6 +6 +0")
                    .containsPattern("research +6 +6 +0");
            assertThat(gateway.ask("trace", uid).orFail().output())
                    .contains(original.sopInstance().value())
                    .contains(uid);

            research.empty();
            gateway.ask("verify", "--destination", "research", "--repair");
            await().atMost(LIMIT).until(() -> research.instances() == 6);
            assertThat(research.rest().find(org.dicomgateway.dicom.values.Uid.of(uid)))
                    .as("the same again")
                    .hasSize(1);
        }
    }

    @Test
    void a_kill_and_an_edit_repeat_the_same_bytes_or_nothing() throws IOException {
        try (StoreScp first = StoreScp.start(directory, "FIRST");
                StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StatusScp second = StatusScp.start("SECOND", DimseStatus.OUT_OF_RESOURCES);
                GatewayProcess gateway = gateway()) {
            String rules = destinations("[tidy, trial]", archive.peer(), first.peer(), second.peer())
                    + "routes = [ { name = all, to = [archive, first, second] } ]";
            gateway.routing(rules).start();
            TestFile file = files.single(SIZE);
            send(gateway, List.of(file.path()));
            await().atMost(LIMIT)
                    .until(() -> second.asked() > 0 && first.files().size() == 1);
            gateway.kill();
            second.answer(DimseStatus.SUCCESS);
            gateway.start();
            await().atMost(LIMIT).until(() -> second.stored().size() == 1);
            assertThat(second.stored().toString()).contains("2.25.");
            assertThat(first.files()).hasSize(1);

            second.answer(DimseStatus.OUT_OF_RESOURCES);
            long asked = second.asked();
            send(gateway, List.of(files.single(SIZE).path()));
            await().atMost(LIMIT).until(() -> second.asked() > asked);
            gateway.kill();
            second.answer(DimseStatus.SUCCESS);
            gateway.routing(rules.replace("T-", "U-")).start();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1);
            assertThat(gateway.ask("parked").output()).contains("an earlier attempt may have sent it as 2.25.");
            assertThat(second.stored()).hasSize(1);
            gateway.ask("retry", "--all").orFail();
            await().atMost(LIMIT).until(() -> second.stored().size() == 2);
        }
    }

    @Test
    void a_lost_ledger_repeats_the_same_bytes_or_nothing() throws IOException {
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StatusScp research = StatusScp.start("RESEARCH", DimseStatus.OUT_OF_RESOURCES);
                GatewayProcess gateway = gateway()) {
            String rules = destinations("trial", archive.peer(), research.peer())
                    + "routes = [ { name = all, to = [archive, research] } ]";
            gateway.routing(rules).start();
            send(gateway, List.of(files.single(SIZE).path()));
            await().atMost(LIMIT).until(() -> research.asked() > 0);
            gateway.kill();
            loseLedger(gateway);
            gateway.routing(rules.replace("T-", "U-")).start();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1);
            assertThat(gateway.ask("parked").output())
                    .contains("the ledger that knew what earlier attempts sent was lost");
            gateway.kill();
            loseLedger(gateway);
            research.answer(DimseStatus.SUCCESS);
            gateway.routing(rules).start();
            await().atMost(LIMIT).until(() -> research.stored().size() == 1);
        }
    }

    @Test
    void what_may_have_been_sent_by_transforms_before_the_ledger_was_lost_is_not_transcoded_without_them()
            throws IOException {
        List<TransferSyntax> implicit = List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StatusScp research = StatusScp.taking("RESEARCH", DimseStatus.OUT_OF_RESOURCES, implicit);
                GatewayProcess gateway = gateway()) {
            String rules = (destinations("trial", archive.peer(), research.peer())
                            + "routes = [ { name = all, to = [archive, research] } ]")
                    .replace("transform = ", "transcode = uncompressed-vr, transform = ");
            gateway.routing(rules).start();
            send(gateway, List.of(files.single(SIZE).path()));
            await().atMost(LIMIT).until(() -> research.asked() == 1);
            gateway.kill();
            String without = rules.replaceAll(", transform = [^,]*,", ",");
            assertThat(without).isNotEqualTo(rules);
            gateway.routing(without).start();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1);
            send(gateway, List.of(files.single(SIZE).path()));
            await().atMost(LIMIT).until(() -> Set.copyOf(research.received()).size() == 2);
            gateway.kill();
            loseLedger(gateway);
            research.answer(DimseStatus.SUCCESS);
            gateway.start();
            await().atMost(LIMIT)
                    .until(() ->
                            gateway.count("parked") == 3 || !research.stored().isEmpty());
            assertThat(research.stored()).isEmpty();
            assertThat(gateway.ask("parked").output())
                    .contains("the ledger that knew what earlier attempts sent was lost");
        }
    }

    private static void loseLedger(GatewayProcess gateway) throws IOException {
        for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
            Files.deleteIfExists(gateway.home().resolve("var/spool").resolve(name));
        }
    }

    @Test
    void what_was_sent_transformed_is_not_sent_as_it_was_when_the_transform_is_taken_away() throws IOException {
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StatusScp research = StatusScp.start("RESEARCH", DimseStatus.OUT_OF_RESOURCES);
                GatewayProcess gateway = gateway()) {
            String routes = "routes = [ { name = all, to = [archive, research] } ]";
            gateway.routing(destinations("trial", archive.peer(), research.peer()) + routes)
                    .start();
            send(gateway, List.of(files.single(SIZE).path()));
            await().atMost(LIMIT).until(() -> research.asked() > 0);
            gateway.kill();
            research.answer(DimseStatus.SUCCESS);
            gateway.routing(GatewayProcess.destinations(archive.peer(), research.peer()) + routes)
                    .start();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1);
            assertThat(gateway.ask("parked").output()).contains("the destination has no transforms now");
            assertThat(research.stored()).isEmpty();
        }
    }

    @Test
    void what_cannot_be_transformed_is_not_passed_on_to_a_destination_without_the_transform() throws IOException {
        try (StoreScp plain = StoreScp.start(directory, "PLAIN");
                StoreScp research = StoreScp.start(directory, "RESEARCH");
                GatewayProcess gateway = gateway()
                        .routing(destinations("trial", plain.peer(), research.peer())
                                + "routes = [ { name = all, to = [research, plain], strategy = failover, mixed-identity = allow,"
                                + " when-refused = next } ]")
                        .start()) {
            TestFile screen =
                    files.study(1, 1, TestFiles.SECONDARY_CAPTURE, SIZE).get(0);
            send(gateway, List.of(screen.path()));
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> gateway.count("parked") == 1 || plain.files().size() == 1);
            assertThat(plain.files()).isEmpty();
            assertThat(gateway.ask("parked").output()).contains("burned-in = park");
        }
    }

    @Test
    void what_cannot_be_transformed_is_parked_with_the_reason_and_others_get_it() throws IOException {
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StoreScp research = StoreScp.start(directory, "RESEARCH");
                GatewayProcess gateway = gateway()
                        .routing(destinations("trial", archive.peer(), research.peer())
                                + "routes = [ { name = all, to = [archive, research] } ]")
                        .start()) {
            TestFile screen =
                    files.study(1, 1, TestFiles.SECONDARY_CAPTURE, SIZE).get(0);
            send(gateway, List.of(screen.path(), files.single(SIZE).path()));
            await().atMost(LIMIT)
                    .until(() -> gateway.count("parked") == 1
                            && archive.files().size() == 2
                            && research.files().size() == 1);
            assertThat(gateway.ask("parked").output()).contains("burned-in = park");
        }
    }
}
