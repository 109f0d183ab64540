package org.dicomgateway.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** Data elements in explicit VR little endian (PS3.5 7.1.2), in the order in which they are added. */
public final class Elements {

    private static final Set<String> LONG_LENGTH =
            Set.of("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Adds a text value, padded to even length as its VR wants. */
    public Elements text(int group, int element, String vr, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        byte[] even = Arrays.copyOf(bytes, bytes.length + (bytes.length & 1));
        if (even.length > bytes.length) {
            even[bytes.length] = (byte) (vr.equals("UI") ? 0 : ' ');
        }
        return bytes(group, element, vr, even);
    }

    /** Adds an unsigned 16-bit value (VR US). */
    public Elements unsigned(int group, int element, int value) {
        byte[] bytes = ByteBuffer.allocate(2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) value)
                .array();
        return bytes(group, element, "US", bytes);
    }

    /** Adds bytes as they are; their number must be even. */
    public Elements bytes(int group, int element, String vr, byte[] value) {
        ByteBuffer header = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) group)
                .putShort((short) element)
                .put(vr.getBytes(StandardCharsets.US_ASCII));
        if (LONG_LENGTH.contains(vr)) {
            header.putShort((short) 0).putInt(value.length);
        } else {
            header.putShort((short) value.length);
        }
        out.write(header.array(), 0, header.position());
        out.writeBytes(value);
        return this;
    }

    /** The elements alone: a dataset. */
    public byte[] toDataset() {
        return out.toByteArray();
    }

    /** The elements as a DICOM file (PS3.10 7.1). */
    public byte[] toPart10(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax) {
        byte[] meta = new Elements()
                .bytes(0x0002, 0x0001, "OB", new byte[] {0, 1})
                .text(0x0002, 0x0002, "UI", sopClass.value())
                .text(0x0002, 0x0003, "UI", sopInstance.value())
                .text(0x0002, 0x0010, "UI", transferSyntax.toString())
                .text(0x0002, 0x0012, "UI", "2.25.1")
                .toDataset();
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(meta.length);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[128]);
        file.writeBytes("DICM".getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(
                new Elements().bytes(0x0002, 0x0000, "UL", length.array()).toDataset());
        file.writeBytes(meta);
        file.writeBytes(toDataset());
        return file.toByteArray();
    }
}
