package org.dicomgateway.dicom.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datasets in other transfer syntaxes without compressed pixels, compared with what DCMTK makes of them. */
class DatasetRecoderTest {

    private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax BIG = TransferSyntax.EXPLICIT_VR_BIG_ENDIAN;
    private static final TransferSyntax DEFLATED = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;

    private static TransferSyntax byOption(String option) {
        return switch (option) {
            case "+ti" -> IMPLICIT;
            case "+te" -> EXPLICIT;
            case "+tb" -> BIG;
            default -> DEFLATED;
        };
    }

    /** Every kind of value whose bytes have an order, signed pixels, nested sequences, an icon, private attributes. */
    private static final String DUMP = """
            (0008,0005) CS [ISO_IR 100]
            (0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
            (0008,0018) UI [1.2.3.4.5]
            %s
            (0009,0010) LO [SOMEBODY UNKNOWN]
            (0009,1001) LO [private text]
            (0009,1002) OB 01\\02\\03\\04
            (0010,0010) PN [Test^Odd]
            (0010,0020) LO [P5]
            (0018,1310) US 1\\2\\3\\4
            (0018,9074) DT [20260101]
            (0018,9087) FD 1.5
            (0018,9219) SS -7
            (0020,000d) UI [1.2.3.4]
            (0020,000e) UI [1.2.3.5]
            (0020,9157) UL 1\\70000
            (0028,0002) US 1
            (0028,0004) CS [PALETTE COLOR]
            (0028,0009) AT (0018,1063)
            (0028,0010) US 2
            (0028,0011) US 3
            (0028,0100) US 16
            (0028,0101) US 16
            (0028,0102) US 15
            (0028,0103) US 1
            (0028,0106) SS -5
            (0028,0107) SS 12
            (0028,0120) SS -3
            (0028,1201) OW 0102\\0304\\0506\\0708
            (0040,9212) FD 1\\2
            (0066,0016) OF 0.5\\0.25
            (0088,0200) SQ (Sequence with undefined length)
            (fffe,e000) na (Item with undefined length)
            (0028,0002) US 1
            (0028,0010) US 2
            (0028,0011) US 2
            (0028,0100) US 8
            (0028,0103) US 0
            (0028,0106) US 65000
            (7fe0,0010) OW 0102\\0304
            (fffe,e00d) na (ItemDelimitationItem)
            (fffe,e0dd) na (SequenceDelimitationItem)
            (6000,0050) SS -1\\-2
            (6000,3000) OW 0102\\0304
            (7fe0,0010) OW 0001\\0203\\0405\\0607\\0809\\0a0b
            (fffc,fffc) OB 00\\00\\00\\00
            """.formatted(TestFiles.NESTED_SEQUENCES);

    @TempDir
    private static Path directory;

    private static Path dumped;

    @BeforeAll
    static void dump() {
        dumped = new TestFiles(directory, 1).fromDump("all", DUMP);
    }

    private static byte[] recoded(byte[] dataset, TransferSyntax from, TransferSyntax to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetRecoder.recode(new ByteArrayInputStream(dataset), from, to, Optional.empty(), out);
        return out.toByteArray();
    }

    private static byte[] byDcmconv(Path from, String... options) {
        Path made = directory.resolve(String.join("", options) + ".dcm");
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--group-length-remove", "--padding-retain", from.toString(), made.toString()));
        Dcmtk.run("dcmconv", arguments.toArray(String[]::new)).orFail();
        return Part10.dataset(made);
    }

    @ParameterizedTest
    @CsvSource({
        "+ti, +te",
        "+ti, +tb",
        "+ti, +td",
        "+te, +ti",
        "+te, +tb",
        "+te, +td",
        "+tb, +ti",
        "+tb, +te",
        "+td, +ti",
        "+td, +te",
        "+td, +tb",
        "+tb, +td"
    })
    void every_pair_gives_what_dcmconv_gives(String from, String to) throws IOException {
        // From implicit VR, so that both know as little about private attributes.
        byDcmconv(dumped, "+ti", "-e");
        Path implicit = directory.resolve("+ti-e.dcm");
        byte[] original = byDcmconv(implicit, from, "-e");
        byte[] expected = byDcmconv(implicit, to, "+e");
        byte[] made = recoded(original, byOption(from), byOption(to));
        if (to.equals("+td")) {
            assertThat(recoded(made, DEFLATED, EXPLICIT)).isEqualTo(recoded(expected, DEFLATED, EXPLICIT));
            assertThat(made.length % 2).isZero();
        } else {
            assertThat(HexFormat.of().formatHex(made)).isEqualTo(HexFormat.of().formatHex(expected));
        }
    }

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    @Test
    void numbers_about_pixels_are_signed_when_the_pixels_are() throws IOException {
        String descriptor = "28000111 06000000 0400 FEFF 1000";
        assertThat(recoded(bytes("28000301 02000000 0100", descriptor), IMPLICIT, EXPLICIT))
                .endsWith(bytes("28000111 5353 0600 0400 FEFF 1000"));
        assertThat(recoded(bytes("28000301 02000000 0000", descriptor), IMPLICIT, EXPLICIT))
                .endsWith(bytes("28000111 5553 0600 0400 FEFF 1000"));
    }

