package org.dicomgateway.transcode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.Part10;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixel data compressed and decompressed, compared with what DCMTK and GDCM make of it. */
class TranscoderTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax BIG = TransferSyntax.EXPLICIT_VR_BIG_ENDIAN;
    private static final TransferSyntax RLE = TranscodeSettings.RLE;
    private static final List<String> ALL = List.of(
            "unsigned 12",
            "signed 16",
            "signed 12",
            "odd 8",
            "palette",
            "RGB",
            "RGB by plane",
            "frames",
            "RGB frames by plane");

    @TempDir
    private Path directory;

    private Transcoder transcoder;

    @BeforeEach
    void prepare() {
        transcoder = new Transcoder(directory.resolve("work"), 0, 1);
    }

    private byte[] made(byte[] dataset, TransferSyntax from, TransferSyntax to) throws IOException {
        try (Transcoded made = transcoder.make(() -> new ByteArrayInputStream(dataset), from, to);
                InputStream in = made.open()) {
            byte[] bytes = in.readAllBytes();
            assertThat(made.length()).isEqualTo(bytes.length);
            return bytes;
        }
    }

    private Path file(byte[] dataset, TransferSyntax syntax) throws IOException {
        return Files.write(Files.createTempFile(directory, "made", ".dcm"), Images.part10(dataset, syntax));
    }

    /** What another program decompresses. */
    private Path decompressed(Path compressed, TransferSyntax syntax, boolean planar) throws IOException {
        Path raw = Files.createTempFile(directory, "raw", ".dcm");
        String tool = syntax.equals(RLE)
                ? "dcmdrle"
                : syntax.equals(TranscodeSettings.JPEG_LS)
                        ? "dcmdjpls"
                        : syntax.equals(TranscodeSettings.JPEG_2000) ? "gdcmconv" : "dcmdjpeg";
        List<String> options = switch (tool) {
            case "gdcmconv" -> List.of("--raw");
            case "dcmdrle" -> List.of();
            case "dcmdjpeg" -> List.of("+cn", planar ? "+pr" : "+px");
            default -> List.of(planar ? "+pr" : "+px");
        };
        Dcmtk.run(
                        tool,
                        Stream.concat(options.stream(), Stream.of(compressed.toString(), raw.toString()))
                                .toArray(String[]::new))
                .orFail();
        return raw;
    }

    /** The bytes at the end of a dataset, without padding. */
    private static byte[] pixels(byte[] dataset, int length) {
        int from = dataset.length - length - (length & 1);
        return java.util.Arrays.copyOfRange(dataset, from, from + length);
    }

    private static byte[] byPixel(Images image) {
        byte[] pixels = image.pixels();
        if (image.planar() == 0) {
            return pixels;
        }
        int cells = image.rows() * image.columns();
        byte[] turned = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            int frame = i / (3 * cells);
            int within = i % (3 * cells);
            turned[frame * 3 * cells + (within % cells) * 3 + within / cells] = pixels[i];
        }
        return turned;
    }

    static Stream<Arguments> everything() {
        return ALL.stream()
                .flatMap(image -> TranscodeSettings.COMPRESSED.stream()
                        .filter(syntax -> !syntax.equals(TranscodeSettings.JPEG_LOSSLESS) || image.equals("frames"))
                        .map(syntax -> Arguments.of(image, syntax)));
    }

    @ParameterizedTest
    @MethodSource("everything")
    void another_program_reads_what_is_compressed_and_the_way_back_gives_the_same(String name, TransferSyntax syntax)
            throws IOException {
        Images image = Images.of(name);
        byte[] original = image.dataset();
        byte[] compressed = made(original, EXPLICIT, syntax);
        int length = image.pixels().length;
        byte[] turned = syntax.equals(RLE) ? image.pixels() : byPixel(image);

        Path raw = decompressed(file(compressed, syntax), syntax, image.planar() == 1 && syntax.equals(RLE));
        assertThat(pixels(Part10.dataset(raw), length)).isEqualTo(turned);

        byte[] back = made(compressed, syntax, EXPLICIT);
        assertThat(pixels(back, length)).isEqualTo(turned);
        if (image.planar() == 0 || syntax.equals(RLE)) {
            assertThat(back).isEqualTo(original);
        }
        if (syntax.equals(RLE)) {
            assertThat(pixels(made(compressed, syntax, IMPLICIT), length)).isEqualTo(turned);
            assertThat(made(made(compressed, syntax, BIG), BIG, EXPLICIT)).isEqualTo(original);
        }
    }

    @Test
    void what_an_earlier_process_left_is_deleted_at_the_start() throws IOException {
        Path work = directory.resolve("work");
        Files.createDirectories(work.resolve("place-0"));
        Path left = Files.writeString(work.resolve("place-0/out.dcm"), "somebody's image");
        transcoder.cleanUp();
        assertThat(left).doesNotExist();
    }

    @Test
    void the_same_image_gives_the_same_bytes() throws IOException {
        for (TransferSyntax syntax : TranscodeSettings.COMPRESSED) {
            byte[] original = Images.of("frames").dataset();
            assertThat(made(original, EXPLICIT, syntax)).isEqualTo(made(original, EXPLICIT, syntax));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unsigned 12", "odd 8", "RGB by plane", "frames", "YBR_FULL"})
    void what_DCMTK_compresses_to_RLE_is_read(String name) throws IOException {
        Images image = Images.of(name);
        Path compressed = directory.resolve("rle.dcm");
        Dcmtk.run("dcmcrle", image.file(directory).toString(), compressed.toString())
                .orFail();
        byte[] back = made(Part10.dataset(compressed), RLE, EXPLICIT);
        assertThat(pixels(back, image.pixels().length)).isEqualTo(image.pixels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"+e1", "+el"})
    void what_DCMTK_compresses_to_JPEG_is_read(String process) throws IOException {
        Images image = Images.of("frames");
        Path compressed = directory.resolve("jpeg.dcm");
        Dcmtk.run("dcmcjpeg", process, image.file(directory).toString(), compressed.toString())
                .orFail();
        byte[] back = made(Part10.dataset(compressed), Part10.read(compressed).transferSyntax(), EXPLICIT);
        assertThat(pixels(back, image.pixels().length)).isEqualTo(image.pixels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"+ot", "-ot"})
    void what_DCMTK_compresses_to_JPEG_LS_is_read_with_and_without_an_offset_table(String table) throws IOException {
        Images image = Images.of("frames");
        Path compressed = directory.resolve("jpegls.dcm");
        Dcmtk.run("dcmcjpls", table, image.file(directory).toString(), compressed.toString())
                .orFail();
        byte[] back = made(Part10.dataset(compressed), TranscodeSettings.JPEG_LS, EXPLICIT);
        assertThat(pixels(back, image.pixels().length)).isEqualTo(image.pixels());
    }

    @Test
    void from_one_codec_to_another_and_between_RLE_and_a_codec() throws IOException {
        Images image = Images.of("RGB by plane");
        byte[] ls = made(image.dataset(), EXPLICIT, TranscodeSettings.JPEG_LS);
        byte[] j2k = made(ls, TranscodeSettings.JPEG_LS, TranscodeSettings.JPEG_2000);
        byte[] rle = made(j2k, TranscodeSettings.JPEG_2000, RLE);
        byte[] back = made(rle, RLE, BIG);
        assertThat(pixels(made(back, BIG, EXPLICIT), image.pixels().length)).isEqualTo(byPixel(image));
        assertThat(Images.contains(back, "Secret^Name")).isTrue();
        assertThat(rle).isEqualTo(made(made(j2k, TranscodeSettings.JPEG_2000, EXPLICIT), EXPLICIT, RLE));
    }

    @Test
    void pixels_of_32_bits_and_YBR_FULL_go_to_RLE_and_not_to_a_program() throws IOException {
        for (String name : List.of("32 bits", "YBR_FULL")) {
            Images image = Images.of(name);
            byte[] rle = made(image.dataset(), EXPLICIT, RLE);
            assertThat(made(rle, RLE, EXPLICIT)).isEqualTo(image.dataset());
            assertThatThrownBy(() -> made(image.dataset(), EXPLICIT, TranscodeSettings.JPEG_LS))
                    .isInstanceOf(UntransformableException.class);
        }
    }

    @Test
    void nothing_of_the_patient_is_in_the_files_of_a_codec_and_nothing_is_left() throws IOException {
        made(Images.of("unsigned 12").dataset(), EXPLICIT, TranscodeSettings.JPEG_2000);
        try (Stream<Path> files = Files.walk(directory.resolve("work"))) {
            List<Path> left = files.filter(Files::isRegularFile).toList();
            assertThat(left).isNotEmpty();
            for (Path file : left) {
                assertThat(Images.contains(Files.readAllBytes(file), "Secret")).isFalse();
            }
        }
        byte[] large = new Images(1100, 1000, 1, 16, 16, false, "MONOCHROME2", 0, 1).dataset();
        try (Transcoded made = transcoder.make(() -> new ByteArrayInputStream(large), EXPLICIT, IMPLICIT)) {
            assertThat(directory.resolve("work").toFile().list()).anyMatch(name -> name.startsWith("made-"));
            assertThat(made.length()).isLessThan(large.length);
        }
        assertThat(directory.resolve("work").toFile().list()).noneMatch(name -> name.startsWith("made-"));
        new Transcoder(directory.resolve("work"), 0, 1)
                .make(() -> new ByteArrayInputStream(large), EXPLICIT, IMPLICIT)
                .close();
        try (Stream<Path> files = Files.walk(directory.resolve("work"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void bits_above_those_stored_are_kept_or_refused() {
        Images image = Images.of("unsigned 12");
        byte[] dataset = image.dataset();
        dataset[dataset.length - 1] |= (byte) 0x80;
        for (TransferSyntax syntax : TranscodeSettings.COMPRESSED) {
            try {
                assertThat(made(made(dataset, EXPLICIT, syntax), syntax, EXPLICIT))
                        .isEqualTo(dataset);
            } catch (IOException e) {
                assertThat(e).isInstanceOf(UntransformableException.class);
            }
        }
    }

    private void refused(byte[] dataset, TransferSyntax from, TransferSyntax to, String why) {
        assertThatThrownBy(() -> made(dataset, from, to))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining(why);
    }

    @Test
    void what_is_not_certain_is_refused() {
        Images image = Images.of("RGB");
        refused(
                new Images(31, 21, 3, 8, 8, false, "YBR_FULL_422", 0, 1).dataset(),
                EXPLICIT,
                RLE,
                "Photometric Interpretation");
        refused(new Images(31, 21, 1, 8, 8, false, "RGB", 0, 1).dataset(), EXPLICIT, RLE, "RGB does not go with 1");
        refused(new Images(31, 21, 1, 8, 9, false, "MONOCHROME2", 0, 1).dataset(), EXPLICIT, RLE, "9 stored");
        refused(
                image.attributes().bytes(0x7fe0, 0x0010, "OB", new byte[100]).toDataset(),
                EXPLICIT,
                RLE,
                "another length");
        refused(image.attributes().toDataset(), EXPLICIT, RLE, "no pixel data");
        refused(image.attributes().bytes(0x7fe0, 0x0008, "OF", new byte[4]).toDataset(), EXPLICIT, RLE, "another kind");
        refused(
                new Images(65_535, 65_535, 1, 8, 8, false, "MONOCHROME2", 0, 1)
                        .attributes()
                        .bytes(0x7fe0, 0x0010, "OB", new byte[4])
                        .toDataset(),
                EXPLICIT,
                RLE,
                "larger than");
    }

    @Test
    void a_codec_that_outlived_an_earlier_process_writes_nothing_into_what_is_made_now() throws Exception {
        Images image = Images.of("unsigned 12");
        made(image.dataset(), EXPLICIT, TranscodeSettings.JPEG_LS);
        Path folder = directory.resolve("work/place-0/encode");
        Process earlier = new ProcessBuilder("sh", "-c", "read go; echo other > out.dcm")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
        prepare();
        made(image.dataset(), EXPLICIT, TranscodeSettings.JPEG_LS);
        try (OutputStream go = earlier.getOutputStream()) {
            go.write('\n');
        }
        assertThat(earlier.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Images.contains(Files.readAllBytes(folder.resolve("out.dcm")), "other"))
                .isFalse();
    }
}
