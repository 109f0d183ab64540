package org.dicomgateway.app.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StatusScp;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destinations that do not take every transfer syntax, beside one that does. */
class TranscodeIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int SIZE = 40 * 1024;

    @TempDir
    private Path directory;

    private static String transcoding(String what, Peer... peers) {
        String text = GatewayProcess.destinations(peers);
        for (Peer peer : List.of(peers).subList(1, peers.length)) {
            text = text.replace(
                    "ae-title = " + peer.aeTitle(), "transcode = " + what + ", ae-title = " + peer.aeTitle());
        }
        return text;
    }

    @Test
    void a_destination_of_implicit_VR_only_gets_that_and_others_what_was_received() {
        TestFiles files = new TestFiles(directory.resolve("files"), 5);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StoreScp old = StoreScp.start(directory, "OLD", "+xi");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(transcoding("uncompressed-vr", archive.peer(), old.peer())
                                + "routes = [ { name = all, to = [archive, old] } ]")
                        .start()) {
            TestFile file = files.single(SIZE);
            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(file.path())).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 2);

            assertThat(Part10.dataset(archive.files().get(0))).isEqualTo(Part10.dataset(file.path()));
            Part10 got = Part10.read(old.files().get(0));
            assertThat(got.transferSyntax()).hasToString("1.2.840.10008.1.2");
            Path expected = directory.resolve("expected.dcm");
            Dcmtk.run("dcmconv", "+ti", "-g", "+e", file.path().toString(), expected.toString())
                    .orFail();
            assertThat(Part10.dataset(old.files().get(0))).isEqualTo(Part10.dataset(expected));
            assertThat(gateway.forwardLog())
                    .anyMatch(line -> line.contains("event=delivered")
                            && line.contains("destination=old")
                            && line.contains("transcoded=1.2.840.10008.1.2"))
                    .noneMatch(line -> line.contains("destination=archive") && line.contains("transcoded"));
        }
    }

    @Test
    void a_kill_repeats_the_same_bytes_and_an_edit_sends_nothing_else() {
        TestFiles files = new TestFiles(directory.resolve("files"), 6);
        List<TransferSyntax> implicit = List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StatusScp old = StatusScp.taking("OLD", DimseStatus.OUT_OF_RESOURCES, implicit);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            String rules = transcoding("uncompressed-vr", archive.peer(), old.peer())
                    + "routes = [ { name = all, to = [archive, old] } ]";
            gateway.routing(rules).start();
            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(files.single(SIZE).path()))
                    .orFail();
            await().atMost(LIMIT).until(() -> old.asked() > 0);
            gateway.kill();
            // It would take the original now, and has perhaps got the other form.
            old.answer(DimseStatus.SUCCESS);
            gateway.start();
            await().atMost(LIMIT).until(() -> old.stored().size() == 1);
            assertThat(Set.copyOf(old.received())).hasSize(1);
            assertThat(old.received()).allMatch(each -> each.startsWith("1.2.840.10008.1.2 "));

            old.answer(DimseStatus.OUT_OF_RESOURCES);
            long asked = old.asked();
            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(files.single(SIZE).path()))
                    .orFail();
            await().atMost(LIMIT).until(() -> old.asked() > asked);
            gateway.kill();
            old.answer(DimseStatus.SUCCESS);
            gateway.routing(rules.replace("transcode = uncompressed-vr", "transcode = [ExplicitVRBigEndian]"))
                    .start();
            await().atMost(LIMIT).until(() -> gateway.count("parked") == 1);
            assertThat(gateway.ask("parked").output()).contains("the destination's transcode is another one now");
            assertThat(old.stored()).hasSize(1);
            gateway.routing(rules);
            gateway.ask("reload").orFail();
            gateway.ask("retry", "--all").orFail();
            await().atMost(LIMIT).until(() -> old.stored().size() == 2);
        }
    }

    private static String asked(OrthancServer server, String text) {
        return text.replace(
                "ae-title = " + server.peer().aeTitle(),
                "rest { url = \"http://127.0.0.1:%d\", user = orthanc, password = orthanc }, verify.level = content, ae-title = %s"
                        .formatted(server.httpPort(), server.peer().aeTitle()));
    }

    private Path compressed(TestFile file, String name, String tool, String... options) {
        Path made = directory.resolve(name);
        Dcmtk.run(
                        tool,
                        Stream.concat(Stream.of(options), Stream.of(file.path().toString(), made.toString()))
                                .toArray(String[]::new))
                .orFail();
        return made;
    }

    @Test
    void servers_that_take_no_compression_get_the_same_pixels_transformed_first_and_are_verified() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 7);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                OrthancServer plain = OrthancServer.start(
                        directory,
                        "PLAIN",
                        Map.of(
                                "AcceptedTransferSyntaxes", List.of("1.2.840.10008.1.2.1"),
                                "Plugins", List.of("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")));
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing("transforms.tidy { set { IssuerOfPatientID = HOSP-A } }\n"
                                + asked(plain, transcoding("lossless, transform = tidy", archive.peer(), plain.peer()))
                                + """
                                destinations.web {
                                  dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc }
                                  transcode = [ExplicitVRLittleEndian], verify.level = content
                                }
                                routes = [
                                  { name = all, to = [archive, plain], match.calling-ae = MODALITY }
                                  { name = web, to = web, match.calling-ae = OTHER }
                                ]
                                """.formatted(plain.httpPort()))
                        .start()) {
            List<TestFile> originals = files.study(1, 6, SIZE);
            List<Path> sent = List.of(
                    compressed(originals.get(0), "implicit.dcm", "dcmconv", "+ti"),
                    compressed(originals.get(1), "rle.dcm", "dcmcrle"),
                    compressed(originals.get(2), "jpegls.dcm", "dcmcjpls"),
                    compressed(originals.get(3), "jpeg.dcm", "dcmcjpeg", "+e1"),
                    compressed(originals.get(4), "j2k.dcm", "gdcmconv", "--j2k"),
                    originals.get(5).path());
            Dcmtk.storescu(gateway.peer(), MODALITY, sent).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 12);
            assertThat(gateway.count("parked")).isZero();
            assertSamePixels(originals, plain);
            assertThat(gateway.ask("verify", "--destination", "plain").orFail().output())
                    .containsPattern("plain +6 +6 +0");
            assertThat(gateway.ask("trace", originals.get(2).sopInstance().value())
                            .orFail()
                            .output())
                    .contains("at plain it is in Explicit VR Little Endian");
            assertThat(new String(gateway.admin("/metrics").toURL().openStream().readAllBytes(), UTF_8))
                    .containsPattern("gateway_transcoded_total\\{destination=\"plain\".* 5");
            assertThat(archive.files()).hasSize(6);

            plain.empty();
            Dcmtk.storescu(gateway.peer(), AeTitle.of("OTHER"), sent).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 18);
            assertSamePixels(originals, plain);
            assertThat(gateway.ask("verify", "--destination", "web").orFail().output())
                    .containsPattern("web +6 +6 +0");
        }
    }

    private void assertSamePixels(List<TestFile> originals, OrthancServer server) throws Exception {
        assertThat(server.instances()).isEqualTo(originals.size());
        for (TestFile original : originals) {
            byte[] held = server.file(server.rest().find(original.sopInstance()).get(0));
            byte[] dataset = Part10.dataset(original.path());
            int pixels = SIZE / 2;
            assertThat(Arrays.copyOfRange(held, held.length - pixels, held.length))
                    .isEqualTo(Arrays.copyOfRange(dataset, dataset.length - pixels, dataset.length));
            Path file = Files.write(directory.resolve("held.dcm"), held);
            assertThat(Part10.read(file).transferSyntax()).hasToString("1.2.840.10008.1.2.1");
        }
    }

    @Test
    void a_damaged_image_is_parked_with_its_reason_and_others_get_through() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 8);
        List<TransferSyntax> explicit = List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StatusScp plain = StatusScp.taking("PLAIN", DimseStatus.SUCCESS, explicit);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(transcoding("lossless", archive.peer(), plain.peer())
                                + "routes = [ { name = all, to = [archive, plain] } ]")
                        .start()) {
            Path damaged = compressed(files.single(SIZE), "damaged.dcm", "dcmcjpeg", "+e1");
            byte[] bytes = Files.readAllBytes(damaged);
            Arrays.fill(bytes, bytes.length / 2, bytes.length - 20, (byte) 0x5A);
            Files.write(damaged, bytes);
            Dcmtk.storescu(
                            gateway.peer(),
                            MODALITY,
                            List.of(damaged, compressed(files.single(SIZE), "good.dcm", "dcmcjpls")))
                    .orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 3 && gateway.count("parked") == 1);
            assertThat(gateway.ask("parked").output()).contains("cannot be", "gdcmconv");
            assertThat(plain.stored()).hasSize(1);
        }
    }
}
