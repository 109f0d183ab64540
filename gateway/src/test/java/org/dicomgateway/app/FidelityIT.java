package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.AeTitle;
import org.dicomgateway.dicom.Uid;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.StoreScp;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes are sacred: whatever DCMTK's {@code storescu} puts on the wire is, byte for byte, what Orthanc gives back over
 * REST after it went through the gateway.
 */
class FidelityIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");

    @TempDir
    private Path directory;

    private final Map<String, Path> files = new HashMap<>();

    @Test
    void every_dataset_arrives_as_it_was_sent() {
        makeEncodings();
        makeOddDatasets();
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(orthanc.peer())
                        .start()) {
            Dcmtk.storescu(gateway.peer(), MODALITY, List.copyOf(files.values()))
                    .orFail();
            await().atMost(Duration.ofSeconds(60)).until(() -> orthanc.instances() >= files.size());
            Map<Uid, byte[]> wire = onTheWire();
            files.forEach(
                    (name, file) -> assertThat(held(orthanc, Part10.read(file).sopInstance()))
                            .as(name)
                            .isEqualTo(wire.get(Part10.read(file).sopInstance())));
            assertThat(gateway.count("received")).isEqualTo(files.size());
            assertThat(gateway.count("delivered")).isEqualTo(files.size());
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
        Path eightBit = made.fromDump("eight-bit", dump("1.2.3.4.8", "SH", "8 bits", """
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
        files.put("no pixel data", made.fromDump("no-pixels", dump("1.2.3.4.1", "LO", "P1", "")));
        files.put("empty PatientID", made.fromDump("empty-id", dump("1.2.3.4.2", "LO", "", "")));
        files.put("private tags", made.fromDump("private", dump("1.2.3.4.3", "LO", "P3", """
                (0029,0010) LO [GATEWAY TEST]
                (0029,1001) OB 01\\02\\03\\04
                (0029,1002) UN 05\\06
                """)));
        files.put("odd character set", made.fromDump("charset", dump("1.2.3.4.4", "LO", "P4", """
                (0008,0005) CS [ISO 2022 IR 6\\ISO 2022 IR 87]
                (0008,1030) LO [Gr\u00fc\u00dfe]
                """)));
        files.put("nested sequences of undefined length", made.fromDump("nested", dump("1.2.3.4.5", "LO", "P5", """
                (0008,1140) SQ (Sequence with undefined length)
                (fffe,e000) na (Item with undefined length)
                (0008,1150) UI [1.2.840.10008.5.1.4.1.1.2]
                (0040,a170) SQ (Sequence with undefined length)
                (fffe,e000) na (Item with undefined length)
                (0008,0100) SH [121311]
                (fffe,e00d) na (ItemDelimitationItem)
                (fffe,e0dd) na (SequenceDelimitationItem)
                (fffe,e00d) na (ItemDelimitationItem)
                (fffe,e0dd) na (SequenceDelimitationItem)
                """)));
        files.put("multi-frame", made.fromDump("multi-frame", dump("1.2.3.4.6", "LO", "P6", """
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
    private static String dump(String sopInstance, String ignored, String patientId, String more) {
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

    /** What {@code storescu} sends, caught by DCMTK's own receiver, bit for bit. */
    private Map<Uid, byte[]> onTheWire() {
        Map<Uid, byte[]> datasets = new HashMap<>();
        try (StoreScp direct = StoreScp.start(directory.resolve("direct"), "DIRECT", "+B")) {
            Dcmtk.storescu(direct.peer(), MODALITY, List.copyOf(files.values())).orFail();
            direct.files().forEach(file -> datasets.put(Part10.read(file).sopInstance(), Part10.dataset(file)));
        }
        return datasets;
    }

    private static byte[] held(OrthancServer orthanc, Uid sopInstance) {
        try {
            List<OrthancId> found = orthanc.rest().find(sopInstance);
            assertThat(found).hasSize(1);
            return Part10.dataset(orthanc.rest().file(found.get(0)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
