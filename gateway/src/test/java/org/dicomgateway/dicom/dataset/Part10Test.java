package org.dicomgateway.dicom.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.dicomgateway.dicom.EncodedDataset;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;

class Part10Test {

    private static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid INSTANCE = Uid.of("1.2.3.4");
    private static final Origin ORIGIN = new Origin(AeTitle.of("CT 1"), AeTitle.of("GATEWAY"), "10.0.0.7");

    @Test
    void what_was_written_is_read_back() throws IOException {
        byte[] prefix = Part10.prefix(CT, INSTANCE, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, ORIGIN);

        Part10.File file = Part10.read(new ByteArrayInputStream(withDataset(prefix)));

        assertThat(file.sopClass()).isEqualTo(CT);
        assertThat(file.sopInstance()).isEqualTo(INSTANCE);
        assertThat(file.transferSyntax()).isEqualTo(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        assertThat(file.origin()).contains(ORIGIN);
        assertThat(file.datasetOffset()).isEqualTo(prefix.length);
    }

    @Test
    void an_IPv6_sender_is_read_back() throws IOException {
        Origin origin = new Origin(ORIGIN.calling(), ORIGIN.called(), "fe80:0:0:0:1:2:3:4%eth0");

        byte[] prefix = Part10.prefix(CT, INSTANCE, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, origin);

        assertThat(Part10.read(new ByteArrayInputStream(prefix)).origin()).contains(origin);
    }

    @Test
    void a_file_of_somebody_else_has_no_origin() throws IOException {
        byte[] meta = new EncodedDataset(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)
                .raw(new byte[128])
                .raw("DICM".getBytes(StandardCharsets.US_ASCII))
                .text(0x00020002, "UI", CT.value() + "\0")
                .text(0x00020003, "UI", "1.2.3.4\0")
                .text(0x00020010, "UI", "1.2.840.10008.1.2.1\0")
                .text(0x00020016, "AE", "OTHER ")
                .toByteArray();

        Part10.File file = Part10.read(new ByteArrayInputStream(withDataset(meta)));

        assertThat(file.origin()).isEmpty();
        assertThat(file.datasetOffset()).isEqualTo(meta.length);
    }

    @Test
    void what_is_no_part_10_file_is_refused() {
        assertThatThrownBy(() -> Part10.read(new ByteArrayInputStream(new byte[1000])))
                .isInstanceOf(UnreadableDatasetException.class)
                .hasMessageContaining("no \"DICM\"");
    }

    @Test
    void a_missing_UID_is_named() {
        byte[] meta = new EncodedDataset(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)
                .raw(new byte[128])
                .raw("DICM".getBytes(StandardCharsets.US_ASCII))
                .text(0x00020002, "UI", CT.value() + "\0")
                .text(0x00020003, "UI", "1.2.3.4\0")
                .toByteArray();

        assertThatThrownBy(() -> Part10.read(new ByteArrayInputStream(meta)))
                .isInstanceOf(UnreadableDatasetException.class)
                .hasMessageContaining("Transfer Syntax UID (0002,0010)");
    }

    @Test
    void a_damaged_file_is_read_or_refused() {
        byte[] whole = withDataset(Part10.prefix(CT, INSTANCE, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, ORIGIN));
        Random random = new Random(7);
        for (int round = 0; round < 4_000; round++) {
            byte[] damaged = Arrays.copyOf(whole, 132 + random.nextInt(whole.length - 132));
            damaged[128 + random.nextInt(damaged.length - 128)] = (byte) random.nextInt(256);
            Throwable thrown = catchThrowable(() -> Part10.read(new ByteArrayInputStream(damaged)));
            assertThat(thrown == null || thrown instanceof UnreadableDatasetException)
                    .as("round %s: %s", round, thrown)
                    .isTrue();
        }
    }

    private static byte[] withDataset(byte[] prefix) {
        byte[] dataset =
                EncodedDataset.ofCt(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN).toByteArray();
        byte[] file = Arrays.copyOf(prefix, prefix.length + dataset.length);
        System.arraycopy(dataset, 0, file, prefix.length, dataset.length);
        return file;
    }
}
