package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.OrthancIds;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrthancClientIT {

    private static final Uid STUDY = Uid.of("1.2.826.0.1.3680043.2.1125.1");

    @TempDir
    static Path directory;

    private static OrthancServer server;
    private static List<TestFile> study;
    private static OrthancClient client;

    @BeforeAll
    static void start_a_server_with_a_study() {
        server = OrthancServer.start(directory, "ORTHANC1");
        client = server.rest();
        study = new TestFiles(directory.resolve("files"), 7).study(2, 3, 8 * 1024);
        store(study.stream().map(TestFile::path).toList());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tells_who_the_server_is() throws OrthancException {
        SystemInfo system = client.system();

        assertThat(system.aeTitle()).isEqualTo("ORTHANC1");
        assertThat(system.dicomPort()).isEqualTo(server.peer().port());
        assertThat(system.version()).isNotEmpty();
    }

    @Test
    void lists_patients_studies_series_and_instances_and_how_they_hang_together() throws OrthancException {
        TestFile any = study.get(0);
        OrthancId studyId = OrthancIds.ofStudy(any.patientId(), any.study());

        assertThat(client.list(Level.PATIENT))
                .filteredOn(patient -> patient.identifier().equals(any.patientId()))
                .singleElement()
                .satisfies(patient -> {
                    assertThat(patient.id()).isEqualTo(OrthancIds.ofPatient(any.patientId()));
                    assertThat(patient.parent()).isEmpty();
                    assertThat(patient.children()).containsExactly(studyId);
                });
        assertThat(client.list(Level.STUDY))
                .filteredOn(resource -> resource.id().equals(studyId))
                .singleElement()
                .satisfies(resource -> {
                    assertThat(resource.identifier()).isEqualTo(any.study().value());
                    assertThat(resource.tag("StudyDescription")).isEqualTo("Test study 1");
                    assertThat(resource.tag("PatientID")).isEqualTo(any.patientId());
                    assertThat(resource).asString().doesNotContain(any.patientId());
                });
        assertThat(client.list(Level.SERIES))
                .filteredOn(series -> series.parent().orElseThrow().equals(studyId))
                .hasSize(2)
                .allSatisfy(series -> assertThat(series.children()).hasSize(3));
        assertThat(client.list(Level.INSTANCE))
                .extracting(Resource::identifier)
                .containsAll(
                        study.stream().map(file -> file.sopInstance().value()).toList());
    }

    @Test
    void a_list_longer_than_a_page_is_complete() throws OrthancException {
        OrthancClient leafing = new OrthancClient(
                client.base(), Optional.of(OrthancServer.LOGIN), Duration.ofSeconds(5), Duration.ofSeconds(60), 2);

        assertThat(leafing.list(Level.INSTANCE))
                .extracting(Resource::id)
                .doesNotHaveDuplicates()
                .containsAll(study.stream().map(OrthancClientIT::idOf).toList());
    }

    @Test
    void gives_an_instance_back_as_it_was_sent() throws Exception {
        TestFile sent = study.get(4);
        OrthancId id = idOf(sent);
        byte[] held = server.file(id);

        assertThat(client.find(sent.sopInstance())).containsExactly(id);
        assertThat(client.holds(id)).isTrue();
        assertThat(Part10.dataset(held)).isEqualTo(Part10.dataset(sent.path()));
        assertThat(client.md5(id)).isEqualTo(md5(held));
        assertThat(client.dicomSize(id).bytes()).isEqualTo(held.length);
    }

    @Test
    void what_a_server_does_not_hold_is_not_found() throws OrthancException {
        OrthancId unknown = OrthancIds.ofInstance("nobody", STUDY, STUDY, STUDY);

        assertThat(client.find(Uid.of("1.2.3.4.5.6.7"))).isEmpty();
        assertThat(client.holds(unknown)).isFalse();
        assertThatThrownBy(() -> client.open(unknown))
                .isInstanceOfSatisfying(
                        OrthancException.class, e -> assertThat(e.status()).isEqualTo(404));
    }

    @Test
    void a_wrong_password_is_refused() {
        OrthancClient stranger = new OrthancClient(
                URI.create("http://127.0.0.1:" + server.httpPort()),
                Optional.of(new Login("orthanc", "wrong")),
                OrthancClient.DEFAULT_CONNECT_TIMEOUT,
                OrthancClient.DEFAULT_ANSWER_TIMEOUT);

        assertThatThrownBy(stranger::system)
                .isInstanceOfSatisfying(
                        OrthancException.class, e -> assertThat(e.status()).isEqualTo(401));
    }

    /** Padding, an empty and a missing PatientID, characters beyond ASCII: the computed ID is the server's. */
    @Test
    void ids_are_computed_as_the_server_does() throws IOException {
        TestFiles files = new TestFiles(directory.resolve("ids"), 9);
        Set<OrthancId> computed = new HashSet<>();
        int number = 0;
        for (String patientId : List.of("plain", " left", "right  ", "two  words", "", "none", "M\u00fcller")) {
            number++;
            Uid uid = Uid.of(STUDY + "." + number);
            String dump = """
                    (0002,0010) UI =LittleEndianExplicit
                    (0008,0005) CS [ISO_IR 100]
                    (0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
                    (0008,0018) UI [%1$s.2]
                    %2$s
                    (0020,000d) UI [%1$s]
                    (0020,000e) UI [%1$s.1]
                    """.formatted(uid, patientId.equals("none") ? "" : "(0010,0020) LO [" + patientId + "]");
            store(List.of(files.fromDump("id" + number, dump)));
            computed.add(OrthancIds.ofInstance(
                    patientId.equals("none") ? "" : patientId, uid, Uid.of(uid + ".1"), Uid.of(uid + ".2")));
        }

        Set<OrthancId> held = new HashSet<>();
        for (int n = 1; n <= number; n++) {
            held.addAll(client.find(Uid.of(STUDY + "." + n + ".2")));
        }
        assertThat(held).isEqualTo(computed);
    }

    private static OrthancId idOf(TestFile file) {
        return OrthancIds.ofInstance(file.patientId(), file.study(), file.series(), file.sopInstance());
    }

    private static void store(List<Path> files) {
        Dcmtk.storescu(server.peer(), OrthancServer.GATEWAY, files).orFail();
    }

    private static String md5(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    }
}
