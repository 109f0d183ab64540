package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * Makes small valid DICOM files, the same ones for the same seed. They are encoded here, by hand, so that no test
 * compares the gateway's toolkit with itself; DCMTK's {@code dcmconv}, {@code dcmcjpeg}… make other encodings of them.
 */
public final class TestFiles {

    /** CT Image Storage. */
    public static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    /** MR Image Storage. */
    public static final Uid MR = Uid.of("1.2.840.10008.5.1.4.1.1.4");
    /** Secondary Capture Image Storage. */
    public static final Uid SECONDARY_CAPTURE = Uid.of("1.2.840.10008.5.1.4.1.1.7");
    /** A storage class that nobody but its inventor knows. */
    public static final Uid PRIVATE_CLASS = Uid.of("1.2.826.0.1.3680043.2.1125.99.1");

    /** Referenced Image Sequence with another sequence in it, both of undefined length, as text for dump2dcm. */
    public static final String NESTED_SEQUENCES = """
            (0008,1140) SQ (Sequence with undefined length)
            (fffe,e000) na (Item with undefined length)
            (0008,1150) UI [1.2.840.10008.5.1.4.1.1.2]
            (0040,a170) SQ (Sequence with undefined length)
            (fffe,e000) na (Item with undefined length)
            (0008,0100) SH [121311]
            (fffe,e00d) na (ItemDelimitationItem)
            (fffe,e0dd) na (SequenceDelimitationItem)
            (fffe,e00d) na (ItemDelimitationItem)
            (fffe,e0dd) na (SequenceDelimitationItem)""";

    private final Path directory;
    private final Random random;
    private final String root;
    private int studies;

