package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.transform.Transforms.EXPLICIT;
import static org.dicomgateway.transform.Transforms.apply;
import static org.dicomgateway.transform.Transforms.masking;
import static org.dicomgateway.transform.Transforms.values;

import java.io.IOException;
import java.util.Arrays;
import org.dicomgateway.config.transform.PixelMask;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelMasksTest {

    private static final int ROWS = 40;
    private static final int COLUMNS = 30;
    private static final PixelMask MASK = new PixelMask("ACME", "Echo 1", ROWS, COLUMNS, 5, 2, 7, 3);
    private static final PixelMask CORNER = new PixelMask("ACME", "Echo 1", ROWS, COLUMNS, 29, 39, 1, 1);

    private static byte[] us(int number, boolean big) {
        return big
                ? new byte[] {(byte) (number >>> 8), (byte) number}
                : new byte[] {(byte) number, (byte) (number >>> 8)};
    }

    private static Dataset ultrasound(int samples, int bits, int planar, int frames, boolean big) {
        byte[] pixels = new byte[ROWS * COLUMNS * samples * bits / 8 * frames];
        Arrays.fill(pixels, (byte) 9);
        return Dataset.ct("1.2.9")
                .text("SOPClassUID", "1.2.840.10008.5.1.4.1.1.3.1")
                .text("Manufacturer", "ACME")
                .text("ManufacturerModelName", "Echo 1")
                .text("NumberOfFrames", String.valueOf(frames))
                .bytes(0x00280002, "US", us(samples, big))
                .bytes(0x00280006, "US", us(planar, big))
                .bytes(0x00280010, "US", us(ROWS, big))
                .bytes(0x00280011, "US", us(COLUMNS, big))
                .bytes(0x00280100, "US", us(bits, big))
                .bytes(0x7FE00010, bits == 8 ? "OB" : "OW", pixels);
    }

    /** Whether this byte of the pixels is of a sample within one of the rectangles. */
    private static boolean isMasked(int index, int samples, int bits, int planar, PixelMask... masks) {
        int bytes = bits / 8;
        int pixel = planar == 1 ? index / bytes % (ROWS * COLUMNS) : index / (bytes * samples) % (ROWS * COLUMNS);
        int x = pixel % COLUMNS;
        int y = pixel / COLUMNS;
        return Arrays.stream(masks)
                .anyMatch(mask ->
                        x >= mask.x() && x < mask.x() + mask.width() && y >= mask.y() && y < mask.y() + mask.height());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 8, 0, 1, false",
        "1, 16, 0, 3, false",
        "3, 8, 0, 2, false",
        "3, 8, 1, 2, false",
        "1, 16, 0, 2, true",
        "3, 8, 0, 500, false",
    })
    void every_frame_is_black_within_the_rectangles_and_as_it_was_outside(
            int samples, int bits, int planar, int frames, boolean big) throws IOException {
        TransferSyntax syntax = big ? TransferSyntax.EXPLICIT_VR_BIG_ENDIAN : EXPLICIT;
        byte[] output = apply(
                masking(MASK, CORNER),
                ultrasound(samples, bits, planar, frames, big).encode(syntax),
                syntax);
        int length = ROWS * COLUMNS * samples * bits / 8 * frames;
        byte[] pixels = Arrays.copyOfRange(output, output.length - length, output.length);
        for (int i = 0; i < length; i++) {
            assertThat(pixels[i]).as("byte " + i).isEqualTo((byte)
                    (isMasked(i, samples, bits, planar, MASK, CORNER) ? 0 : 9));
        }
    }

    @Test
    void what_was_masked_is_recorded() throws IOException {
        byte[] output = apply(masking(MASK), ultrasound(1, 8, 0, 1, false).text("BurnedInAnnotation", "YES"));
        assertThat(values(output, "BurnedInAnnotation")).containsExactly("NO");
        assertThat(values(output, "DeidentificationMethod"))
                .contains("Clean Pixel Data Option", "Pixels set to zero: x=5 y=2 width=7 height=3");
        assertThat(new String(output, java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("113101");
    }

    private static void assertParked(Dataset dataset, TransferSyntax syntax, String why) {
        assertThatThrownBy(() -> apply(masking(MASK), dataset.encode(syntax), syntax))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining(why);
    }

    @Test
    void what_cannot_be_masked_with_certainty_is_not_sent() {
        assertParked(
                ultrasound(1, 8, 0, 1, false).text("ManufacturerModelName", "Echo 2"), EXPLICIT, "there is no mask");
        assertParked(
                ultrasound(1, 8, 0, 1, false).bytes(0x00280010, "US", us(41, false)), EXPLICIT, "there is no mask");
        assertParked(
                ultrasound(1, 8, 0, 1, false).text("ImageType", "ORIGINAL\\REPORT"),
                EXPLICIT,
                "which masks do not change");
        assertParked(
                ultrasound(1, 8, 0, 1, false).text("RecognizableVisualFeatures", "YES"),
                EXPLICIT,
                "which masks do not change");
        assertParked(ultrasound(1, 8, 0, 1, false).text("NumberOfFrames", "2"), EXPLICIT, "another length");
        assertParked(ultrasound(3, 8, 0, 1, false).bytes(0x00280100, "US", us(1, false)), EXPLICIT, "of a kind");
        assertParked(ultrasound(1, 8, 0, 1, false).without("PixelData"), EXPLICIT, "no Pixel Data");
        assertParked(
                ultrasound(1, 8, 0, 1, false)
                        .items(0x7FE00010, "OB", new Dataset())
                        .delimited(),
                TransferSyntax.of("1.2.840.10008.1.2.4.50"),
                "compressed");
    }
}
