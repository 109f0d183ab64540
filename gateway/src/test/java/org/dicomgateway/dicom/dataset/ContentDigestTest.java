package org.dicomgateway.dicom.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two datasets that say the same have one digest, however they write the lengths of sequences; any others do not. */
class ContentDigestTest {

    private static final byte[] NOTHING = {};
    private static final int UNDEFINED = -1;
    private static final TransferSyntax JPEG = TransferSyntax.of("1.2.840.10008.1.2.4.70");

    private boolean explicit = true;

    private static byte[] all(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] number(int value, int bytes) {
        byte[] out = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            out[i] = (byte) (value >>> (8 * i));
        }
        return out;
    }

    private static byte[] tag(int tag) {
        return all(number(tag >>> 16, 2), number(tag, 2));
    }

    private byte[] header(int tag, String vr, int length) {
        if (!explicit) {
            return all(tag(tag), number(length, 4));
        }
        byte[] letters = vr.getBytes(StandardCharsets.US_ASCII);
        return vr.matches("SQ|OB|OW|UN")
                ? all(tag(tag), letters, number(0, 2), number(length, 4))
                : all(tag(tag), letters, number(length, 2));
    }

    private byte[] text(int tag, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
        return all(header(tag, "LO", bytes.length), bytes);
    }

    private byte[] sequence(boolean delimited, byte[]... items) {
        byte[] content = NOTHING;
        for (byte[] item : items) {
            content = all(
                    content,
                    tag(0xFFFEE000),
                    number(delimited ? UNDEFINED : item.length, 4),
                    item,
                    delimited ? all(tag(0xFFFEE00D), number(0, 4)) : NOTHING);
        }
        return delimited
                ? all(header(0x00081140, "SQ", UNDEFINED), content, tag(0xFFFEE0DD), number(0, 4))
                : all(header(0x00081140, "SQ", content.length), content);
    }

    private static String digest(byte[] dataset, TransferSyntax transferSyntax) throws IOException {
        return ContentDigest.of(new ByteArrayInputStream(dataset), transferSyntax);
    }

    private String digest(byte[] dataset) throws IOException {
        return digest(
                dataset,
                explicit ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lengths_and_delimiters_say_the_same(boolean withVr) throws Exception {
        explicit = withVr;
        byte[] inner = text(0x00080100, "121311");
        byte[] end = text(0x00100020, "P1");
        String delimited = digest(all(sequence(true, all(inner, sequence(true, inner)), NOTHING), sequence(true), end));
        assertThat(digest(all(sequence(false, all(inner, sequence(false, inner)), NOTHING), sequence(false), end)))
                .isEqualTo(delimited);
        assertThat(digest(all(sequence(true, all(inner, sequence(false, inner)), NOTHING), sequence(false), end)))
                .isEqualTo(delimited);
    }

    @Test
    void every_value_tag_order_and_item_counts() throws Exception {
        byte[] a = text(0x00080100, "121311");
        byte[] b = text(0x00080102, "DCM ");
        String one = digest(sequence(true, all(a, b)));
        assertThat(digest(sequence(false, all(b, a)))).isNotEqualTo(one);
        assertThat(digest(sequence(false, all(text(0x00080100, "121312"), b)))).isNotEqualTo(one);
        assertThat(digest(sequence(false, all(text(0x00080103, "121311"), b)))).isNotEqualTo(one);
        assertThat(digest(sequence(false, a, b))).isNotEqualTo(one);
        assertThat(digest(sequence(false, all(a, b), NOTHING))).isNotEqualTo(one);
        assertThat(digest(all(a, b))).isNotEqualTo(one);
        assertThat(digest(all(sequence(false, a), b))).isNotEqualTo(one);
    }

    @Test
    void group_lengths_do_not_count() throws Exception {
        byte[] element = text(0x00080100, "121311");
        byte[] length = all(header(0x00080000, "UL", 4), number(element.length, 4));
        assertThat(digest(all(length, element))).isEqualTo(digest(element));
    }

    @Test
    void fragments_of_pixel_data_count_one_by_one() throws Exception {
        byte[] one = pixels(new byte[] {1, 2, 3, 4});
        assertThat(digest(one, JPEG)).isEqualTo(digest(one, JPEG));
        assertThat(digest(pixels(new byte[] {1, 2}, new byte[] {3, 4}), JPEG)).isNotEqualTo(digest(one, JPEG));
        assertThat(digest(pixels(new byte[] {1, 2, 3, 5}), JPEG)).isNotEqualTo(digest(one, JPEG));
    }

    private byte[] pixels(byte[]... fragments) {
        byte[] content = NOTHING;
        for (byte[] fragment : fragments) {
            content = all(content, tag(0xFFFEE000), number(fragment.length, 4), fragment);
        }
        return all(header(0x7FE00010, "OB", UNDEFINED), content, tag(0xFFFEE0DD), number(0, 4));
    }

    @Test
    void a_deflated_dataset_is_inflated_first() throws Exception {
        byte[] delimited = sequence(true, text(0x00080100, "121311"));
        byte[] defined = sequence(false, text(0x00080100, "121311"));
        assertThat(digest(deflated(delimited), TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN))
                .isEqualTo(digest(deflated(defined), TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN));
    }

    private static byte[] deflated(byte[] dataset) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(dataset);
        deflater.finish();
        byte[] out = new byte[1000];
        int n = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, n);
    }

    @Test
    void what_is_cut_off_or_malformed_is_refused() {
        byte[] whole = sequence(true, text(0x00080100, "121311"));
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> digest(cut)).as("%d bytes", length).isInstanceOf(UnreadableDatasetException.class);
        }
        assertThatThrownBy(() -> digest(all(tag(0xFFFEE0DD), number(0, 4))))
                .isInstanceOf(UnreadableDatasetException.class);
        byte[] deep = NOTHING;
        for (int depth = 0; depth < 2_000; depth++) {
            deep = all(deep, header(0x00081140, "SQ", UNDEFINED), tag(0xFFFEE000), number(UNDEFINED, 4));
        }
        byte[] nested = deep;
        assertThatThrownBy(() -> digest(nested)).hasMessageContaining("nested too deep");
        byte[] longer = all(header(0x00081140, "SQ", 10), tag(0xFFFEE000), number(20, 4), new byte[20]);
        assertThatThrownBy(() -> digest(longer)).isInstanceOf(UnreadableDatasetException.class);
    }
}
