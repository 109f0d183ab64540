package org.dicomgateway.dicom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.dicomgateway.dicom.values.TransferSyntax;

/** Writes data elements by hand, right or wrong, in any of the four encodings. */
public final class EncodedDataset {

    private static final int UNDEFINED = -1;

    private final TransferSyntax transferSyntax;
    private final boolean explicit;
    private final ByteOrder order;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public EncodedDataset(TransferSyntax transferSyntax) {
        this.transferSyntax = transferSyntax;
        this.explicit = !transferSyntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        this.order = transferSyntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN)
                ? ByteOrder.BIG_ENDIAN
                : ByteOrder.LITTLE_ENDIAN;
    }

    /** With SOP Class UID, SOP Instance UID, and whatever a CT has up to its Rows. */
    public static EncodedDataset ofCt(TransferSyntax transferSyntax) {
        return new EncodedDataset(transferSyntax)
                .text(0x00080005, "CS", "ISO_IR 192")
                .text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2\0")
                .text(0x00080018, "UI", "1.2.3.4")
                .text(0x00080060, "CS", "CT")
                .text(0x00081030, "LO", "Schädel")
                .text(0x00100020, "LO", "P1 ");
    }

    public EncodedDataset text(int tag, String vr, String value) {
        return bytes(tag, vr, value.getBytes(StandardCharsets.UTF_8));
    }

    public EncodedDataset us(int tag, int value) {
        return bytes(tag, "US", buffer(2).putShort((short) value).array());
    }

    public EncodedDataset bytes(int tag, String vr, byte[] value) {
        header(tag, vr, value.length);
        out.writeBytes(value);
        return this;
    }

    public EncodedDataset header(int tag, String vr, int length) {
        tag(tag);
        if (!explicit) {
            out.writeBytes(buffer(4).putInt(length).array());
            return this;
        }
        out.writeBytes(vr.getBytes(StandardCharsets.US_ASCII));
        if ("OB OW SQ UN UT UR UC OV".contains(vr)) {
            out.writeBytes(buffer(6).putShort((short) 0).putInt(length).array());
        } else {
            out.writeBytes(buffer(2).putShort((short) length).array());
        }
        return this;
    }

    public EncodedDataset beginSequence(int tag) {
        return header(tag, "SQ", UNDEFINED);
    }

    public EncodedDataset beginItem() {
        return delimiter(0xFFFEE000, UNDEFINED);
    }

    public EncodedDataset endItem() {
        return delimiter(0xFFFEE00D, 0);
    }

    public EncodedDataset endSequence() {
        return delimiter(0xFFFEE0DD, 0);
    }

    public EncodedDataset delimiter(int tag, int length) {
        tag(tag);
        out.writeBytes(buffer(4).putInt(length).array());
        return this;
    }

    public EncodedDataset raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] toByteArray() {
        return transferSyntax.equals(TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)
                ? deflated(out.toByteArray(), true)
                : out.toByteArray();
    }

    public static byte[] deflated(byte[] bytes, boolean raw) {
        return deflated(bytes, 0, raw);
    }

    /** Raw, and followed by so many zeros. */
    public static byte[] deflated(byte[] bytes, int zeros) {
        return deflated(bytes, zeros, true);
    }

    private static byte[] deflated(byte[] bytes, int zeros, boolean raw) {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, raw);
        try (DeflaterOutputStream stream = new DeflaterOutputStream(deflated, deflater)) {
            stream.write(bytes);
            byte[] block = new byte[1 << 16];
            for (int left = zeros; left > 0; left -= block.length) {
                stream.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return deflated.toByteArray();
    }

    private void tag(int tag) {
        out.writeBytes(
                buffer(4).putShort((short) (tag >>> 16)).putShort((short) tag).array());
    }

    private ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(order);
    }
}