    @Test
    void an_unknown_sequence_of_undefined_length_keeps_its_items_in_implicit_VR() throws IOException {
        String items = "FEFF00E0 0A000000 10002000 02000000 3132 FEFFDDE0 00000000";
        byte[] implicit = bytes("11001011 FFFFFFFF", items);
        byte[] explicit = bytes("11001011 554E 0000 FFFFFFFF", items);
        assertThat(recoded(implicit, IMPLICIT, EXPLICIT)).isEqualTo(explicit);
        assertThat(recoded(explicit, EXPLICIT, IMPLICIT)).isEqualTo(implicit);
        assertThatThrownBy(() -> recoded(implicit, IMPLICIT, BIG)).isInstanceOf(UntransformableException.class);
        assertThat(recoded(bytes("11001011 554E 0000 02000000 0102"), EXPLICIT, BIG))
                .isEqualTo(bytes("00111110 554E 0000 00000002 0102"));
    }

    @Test
    void an_unknown_sequence_in_an_unknown_sequence_stays_what_it_is() throws IOException {
        String inner = "11001111 FFFFFFFF FEFF00E0 00000000 FEFFDDE0 00000000";
        String items = "FEFF00E0 18000000" + inner + "FEFFDDE0 00000000";
        byte[] implicit = bytes("11001011 FFFFFFFF", items);
        byte[] explicit = bytes("11001011 554E 0000 FFFFFFFF", items);
        assertThat(recoded(implicit, IMPLICIT, EXPLICIT)).isEqualTo(explicit);
        assertThat(recoded(explicit, EXPLICIT, IMPLICIT)).isEqualTo(implicit);
    }

    @Test
    void a_text_that_is_too_long_for_explicit_VR_becomes_unknown() throws IOException {
        byte[] text = "1\\".repeat(40_000).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream implicit = new ByteArrayOutputStream();
        implicit.writeBytes(bytes("04301200 80380100"));
        implicit.writeBytes(text);
        byte[] made = recoded(implicit.toByteArray(), IMPLICIT, EXPLICIT);
        assertThat(made).startsWith(bytes("04301200 554E 0000 80380100"));
        assertThat(recoded(made, EXPLICIT, IMPLICIT)).isEqualTo(implicit.toByteArray());
    }

    @Test
    void large_values_pass_through_without_a_place_in_memory() throws IOException {
        int size = 40 << 20;
        ByteArrayOutputStream dataset = new ByteArrayOutputStream();
        dataset.writeBytes(bytes("10002000 02000000 3132"));
        dataset.writeBytes(bytes("42001100", "00008002"));
        byte[] value = new byte[size];
        value[size - 1] = 7;
        dataset.writeBytes(value);
        dataset.writeBytes(bytes("E07F1000 02000000 0102"));
        byte[] explicit = recoded(dataset.toByteArray(), IMPLICIT, EXPLICIT);
        assertThat(explicit).startsWith(bytes("10002000 4C4F 0200 3132 42001100 4F42 0000 00008002"));
        assertThat(recoded(explicit, EXPLICIT, IMPLICIT)).isEqualTo(dataset.toByteArray());
    }

    @Test
    void damaged_datasets_and_numbers_of_odd_length_are_refused() {
        assertThatThrownBy(() -> recoded(bytes("28001000 5553 0300 010203"), EXPLICIT, BIG))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("(0028,0010)");
        assertThatThrownBy(() -> recoded(bytes("28001000 5A5A 0000 02000000 0102"), EXPLICIT, BIG))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("ZZ");
        assertThatThrownBy(() -> recoded(bytes("E07F1000 4F57 0000 04000000 0102"), EXPLICIT, IMPLICIT))
                .isInstanceOf(UnreadableDatasetException.class);
        assertThatThrownBy(() -> recoded(
                        bytes("E07F1000 4F42 0000 FFFFFFFF FEFF00E0 00000000 FEFFDDE0 00000000"), EXPLICIT, IMPLICIT))
                .isInstanceOf(UnreadableDatasetException.class);
        assertThatThrownBy(() -> recoded(bytes("0102"), DEFLATED, EXPLICIT))
                .isInstanceOf(UnreadableDatasetException.class);
    }
}
