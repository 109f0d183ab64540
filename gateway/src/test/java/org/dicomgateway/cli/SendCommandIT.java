package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.cli.send.SendCommand;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code send} to real servers. */
class SendCommandIT {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void a_folder_of_all_kinds_arrives_whole_over_several_associations() throws Exception {
        Path folder = directory.resolve("files");
        List<TestFile> study = new TestFiles(folder.resolve("ct"), 1).study(2, 30, 8 * 1024);
        TestFile other = new TestFiles(folder.resolve("sc"), 2)
                .study(1, 1, TestFiles.SECONDARY_CAPTURE, 8 * 1024)
                .get(0);
        Path jpeg = folder.resolve("jpeg.dcm");
        Dcmtk.run("dcmcjpeg", "+un", other.path().toString(), jpeg.toString()).orFail();
        Files.writeString(folder.resolve("README"), "no DICOM");
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1")) {
            String target = orthanc.peer().toString();

            assertThat(send(target, "--aet", "GATEWAY", "-n", "3", folder.toString()))
                    .as(err.toString())
                    .isZero();

            assertThat(out.toString())
                    .contains("62 of 62 instances stored by ORTHANC1@")
                    .contains("3 associations")
                    .contains("62  0x0000 success")
                    .contains("skipped: 1 file of other kinds");
            // The JPEG is the same instance as the one that it was made of.
            assertThat(orthanc.rest().find(study.get(59).sopInstance())).hasSize(1);
            assertThat(orthanc.instances()).isEqualTo(61);
        }
    }

    @Test
    void every_byte_of_a_dataset_arrives_as_it_is() throws Exception {
        TestFile file = new TestFiles(directory.resolve("files"), 3).single(200_000);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE")) {
            assertThat(send(archive.peer().toString(), file.path().toString())).isZero();

            Path received = archive.files().get(0);
            assertThat(Part10.dataset(received)).isEqualTo(Part10.dataset(file.path()));
        }
    }

    @Test
    void a_server_that_is_away_for_a_while_gets_everything_and_one_that_stays_away_is_told() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 4);
        files.study(1, 20, 8 * 1024);
        Path left = directory.resolve("left.txt");
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1")) {
            orthanc.kill();
            String[] arguments = {
                orthanc.peer().toString(),
                "--aet=GATEWAY",
                "--left=" + left,
                "--retry-delay=100ms",
                directory.resolve("files").toString()
            };
            assertThat(send(with(arguments, "--retries=1"))).isEqualTo(1);
            assertThat(err.toString()).contains("not stored, 20 files: given up", "refused");
            assertThat(Files.readAllLines(left)).hasSize(20);

            Thread back = new Thread(orthanc::startAgain);
            back.start();
            assertThat(send(with(arguments, "--retries=12"))).as(err.toString()).isZero();
            back.join();
            assertThat(orthanc.instances()).isEqualTo(20);
            assertThat(Files.readAllLines(left)).isEmpty();
        }
    }

    @Test
    void what_a_server_refuses_is_told_by_file_and_status() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 5);
        TestFile known = files.single(8 * 1024);
        TestFile unknown = files.study(1, 1, TestFiles.PRIVATE_CLASS, 8 * 1024).get(0);
        try (OrthancServer orthanc =
                OrthancServer.start(directory, "ORTHANC1", Map.of("UnknownSopClassAccepted", false))) {

            assertThat(send(
                            orthanc.peer().toString(),
                            "--aet=GATEWAY",
                            "--json",
                            known.path().toString(),
                            unknown.path().toString()))
                    .isEqualTo(1);

            JsonNode report = JsonMapper.shared().readTree(out.toString());
            assertThat(report.at("/stored").asInt()).isEqualTo(1);
            assertThat(report.at("/statuses/0/status").asString()).isEqualTo("0x0000");
            assertThat(report.at("/failures")).hasSize(1);
            assertThat(report.at("/failures/0/file").asString())
                    .isEqualTo(unknown.path().toString());
            assertThat(report.at("/failures/0/reason").asString()).contains("no presentation context");
        }
    }

    @Test
    void a_server_that_wants_TLS_and_a_certificate_gets_both_and_one_that_nobody_vouches_for_gets_nothing()
            throws Exception {
        Certificates ours = new Certificates(directory.resolve("certificates")).make("server", "client");
        Certificates others = new Certificates(directory.resolve("others")).make("client");
        TestFile file = new TestFiles(directory.resolve("files"), 6).single(8 * 1024);
        Map<String, Object> options = Map.of(
                "DicomTlsEnabled", true,
                "DicomTlsCertificate", ours.certificate("server").toString(),
                "DicomTlsPrivateKey", ours.key("server").toString(),
                "DicomTlsTrustedCertificates", ours.authority().toString());
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1", options)) {
            String[] target = {
                orthanc.peer().toString(),
                "--aet=GATEWAY",
                "--retries=0",
                file.path().toString()
            };
            assertThat(send(with(target, "--tls-trust=" + others.authority()))).isEqualTo(1);
            assertThat(send(with(target, "--tls-cert=" + ours.certificate("client"))))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("--tls-cert and --tls-key go together");
            assertThat(orthanc.instances()).isZero();

            assertThat(send(with(
                            target,
                            "--tls-trust=" + ours.authority(),
                            "--tls-cert=" + ours.certificate("client"),
                            "--tls-key=" + ours.key("client"))))
                    .as(err.toString())
                    .isZero();
            assertThat(orthanc.instances()).isOne();
        }
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void nothing_to_send_is_told() {
        assertThat(send("localhost:" + FreePorts.next(), directory.toString())).isEqualTo(4);
        assertThat(err.toString()).contains("no DICOM file there");
    }

    private int send(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new SendCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
