package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes are sacred: whatever DCMTK's {@code storescu} puts on the wire is, byte for byte, what the gateway puts on the
 * wire to a destination; and what Orthanc gives back over REST is what it gives back when nothing stands in between.
 * (Orthanc itself writes some datasets its own way: it drops the padding of a deflated one, for instance.)
 */
class FidelityIT {

    @TempDir
    private Path directory;

    private final Map<String, Path> files = new HashMap<>();

    @Test
    void every_dataset_arrives_as_it_was_sent() {
        makeEncodings();
        makeOddDatasets();
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                OrthancServer direct = OrthancServer.start(directory, "DIRECT");
                StoreScp wire = StoreScp.start(directory.resolve("wire"), "WIRE", "+B");
                StoreScp directWire = StoreScp.start(directory.resolve("direct-wire"), "DIRECTWIRE", "+B");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(orthanc.peer(), wire.peer())
                        .start()) {
            List<Path> all = List.copyOf(files.values());
            Dcmtk.storescu(gateway.peer(), OrthancServer.GATEWAY, all).orFail();
            Dcmtk.storescu(direct.peer(), OrthancServer.GATEWAY, all).orFail();
            Dcmtk.storescu(directWire.peer(), OrthancServer.GATEWAY, all).orFail();
            await().atMost(Duration.ofSeconds(60)).until(() -> gateway.count("delivered") == 2L * all.size());

            Map<Uid, byte[]> sent = datasets(directWire);
            assertThat(sent).hasSameSizeAs(all);
            Map<Uid, byte[]> forwarded = datasets(wire);
            files.forEach((name, file) -> {
                Uid sopInstance = Part10.read(file).sopInstance();
                assertThat(forwarded.get(sopInstance))
                        .as(name + ", on the wire to a destination")
                        .isEqualTo(sent.get(sopInstance));
                assertThat(held(orthanc, sopInstance))
                        .as(name + ", in Orthanc, as if the modality had sent it there itself")
                        .isEqualTo(held(direct, sopInstance));
            });
            assertThat(gateway.count("received")).isEqualTo(all.size());
        }
    }

    /** The same picture in every encoding that DCMTK can make. */
    private void makeEncodings() {
        TestFiles made = new TestFiles(directory.resolve("made"), 2);
        convert(made, "implicit little endian", "dcmconv", "+ti");
        convert(made, "explicit little endian", "dcmconv", "+te");
        convert(made, "explicit big endian", "dcmconv", "+tb");
        convert(made, "deflated", "dcmconv", "+td");
        convert(made, "undefined-length sequences and items", "dcmconv", "+te", "+e");
        convert(made, "group lengths", "dcmconv", "+te", "+g");
        convert(made, "RLE", "dcmcrle");
        convert(made, "JPEG lossless", "dcmcjpeg", "+e1");
        convert(made, "JPEG-LS", "dcmcjpls");
        Path eightBit = made.fromDump("eight-bit", dump("1.2.3.4.8", "P8", """
                (0028,0002) US 1
                (0028,0004) CS MONOCHROME2
                (0028,0010) US 16
                (0028,0011) US 16
                (0028,0100) US 8
                (0028,0101) US 8
                (0028,0102) US 7
                (0028,0103) US 0
                (7fe0,0010) OB %s
                """.formatted(
                        "\\00\\7f".repeat(128).substring(1))));
        Path jpeg = directory.resolve("jpeg-baseline.dcm");
        Dcmtk.run("dcmcjpeg", "+eb", eightBit.toString(), jpeg.toString()).orFail();
        files.put("JPEG baseline", jpeg);
    }

    private void convert(TestFiles made, String name, String tool, String... options) {
        Path target = directory.resolve(name.replace(' ', '-') + ".dcm");
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(made.single(8 * 1024).path().toString());
        arguments.add(target.toString());
        Dcmtk.run(tool, arguments.toArray(String[]::new)).orFail();
        files.put(name, target);
    }

    private void makeOddDatasets() {
        TestFiles made = new TestFiles(directory.resolve("odd"), 3);
        files.put("no pixel data", made.fromDump("no-pixels", dump("1.2.3.4.1", "P1", "")));
        files.put("empty PatientID", made.fromDump("empty-id", dump("1.2.3.4.2", "", "")));
        files.put("private tags", made.fromDump("private", dump("1.2.3.4.3", "P3", """
                (0029,0010) LO [GATEWAY TEST]
                (0029,1001) OB 01\\02\\03\\04
                (0029,1002) UN 05\\06
                """)));
        files.put("odd character set", made.fromDump("charset", dump("1.2.3.4.4", "P4", """
                (0008,0005) CS [ISO 2022 IR 6\\ISO 2022 IR 87]
                (0008,1030) LO [Gr\u00fc\u00dfe]
                """)));
        files.put(
                "nested sequences of undefined length",
                made.fromDump("nested", dump("1.2.3.4.5", "P5", TestFiles.NESTED_SEQUENCES)));
        files.put("multi-frame", made.fromDump("multi-frame", dump("1.2.3.4.6", "P6", """
                (0028,0002) US 1
                (0028,0004) CS MONOCHROME2
                (0028,0008) IS [4]
                (0028,0010) US 8
                (0028,0011) US 8
                (0028,0100) US 8
                (0028,0101) US 8
                (0028,0102) US 7
                (0028,0103) US 0
                (7fe0,0010) OB %s
                """.formatted(
                        "\\11".repeat(256).substring(1)))));
    }

    /** A secondary capture in {@code dump2dcm}'s format, with more elements. */
    private static String dump(String sopInstance, String patientId, String more) {
        return """
                (0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
                (0008,0018) UI [%s]
                (0008,0060) CS [OT]
                (0010,0010) PN [Test^Odd]
                (0010,0020) LO [%s]
                (0020,000d) UI [1.2.3.4]
                (0020,000e) UI [1.2.3.5]
                %s
                """.formatted(sopInstance, patientId, more);
    }

    /** What came over the wire, bit for bit. */
    private static Map<Uid, byte[]> datasets(StoreScp receiver) {
        Map<Uid, byte[]> datasets = new HashMap<>();
        receiver.files().forEach(file -> datasets.put(Part10.read(file).sopInstance(), Part10.dataset(file)));
        return datasets;
    }

    private static byte[] held(OrthancServer orthanc, Uid sopInstance) {
        try {
            List<OrthancId> found = orthanc.rest().find(sopInstance);
            assertThat(found).hasSize(1);
            return Part10.dataset(orthanc.file(found.get(0)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
