package org.dicomgateway.dicom.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RewrittenDatasetTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax JPEG = TransferSyntax.of("1.2.840.10008.1.2.4.70");
    private static final String PATIENT_ID = "10002000 4C4F 0400 31323334";
    private static final String OFFSETS = "E07F0100 4F56 0000 08000000 0000000000000000";
    private static final String ENCAPSULATED =
            "E07F1000 4F42 0000 FFFFFFFF FEFF00E0 00000000 FEFF00E0 06000000 FFD8FEFF00E0 FEFFDDE0 00000000";

    /** Removes the Patient ID, and everything behind the pixel data. */
    private static final class Removal implements Rewriting {
        @Override
        public void beforePixelData(Elements attributes) {
            attributes.remove(0x00100020);
        }

        @Override
        public void afterPixelData(Elements attributes) {
            attributes.all().forEach(element -> attributes.remove(element.tag()));
        }
    }

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    private static byte[] changed(byte[] dataset, TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        RewrittenDataset rewritten =
                RewrittenDataset.of(new ByteArrayInputStream(dataset), syntax, new Removal(), told::write);
        try (InputStream in = rewritten.open(new ByteArrayInputStream(dataset))) {
            byte[] changed = in.readAllBytes();
            assertThat(rewritten.length()).isEqualTo(changed.length);
            assertThat(told.toByteArray()).isEqualTo(changed);
            return changed;
        }
    }

    @Test
    void encapsulated_pixel_data_passes_through_with_what_belongs_to_it() throws IOException {
        assertThat(changed(bytes(PATIENT_ID, OFFSETS, ENCAPSULATED, "FCFFFCFF 4F42 0000 02000000 0000"), JPEG))
                .isEqualTo(bytes(OFFSETS, ENCAPSULATED));
    }

    @Test
    void an_icon_of_fragments_in_a_sequence_is_written_as_it_was() throws IOException {
        ByteArrayOutputStream dataset = new ByteArrayOutputStream();
        byte[] content = bytes(ENCAPSULATED);
        dataset.writeBytes(bytes("88000002 5351 0000"));
        dataset.writeBytes(new byte[] {(byte) (content.length + 8), 0, 0, 0});
        dataset.writeBytes(bytes("FEFF00E0"));
        dataset.writeBytes(new byte[] {(byte) content.length, 0, 0, 0});
        dataset.writeBytes(content);
        assertThat(changed(dataset.toByteArray(), JPEG)).isEqualTo(dataset.toByteArray());
    }

    @Test
    void damaged_fragments_and_a_claim_of_gigabytes_are_refused() {
        assertThatThrownBy(() -> changed(bytes(PATIENT_ID, "E07F1000 4F42 0000 FFFFFFFF 08000500"), JPEG))
                .isInstanceOf(UnreadableDatasetException.class);
        assertThatThrownBy(() -> changed(bytes("08003011 5554 0000 F0FFFF7F 41"), JPEG))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("16 MiB");
        assertThatThrownBy(() -> changed(bytes("08003011 5554 0000 0000F000 41"), JPEG))
                .isInstanceOf(UnreadableDatasetException.class);
    }

    @Test
    void sequences_that_are_nested_too_deep_are_refused() {
        String deep = "08004011 5351 0000 FFFFFFFF FEFF00E0 FFFFFFFF".repeat(100_000);
        assertThatThrownBy(() -> changed(bytes(deep), JPEG))
                .isInstanceOf(UnreadableDatasetException.class)
                .hasMessageContaining("too deep");
    }

    /** A stream that blocks in the midst of a dataset's attributes, as a slow disk does. */
    @Test
    void nobody_waits_for_the_disk_of_somebody_else() throws Exception {
        byte[] dataset = bytes(PATIENT_ID, OFFSETS, ENCAPSULATED);
        CountDownLatch reads = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        InputStream slow = new FilterInputStream(new ByteArrayInputStream(dataset)) {
            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                reads.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return super.read(target, offset, count);
            }
        };
        Thread other = new Thread(() -> {
            try {
                RewrittenDataset.of(slow, JPEG, new Removal(), (bytes, offset, count) -> {});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        other.start();
        reads.await();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> changed(dataset, JPEG));
        goesOn.countDown();
        other.join();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 1 << 20, (1 << 20) + 2, 3_000_000})
    void pixel_data_of_every_size_passes_and_is_edited_in_its_value_alone(int length) throws IOException {
        ByteArrayOutputStream dataset = new ByteArrayOutputStream();
        dataset.writeBytes(bytes(PATIENT_ID, "E07F1000 4F57 0000"));
        byte[] pixels = new byte[length + (length & 1)];
        Arrays.fill(pixels, (byte) 7);
        for (int i = 0; i < 4; i++) {
            dataset.write(pixels.length >>> (8 * i));
        }
        dataset.writeBytes(pixels);
        Rewriting blank = new Rewriting() {
            @Override
            public void beforePixelData(Elements attributes) {
                attributes.remove(0x00100020);
            }

            @Override
            public Optional<PixelEdit> pixels() {
                return Optional.of(new PixelEdit() {
                    @Override
                    public void check(long value) {
                        assertThat(value).isEqualTo(pixels.length);
                    }

                    @Override
                    public void edit(byte[] bytes, int offset, int count, long position) {
                        for (int i = 0; i < count; i++) {
                            bytes[offset + i] += (byte) (position + i);
                        }
                    }
                });
            }

            @Override
            public void afterPixelData(Elements attributes) {
                // Nothing is there.
            }
        };
        byte[] received = dataset.toByteArray();
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        if (pixels.length == 0) {
            assertThatThrownBy(() -> RewrittenDataset.of(
                            new ByteArrayInputStream(bytes(PATIENT_ID)), EXPLICIT, blank, told::write))
                    .hasMessageContaining("no Pixel Data");
        }
        RewrittenDataset rewritten =
                RewrittenDataset.of(new ByteArrayInputStream(received), EXPLICIT, blank, told::write);
        byte[] expected = Arrays.copyOfRange(received, 12, received.length);
        for (int i = 0; i < pixels.length; i++) {
            expected[12 + i] += (byte) i;
        }
        assertThat(rewritten.open(new ByteArrayInputStream(received)).readAllBytes())
                .isEqualTo(expected);
        assertThat(told.toByteArray()).isEqualTo(expected);
        assertThat(rewritten.needsOriginal()).isEqualTo(length > (1 << 20) - 12);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_534, 65_535, 65_536, 131_069, 131_070, 131_071, 200_000})
    void stored_blocks_are_what_every_inflater_reads_and_have_an_even_length(int length) throws IOException {
        byte[] plain = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
        byte[] blocks;
        try (InputStream in = new StoredBlocks(new ByteArrayInputStream(plain), () -> {})) {
            blocks = in.readAllBytes();
        }
        assertThat(blocks.length).isEqualTo((int) StoredBlocks.length(length)).isEven();
        Inflater inflater = new Inflater(true);
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(blocks), inflater)) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        } finally {
            inflater.end();
        }
    }
}