    /** Files go to {@code directory}, which is created. */
    public TestFiles(Path directory, long seed) {
        this.directory = directory;
        this.random = new Random(seed);
        this.root = "2.25." + Long.toUnsignedString(seed) + "." + random.nextInt(1_000_000_000);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file and what it holds. */
    public record TestFile(Path path, String patientId, Uid study, Uid series, Uid sopClass, Uid sopInstance) {

        /** Its Accession Number: that of the study's number. */
        public String accession() {
            return "A" + study.value().substring(study.value().lastIndexOf('.') + 1);
        }
    }

    /** One CT instance in a study of its own, with about {@code size} bytes. */
    public TestFile single(int size) {
        return study(1, 1, CT, size).get(0);
    }

    /** A study of CT instances, each of about {@code size} bytes. */
    public List<TestFile> study(int series, int instancesPerSeries, int size) {
        return study(series, instancesPerSeries, CT, size);
    }

    /** A study of instances of one SOP class, each of about {@code size} bytes (at least some 600). */
    public List<TestFile> study(int series, int instancesPerSeries, Uid sopClass, int size) {
        studies++;
        String patientId = "P" + studies + "-" + Integer.toHexString(random.nextInt());
        Uid study = Uid.of(root + "." + studies);
        List<TestFile> files = new ArrayList<>();
        for (int s = 1; s <= series; s++) {
            for (int i = 1; i <= instancesPerSeries; i++) {
                Uid seriesUid = Uid.of(study + "." + s);
                files.add(write(patientId, study, seriesUid, sopClass, Uid.of(seriesUid + "." + i), i, size));
            }
        }
        return files;
    }

    /** The same identifiers as {@code original} with other pixels, in a file of its own. */
    public TestFile variant(TestFile original, int size) {
        return write(
                original.patientId(),
                original.study(),
                original.series(),
                original.sopClass(),
                original.sopInstance(),
                1,
                size);
    }

    /** A CT instance without the Series Instance UID that PS3.3 wants of each: Orthanc answers it 0xA700, for ever. */
    public TestFile withoutSeries(int size) {
        studies++;
        Uid study = Uid.of(root + "." + studies);
        return write("P" + studies, study, Uid.of(study + ".1"), false, CT, Uid.of(study + ".1.1"), 1, size);
    }

    /** A file from a text in {@code dump2dcm}'s format: for sequences, private tags, character sets, missing values. */
    public Path fromDump(String name, String dump, String... options) {
        Path text = directory.resolve(name + ".dump");
        Path file = directory.resolve(name + ".dcm");
        try {
            Files.writeString(text, dump, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(text.toString());
        arguments.add(file.toString());
        Dcmtk.run("dump2dcm", arguments.toArray(String[]::new)).orFail();
        return file;
    }

    private TestFile write(
            String patientId, Uid study, Uid series, Uid sopClass, Uid sopInstance, int number, int size) {
        return write(patientId, study, series, true, sopClass, sopInstance, number, size);
    }

    private TestFile write(
            String patientId,
            Uid study,
            Uid series,
            boolean withSeries,
            Uid sopClass,
            Uid sopInstance,
            int number,
            int size) {
        int side = Math.max(8, (int) Math.sqrt(Math.max(0, size - 600) / 2.0));
        byte[] pixels = new byte[side * side * 2];
        random.nextBytes(pixels);
        Elements dataset = new Elements()
                .text(0x0008, 0x0016, "UI", sopClass.value())
                .text(0x0008, 0x0018, "UI", sopInstance.value())
                .text(0x0008, 0x0020, "DA", "20260102")
                .text(0x0008, 0x0030, "TM", "030405")
                .text(0x0008, 0x0050, "SH", "A" + studies)
                .text(0x0008, 0x0060, "CS", modality(sopClass))
                .text(0x0008, 0x0090, "PN", "")
                .text(0x0008, 0x1030, "LO", "Test study " + studies)
                .text(0x0010, 0x0010, "PN", "Test^Patient")
                .text(0x0010, 0x0020, "LO", patientId)
                .text(0x0010, 0x0030, "DA", "19700101")
                .text(0x0010, 0x0040, "CS", "O")
                .text(0x0020, 0x000d, "UI", study.value());
        if (withSeries) {
            dataset.text(0x0020, 0x000e, "UI", series.value());
        }
        dataset.text(0x0020, 0x0010, "SH", Integer.toString(studies))
                .text(0x0020, 0x0011, "IS", "1")
                .text(0x0020, 0x0013, "IS", Integer.toString(number))
                .unsigned(0x0028, 0x0002, 1)
                .text(0x0028, 0x0004, "CS", "MONOCHROME2")
                .unsigned(0x0028, 0x0010, side)
                .unsigned(0x0028, 0x0011, side)
                .unsigned(0x0028, 0x0100, 16)
                .unsigned(0x0028, 0x0101, 16)
                .unsigned(0x0028, 0x0102, 15)
                .unsigned(0x0028, 0x0103, 0)
                .bytes(0x7fe0, 0x0010, "OW", pixels);
        Path file = directory.resolve(sopInstance + "-" + Integer.toHexString(random.nextInt()) + ".dcm");
        try {
            Files.write(file, dataset.toPart10(sopClass, sopInstance, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TestFile(file, patientId, study, series, sopClass, sopInstance);
    }

    /**
     * An instance with sequences of undefined length, which servers encode otherwise.
     *
     * @param encoding the transfer syntax, as an option of dcmconv
     */
    public TestFile nested(String encoding) {
        Path dumped = fromDump("nested" + encoding, """
                (0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
                (0008,0018) UI [1.2.3.4.5]
                (0008,0060) CS [OT]
                %s
                (0010,0010) PN [Test^Odd]
                (0010,0020) LO [P5]
                (0020,000d) UI [1.2.3.4]
                (0020,000e) UI [1.2.3.5]
                (7fe0,0010) OB 01\\02\\03\\04
                """.formatted(NESTED_SEQUENCES));
        Path file = directory.resolve("undefined" + encoding + ".dcm");
        Dcmtk.run("dcmconv", encoding, "-e", dumped.toString(), file.toString()).orFail();
        return new TestFile(file, "P5", Uid.of("1.2.3.4"), Uid.of("1.2.3.5"), SECONDARY_CAPTURE, Uid.of("1.2.3.4.5"));
    }

    private static String modality(Uid sopClass) {
        return sopClass.equals(CT) ? "CT" : sopClass.equals(MR) ? "MR" : "OT";
    }
}
