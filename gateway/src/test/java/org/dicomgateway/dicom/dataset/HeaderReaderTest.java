package org.dicomgateway.dicom.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.dicomgateway.dicom.values.TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
import static org.dicomgateway.dicom.values.TransferSyntax.EXPLICIT_VR_BIG_ENDIAN;
import static org.dicomgateway.dicom.values.TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
import static org.dicomgateway.dicom.values.TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dicomgateway.dicom.EncodedDataset;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeaderReaderTest {

    private static final int ROWS = 0x00280010;
    private static final int STUDY_DESCRIPTION = 0x00081030;
    private static final int PIXEL_DATA = 0x7FE00010;

    static Stream<TransferSyntax> encodings() {
        return Stream.of(
                IMPLICIT_VR_LITTLE_ENDIAN,
                EXPLICIT_VR_LITTLE_ENDIAN,
                EXPLICIT_VR_BIG_ENDIAN,
                DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.of("1.2.840.10008.1.2.4.50"),
                TransferSyntax.of("1.2.3.4.5"));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void every_encoding_is_read(TransferSyntax syntax) throws IOException {
        InstanceHeader header = read(
                EncodedDataset.ofCt(syntax)
                        .us(ROWS, 512)
                        .bytes(PIXEL_DATA, "OW", new byte[100])
                        .toByteArray(),
                syntax);

        assertThat(header.sopClass()).isEqualTo(Uid.of("1.2.840.10008.5.1.4.1.1.2"));
        assertThat(header.sopInstance()).isEqualTo(Uid.of("1.2.3.4"));
        assertThat(header.transferSyntax()).isEqualTo(syntax);
        assertThat(header.modality()).isEqualTo("CT");
        assertThat(header.patientId()).isEqualTo("P1");
        assertThat(header.studyInstanceUid()).isEmpty();
        assertThat(header.values(STUDY_DESCRIPTION)).containsExactly("Schädel");
        assertThat(header.values(ROWS)).containsExactly("512");
        assertThat(header.values(PIXEL_DATA)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void sequences_are_passed_over(TransferSyntax syntax) throws IOException {
        byte[] dataset = EncodedDataset.ofCt(syntax)
                .beginSequence(0x00400275)
                .beginItem()
                .text(0x00080060, "CS", "MR")
                .beginSequence(0x00400008)
                .beginItem()
                .text(0x00080104, "LO", "x")
                .endItem()
                .endSequence()
                .endItem()
                .delimiter(0xFFFEE000, 4)
                .raw(new byte[4])
                .endSequence()
                .beginSequence(0x00400555)
                .endSequence()
                .us(0x00400600, 7)
                .toByteArray();

        InstanceHeader header = read(dataset, syntax);

        assertThat(header.modality()).isEqualTo("CT");
        assertThat(header.values(0x00400275)).isEmpty();
        assertThat(header.values(0x00400600)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void a_hundred_thousand_nested_sequences_do_no_harm(TransferSyntax syntax) throws IOException {
        EncodedDataset dataset = EncodedDataset.ofCt(syntax);
        for (int i = 0; i < 100_000; i++) {
            dataset.beginSequence(0x00400275).beginItem();
        }

        assertUnreadable(dataset.toByteArray(), syntax, "ends within");
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void a_dataset_cut_anywhere_is_read_or_refused(TransferSyntax syntax) {
        byte[] whole = EncodedDataset.ofCt(syntax)
                .beginSequence(0x00400275)
                .beginItem()
                .text(0x00080060, "CS", "MR")
                .endItem()
                .endSequence()
                .us(0x00400600, 7)
                .toByteArray();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            Throwable thrown = catchThrowable(() -> read(cut, syntax));
            assertThat(thrown == null || thrown instanceof UnreadableDatasetException)
                    .as("cut to %s bytes: %s", length, thrown)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void random_damage_is_read_or_refused(TransferSyntax syntax) {
        byte[] whole = EncodedDataset.ofCt(syntax)
                .beginSequence(0x00400275)
                .beginItem()
                .text(0x00080060, "CS", "MR")
                .endItem()
                .endSequence()
                .text(0x00400610, "UT", "much to tell")
                .us(0x00400600, 7)
                .toByteArray();
        Random random = new Random(20_260_101);
        for (int round = 0; round < 4_000; round++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            int seedRound = round;
            Throwable thrown = catchThrowable(() -> {
                InstanceHeader header = read(damaged, syntax);
                for (int tag : new int[] {0x00080060, STUDY_DESCRIPTION, 0x00100020, 0x00400610, 0x00400600}) {
                    header.values(tag);
                }
            });
            assertThat(thrown == null || thrown instanceof UnreadableDatasetException)
                    .as("round %s: %s", seedRound, thrown)
                    .isTrue();
        }
    }

    @Test
    void a_claim_of_four_gigabytes_reserves_nothing() {
        byte[] dataset = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .header(0x00400610, "UT", 0xFFFFFFFE)
                .toByteArray();

        assertUnreadable(dataset, EXPLICIT_VR_LITTLE_ENDIAN, "ends within (0040,0610)");
    }

    @Test
    void a_deflated_bomb_is_only_looked_at_up_to_the_bound() throws IOException {
        byte[] header = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .header(0x00420011, "OB", 1 << 30)
                .toByteArray();
        byte[] bomb = EncodedDataset.deflated(header, 1 << 28);

        assertThat(bomb.length).isLessThan(2 << 20);
        assertThat(read(bomb, DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN).modality()).isEqualTo("CT");
    }

    @Test
    void a_deflated_dataset_in_a_zlib_wrapper_is_read() throws IOException {
        byte[] wrapped = EncodedDataset.deflated(
                EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN).toByteArray(), false);

        assertThat(read(wrapped, DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN).modality()).isEqualTo("CT");
    }

    @Test
    void reading_stops_at_the_pixel_data() throws IOException {
        byte[] dataset = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .header(0x7FE00008, "OF", 100)
                .raw(new byte[] {1, 2, 3})
                .toByteArray();

        assertThat(read(dataset, EXPLICIT_VR_LITTLE_ENDIAN).modality()).isEqualTo("CT");
    }

    @Test
    void a_prefix_gives_the_attributes_that_lie_wholly_in_it() throws IOException {
        byte[] dataset = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00324000, "LT", "a comment of some length")
                .us(0x00400600, 7)
                .toByteArray();

        for (int cut = 1; cut <= 30; cut++) {
            InstanceHeader header = HeaderReader.read(
                    new ByteArrayInputStream(dataset), EXPLICIT_VR_LITTLE_ENDIAN, dataset.length - cut);
            assertThat(header.values(0x00400600)).isEmpty();
            assertThat(header.patientId()).isEqualTo("P1");
        }
    }

    @Test
    void large_values_are_passed_over() throws IOException {
        byte[] dataset = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00400610, "UT", "x".repeat(70_000))
                .text(0x00400620, "UT", "short")
                .toByteArray();

        InstanceHeader header = read(dataset, EXPLICIT_VR_LITTLE_ENDIAN);

        assertThat(header.values(0x00400610)).isEmpty();
        assertThat(header.values(0x00400620)).containsExactly("short");
    }

    @Test
    void a_UN_of_undefined_length_holds_implicit_VR() throws IOException {
        byte[] hidden = new EncodedDataset(IMPLICIT_VR_LITTLE_ENDIAN)
                .beginItem()
                .text(0x00091001, "LO", "vendor")
                .beginSequence(0x00091002)
                .beginItem()
                .text(0x00091003, "LO", "deep")
                .endItem()
                .endSequence()
                .endItem()
                .endSequence()
                .toByteArray();
        byte[] dataset = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .header(0x00191010, "UN", -1)
                .raw(hidden)
                .us(0x00400600, 7)
                .toByteArray();

        assertThat(read(dataset, EXPLICIT_VR_LITTLE_ENDIAN).values(0x00400600)).containsExactly("7");
    }

    @Test
    void several_values_are_separated_and_freed_of_padding() throws IOException {
        byte[] dataset = EncodedDataset.ofCt(EXPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00200011, "CS", "ORIGINAL\\PRIMARY \\ AXIAL")
                .text(0x00204000, "LT", "one\\text ")
                .bytes(0x00280009, "AT", new byte[] {0x18, 0, 0x63, 0x10})
                .bytes(0x00280030, "FD", new byte[8])
                .toByteArray();

        InstanceHeader header = read(dataset, EXPLICIT_VR_LITTLE_ENDIAN);

        assertThat(header.values(0x00200011)).containsExactly("ORIGINAL", "PRIMARY", "AXIAL");
        assertThat(header.values(0x00204000)).containsExactly("one\\text");
        assertThat(header.values(0x00280009)).containsExactly("00181063");
        assertThat(header.values(0x00280030)).containsExactly("0.0");
    }

    @Test
    void text_is_decoded_by_the_datasets_character_set() throws IOException {
        assertThat(name("", "Äneas", StandardCharsets.ISO_8859_1)).isEqualTo("Äneas");
        assertThat(name("ISO_IR 144", "Люкceмбypг", Charset.forName("ISO-8859-5")))
                .isEqualTo("Люкceмбypг");
        assertThat(name("ISO_IR 166", "ไทย", Charset.forName("TIS-620"))).isEqualTo("ไทย");
        assertThat(name("GB18030", "王^小东", Charset.forName("GB18030"))).isEqualTo("王^小东");
        assertThat(name("GBK", "王^小东", Charset.forName("GBK"))).isEqualTo("王^小东");
        assertThat(name("nonsense", "plain", StandardCharsets.US_ASCII)).isEqualTo("plain");
    }

    @Test
    void code_extensions_switch_the_character_set_within_a_value() throws IOException {
        // PS3.5 H.3.1, example 1.
        String text = "Yamada^Tarou=\33$B;3ED\33(B^\33$BB@O:\33(B=\33$B$d$^$@\33(B^\33$B$?$m$&\33(B";
        byte[] yamada = text.getBytes(StandardCharsets.US_ASCII);
        // PS3.5 I.2.
        byte[] hong = concat("Hong^Gildong=\33$)C", "홍", "^\33$)C", "길동");

        assertThat(name("\\ISO 2022 IR 87", yamada)).isEqualTo("Yamada^Tarou=山田^太郎=やまだ^たろう");
        assertThat(name("\\ISO 2022 IR 149", hong)).isEqualTo("Hong^Gildong=홍^길동");
        assertThat(name("ISO 2022 IR 100", "Äneas".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("Äneas");
    }

    @Test
    void without_its_UIDs_a_dataset_is_refused() {
        byte[] noInstance = new EncodedDataset(EXPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2\0")
                .toByteArray();
        byte[] badClass = new EncodedDataset(EXPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00080016, "UI", "../etc/passwd")
                .text(0x00080018, "UI", "1.2.3.4")
                .toByteArray();

        assertUnreadable(noInstance, EXPLICIT_VR_LITTLE_ENDIAN, "no valid SOP Instance UID (0008,0018)");
        assertUnreadable(badClass, EXPLICIT_VR_LITTLE_ENDIAN, "no valid SOP Class UID (0008,0016)");
        assertUnreadable(new byte[0], IMPLICIT_VR_LITTLE_ENDIAN, "no valid SOP Class UID (0008,0016)");
    }

    @Test
    void another_encoding_than_promised_is_refused() {
        byte[] implicit = EncodedDataset.ofCt(IMPLICIT_VR_LITTLE_ENDIAN).toByteArray();

        assertUnreadable(implicit, EXPLICIT_VR_LITTLE_ENDIAN, "value representation is missing");
        assertUnreadable(implicit, DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, "not deflated");
    }

    @Test
    void a_failing_stream_is_no_unreadable_dataset() {
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk");
            }

            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                throw new IOException("disk");
            }
        };

        assertThatThrownBy(() -> HeaderReader.read(failing, IMPLICIT_VR_LITTLE_ENDIAN))
                .isNotInstanceOf(UnreadableDatasetException.class)
                .hasMessage("disk");
    }

    private static String name(String characterSet, String name, Charset charset) throws IOException {
        return name(characterSet, name.getBytes(charset));
    }

    private static String name(String characterSet, byte[] name) throws IOException {
        byte[] dataset = new EncodedDataset(EXPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00080005, "CS", characterSet)
                .text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2\0")
                .text(0x00080018, "UI", "1.2.3.4")
                .bytes(0x00100010, "PN", name)
                .toByteArray();
        List<String> values = read(dataset, EXPLICIT_VR_LITTLE_ENDIAN).values(0x00100010);
        return String.join("|", values);
    }

    private static byte[] concat(String ascii, String korean, String moreAscii, String moreKorean) {
        Charset eucKr = Charset.forName("EUC-KR");
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        out.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(korean.getBytes(eucKr));
        out.writeBytes(moreAscii.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(moreKorean.getBytes(eucKr));
        return out.toByteArray();
    }

    private static InstanceHeader read(byte[] dataset, TransferSyntax syntax) throws IOException {
        return HeaderReader.read(new ByteArrayInputStream(dataset), syntax);
    }

    private static void assertUnreadable(byte[] dataset, TransferSyntax syntax, String message) {
        assertThatThrownBy(() -> read(dataset, syntax))
                .isInstanceOf(UnreadableDatasetException.class)
                .hasMessageContaining(message);
    }
}
