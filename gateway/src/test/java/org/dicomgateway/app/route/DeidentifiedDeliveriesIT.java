package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with deliveries to a destination that gets everything de-identified, beside real servers. */
class DeidentifiedDeliveriesIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int SIZE = 8 * 1024;
    private static final String KEY = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeEach
    void prepare() {
        files = new TestFiles(directory.resolve("files"), 78);
    }

    private GatewayProcess gateway() throws IOException {
        GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"));
        Files.createDirectories(gateway.configuration().resolveSibling("x").getParent());
        Path key = Files.writeString(gateway.configuration().resolveSibling("trial.key"), KEY);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return gateway;
    }

    private static String destinations(String profile, Peer archive, Peer research) {
        return "transforms.trial { profile = basic, key-file = \"trial.key\", " + profile + " }\n"
                + GatewayProcess.destinations(archive, research)
                        .replace(
                                "ae-title = " + research.aeTitle(),
                                "transform = trial, ae-title = " + research.aeTitle());
    }

    private static void send(GatewayProcess gateway, List<TestFile> study) {
        Dcmtk.storescu(
                        gateway.peer(),
                        MODALITY,
                        study.stream().map(TestFile::path).toList())
                .orFail();
    }

    private static byte[] only(OrthancServer server, GatewayProcess gateway) throws IOException {
        String line = gateway.forwardLog().stream()
                .filter(each -> each.contains("event=delivered") && each.contains(" as=2.25."))
                .findFirst()
                .orElseThrow();
        Uid uid = Uid.of(line.replaceAll(".* as=(2\\.25\\.[0-9]+).*", "$1"));
        return server.file(server.rest().find(uid).get(0));
    }

    @Test
    void a_mask_is_over_the_pixels_that_a_server_gets_and_an_image_without_one_waits() throws IOException {
        Path masked = files.fromDump("masked", echo("Echo 1", "9.9.1"));
        Path other = files.fromDump("other", echo("Echo 2", "9.9.2"));
        try (OrthancServer research = OrthancServer.start(directory, "RESEARCH");
                OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = gateway()) {
            Files.writeString(gateway.configuration().resolveSibling("masks.csv"), "ACME,Echo 1,4,4,0,0,4,2\n");
            gateway.routing(destinations("burned-in = mask, masks = \"masks.csv\"", archive.peer(), research.peer())
                            + "routes = [ { name = all, to = [archive, research] } ]")
                    .start();
            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(masked, other)).orFail();
            await().atMost(LIMIT)
                    .until(() -> archive.instances() == 2 && research.instances() == 1 && gateway.count("parked") == 1);
            Path copy = Files.write(directory.resolve("copy.dcm"), only(research, gateway));
            assertThat(Dcmtk.run("dcmdump", "+L", copy.toString()).orFail().output())
                    .contains("00\\00\\00\\00\\00\\00\\00\\00\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10")
                    .contains("Pixels set to zero: x=0 y=0 width=4 height=2")
                    .containsPattern("\\(0028,0301\\) CS \\[NO\\]")
                    .doesNotContain("ECHO^PATIENT");
            assertThat(gateway.ask("parked").output()).contains("its pixels may show who the patient is");
        }
    }

    private static String echo(String model, String uid) {
        return """
                (0008,0016) UI [1.2.840.10008.5.1.4.1.1.6.1]
                (0008,0018) UI [1.2.3.4.%2$s]
                (0008,0060) CS [US]
                (0008,0070) LO [ACME]
                (0008,1090) LO [%1$s]
                (0010,0010) PN [ECHO^PATIENT]
                (0010,0020) LO [P7]
                (0020,000d) UI [1.2.3.4]
                (0020,000e) UI [1.2.3.5]
                (0028,0002) US 1
                (0028,0004) CS [MONOCHROME2]
                (0028,0010) US 4
                (0028,0011) US 4
                (0028,0100) US 8
                (0028,0101) US 8
                (0028,0102) US 7
                (0028,0103) US 0
                (7fe0,0010) OB 01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10
                """.formatted(model, uid);
    }

    @Test
    void only_patients_of_the_table_leave_and_what_waits_leaves_with_its_patient_only_when_that_is_said()
            throws IOException {
        try (OrthancServer research = OrthancServer.start(directory, "RESEARCH");
                OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = gateway()) {
            List<TestFile> known = files.study(1, 2, SIZE);
            List<TestFile> unknown = files.study(1, 3, SIZE);
            Files.writeString(
                    gateway.configuration().resolveSibling("pseudonyms.csv"),
                    known.get(0).patientId() + ",SUBJECT-1\n");
            gateway.routing(destinations(
                                    "patient-id { map { file = \"pseudonyms.csv\", otherwise = park } }",
                                    archive.peer(),
                                    research.peer())
                            + "routes = [ { name = all, to = research } ]")
                    .start();
            List<TestFile> all = new ArrayList<>(known);
            all.addAll(unknown);
            send(gateway, all);
            await().atMost(LIMIT).until(() -> research.instances() == 2 && gateway.count("parked") == 3);
            assertThat(new String(only(research, gateway), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("SUBJECT-1")
                    .doesNotContain(known.get(0).patientId());
            assertThat(gateway.ask("parked").output()).contains("not in the table of patient-id");

            assertThat(gateway.ask("reroute", "research", "archive").output()).contains("--identified");
            assertThat(archive.instances()).isZero();
            gateway.ask("reroute", "--identified", "research", "archive").orFail();
            await().atMost(LIMIT).until(() -> archive.instances() == 3);
            assertThat(archive.rest().find(unknown.get(0).sopInstance())).hasSize(1);
            assertThat(research.instances()).isEqualTo(2);
        }
    }

    @Test
    void a_ledger_that_is_lost_in_the_middle_of_deliveries_repeats_the_same() throws IOException {
        try (OrthancServer research = OrthancServer.start(directory, "RESEARCH");
                OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = gateway()) {
            gateway.routing(destinations("", archive.peer(), research.peer())
                            + "routes = [ { name = all, to = [archive, research] } ]")
                    .start();
            List<TestFile> study = files.study(2, 60, SIZE);
            send(gateway, study);
            await().atMost(LIMIT).until(() -> research.instances() >= 10);
            gateway.kill();
            for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
                Files.deleteIfExists(gateway.home().resolve("var/spool").resolve(name));
            }
            gateway.start();
            await().atMost(LIMIT).until(() -> research.instances() == 120 && archive.instances() == 120);
            assertThat(gateway.count("parked")).isZero();
            Set<String> sent = new HashSet<>();
            gateway.forwardLog().stream()
                    .filter(line -> line.contains(" as=2.25."))
                    .forEach(line -> sent.add(line.replaceAll(".* as=(2\\.25\\.[0-9]+).*", "$1")));
            assertThat(sent).hasSizeLessThanOrEqualTo(120);
        }
    }
}
