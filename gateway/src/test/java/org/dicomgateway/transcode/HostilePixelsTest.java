package org.dicomgateway.transcode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Elements;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compressed pixel data that is cut off, claims too much, or contradicts its attributes. */
class HostilePixelsTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax RLE = TranscodeSettings.RLE;
    private static final TransferSyntax JPEG = TranscodeSettings.JPEG_FIRST_ORDER;
    private static final TransferSyntax JPEG_LS = TranscodeSettings.JPEG_LS;
    private static final TransferSyntax JPEG_2000 = TranscodeSettings.JPEG_2000;
    private static final byte[] NONE = {};

    @TempDir
    private Path directory;

    private Transcoder transcoder;

    @BeforeEach
    void prepare() {
        transcoder = new Transcoder(directory.resolve("work"), 0, 1);
    }

    private byte[] made(byte[] dataset, TransferSyntax from, TransferSyntax to) throws IOException {
        try (Transcoded made = transcoder.make(() -> new ByteArrayInputStream(dataset), from, to)) {
            return made.open().readAllBytes();
        }
    }

    private static byte[] encapsulated(Elements attributes, byte[] offsets, byte[]... fragments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(attributes.toDataset());
        all.writeBytes(HexFormat.of().parseHex("e07f10004f420000ffffffff"));
        item(all, offsets);
        for (byte[] fragment : fragments) {
            item(all, Arrays.copyOf(fragment, fragment.length + (fragment.length & 1)));
        }
        all.writeBytes(HexFormat.of().parseHex("feffdde000000000"));
        return all.toByteArray();
    }

    private static void item(ByteArrayOutputStream out, byte[] content) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0xFFFE)
                .putShort((short) 0xE000)
                .putInt(content.length)
                .array());
        out.writeBytes(content);
    }

    private static byte[] offsets(int... offsets) {
        ByteBuffer table = ByteBuffer.allocate(4 * offsets.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(offsets).forEach(table::putInt);
        return table.array();
    }

    /** The only fragment of an image of one frame. */
    private byte[] fragment(Images image, TransferSyntax syntax) throws IOException {
        byte[] made = made(image.dataset(), EXPLICIT, syntax);
        int from = image.attributes().toDataset().length + 12 + 8 + 8;
        return Arrays.copyOfRange(made, from, made.length - 8);
    }

    private void refused(byte[] dataset, TransferSyntax from, String why) {
        assertThatThrownBy(() -> made(dataset, from, EXPLICIT))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining(why);
    }

    @Test
    void fragments_are_joined_to_frames_only_when_it_is_certain_which() throws IOException {
        Images one = Images.of("unsigned 12");
        byte[] whole = fragment(one, RLE);
        byte[] first = Arrays.copyOf(whole, 100);
        byte[] rest = Arrays.copyOfRange(whole, 100, whole.length);
        assertThat(made(encapsulated(one.attributes(), NONE, first, rest), RLE, EXPLICIT))
                .isEqualTo(one.dataset());

        Images two = new Images(64, 51, 1, 16, 12, false, "MONOCHROME2", 0, 2);
        int second = 8 + first.length + 8 + rest.length;
        byte[] twice = made(encapsulated(two.attributes(), offsets(0, second), first, rest, whole), RLE, EXPLICIT);
        assertThat(twice).endsWith(one.pixels());
        byte[] table = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0)
                .putLong(second)
                .array();
        byte[] extended = encapsulated(
                two.attributes().bytes(0x7fe0, 0x0001, "OV", table).bytes(0x7fe0, 0x0002, "OV", table),
                NONE,
                first,
                rest,
                whole);
        assertThat(made(extended, RLE, EXPLICIT)).isEqualTo(twice);

        refused(encapsulated(two.attributes(), NONE, whole, whole, rest), RLE, "more fragments than frames");
        refused(encapsulated(two.attributes(), NONE, whole), RLE, "it has 1 frames");
        refused(
                encapsulated(two.attributes(), offsets(0, second + 2), first, rest, whole),
                RLE,
                "2 by Number of Frames");
        refused(encapsulated(two.attributes(), offsets(2, second), first, rest, whole), RLE, "offset table");
        refused(encapsulated(two.attributes(), offsets(0), whole, whole), RLE, "1 entries for 2 frames");
        refused(encapsulated(one.attributes(), NONE), RLE, "it has 0 frames");
    }

    @Test
    void damaged_RLE_is_refused() throws IOException {
        Images image = Images.of("RGB");
        byte[] whole = fragment(image, RLE);
        refused(encapsulated(image.attributes(), NONE, Arrays.copyOf(whole, whole.length - 20)), RLE, "damaged RLE");
        refused(encapsulated(image.attributes(), NONE, Arrays.copyOf(whole, 30)), RLE, "damaged RLE");
        byte[] bomb = new byte[1 << 20];
        System.arraycopy(whole, 0, bomb, 0, 64);
        Arrays.fill(bomb, 64, bomb.length, (byte) -127);
        refused(encapsulated(image.attributes(), NONE, bomb), RLE, "longer than");
        for (int seed = 0; seed < 200; seed++) {
            byte[] damaged = whole.clone();
            Random random = new Random(seed);
            for (int i = 0; i < 4; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(made(encapsulated(image.attributes(), NONE, damaged), RLE, EXPLICIT))
                        .hasSize(image.dataset().length);
            } catch (UntransformableException e) {
                assertThat(e).hasMessageContaining("damaged RLE");
            }
        }
    }

    @Test
    void a_codestream_that_contradicts_its_attributes_meets_no_program() throws IOException {
        Images image = Images.of("unsigned 12");
        Images larger = new Images(65_000, 51, 1, 16, 12, false, "MONOCHROME2", 0, 1);
        Images signed = new Images(64, 51, 1, 16, 12, true, "MONOCHROME2", 0, 1);
        for (TransferSyntax syntax : List.of(JPEG, JPEG_LS, JPEG_2000)) {
            byte[] whole = fragment(image, syntax);
            refused(encapsulated(larger.attributes(), NONE, whole), syntax, "64 with 1 samples");
            refused(encapsulated(image.attributes(), NONE, Arrays.copyOf(whole, whole.length / 2)), syntax, "cut off");
            refused(encapsulated(image.attributes(), NONE, new byte[] {0, 0}), syntax, "cut off");
            refused(encapsulated(image.attributes(), NONE, new byte[] {(byte) 0xFF, (byte) 0xD9}), syntax, "not right");
        }
        refused(encapsulated(signed.attributes(), NONE, fragment(image, JPEG_2000)), JPEG_2000, "another sign");
        refused(encapsulated(image.attributes(), NONE, fragment(image, JPEG)), JPEG_LS, "another way");
        assertThat(directory.resolve("work/place-0/decode/in.dcm")).doesNotExist();
    }

    @Test
    void what_the_program_says_is_damaged_is_refused() throws IOException {
        Images image = Images.of("unsigned 12");
        for (TransferSyntax syntax : List.of(JPEG, JPEG_LS)) {
            byte[] whole = fragment(image, syntax);
            byte[] short0 = Arrays.copyOf(whole, whole.length / 2);
            short0[short0.length - 2] = (byte) 0xFF;
            short0[short0.length - 1] = (byte) 0xD9;
            refused(encapsulated(image.attributes(), NONE, short0), syntax, "gdcmconv --raw ended with");
        }
    }

    @Test
    void icons_that_are_compressed_and_signatures_are_refused() throws IOException {
        Images image = Images.of("unsigned 12");
        byte[] icon = encapsulated(new Elements(), NONE, new byte[] {1, 2});
        ByteArrayOutputStream sequence = new ByteArrayOutputStream();
        item(sequence, icon);
        Elements with = image.attributes().bytes(0x0088, 0x0200, "SQ", sequence.toByteArray());
        refused(encapsulated(with, NONE, fragment(image, RLE)), RLE, "icon");

        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes(image.dataset());
        signed.writeBytes(HexFormat.of().parseHex("fafffaff5351000000000000"));
        assertThatThrownBy(() -> made(signed.toByteArray(), EXPLICIT, RLE)).hasMessageContaining("signature");
        assertThat(made(signed.toByteArray(), EXPLICIT, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN))
                .isNotEmpty();
    }

    @Test
    void any_damage_to_the_items_is_an_answer_and_leaves_no_file() throws IOException {
        Images image = Images.of("frames");
        byte[] whole = made(image.dataset(), EXPLICIT, RLE);
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] damaged = random.nextBoolean() ? whole.clone() : Arrays.copyOf(whole, random.nextInt(whole.length));
            for (int i = 0; i < 3 && damaged.length > 0; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                made(damaged, RLE, EXPLICIT);
            } catch (UntransformableException | UnreadableDatasetException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        assertThat(directory.resolve("work").toFile().list()).noneMatch(name -> name.startsWith("made-"));
    }
}
