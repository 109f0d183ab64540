package org.dicomgateway.testkit;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * The File Meta Information of a DICOM file (PS3.10 7.1), read without any toolkit: what a test needs to compare
 * datasets byte for byte.
 *
 * @param datasetOffset where the dataset begins in the file, in bytes
 */
public record Part10(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax, int datasetOffset) {

    private static final int PREAMBLE = 128;
    /** Of those that occur in group 0002: with two reserved bytes and a length of four (PS3.5 7.1.2). */
    private static final Set<String> LONG_FORM = Set.of("OB", "UN", "UR", "UT");

    private static final int GROUP_LENGTH_END = PREAMBLE + 4 + 12;

    /** Of a file on disk. */
    public static Part10 read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " is no DICOM file", e);
        }
    }

    /** The dataset of a file in memory, without preamble and File Meta Information. */
    public static byte[] dataset(byte[] file) {
        try {
            return Arrays.copyOfRange(file, read(new ByteArrayInputStream(file)).datasetOffset(), file.length);
        } catch (IOException e) {
            throw new UncheckedIOException("not a DICOM file", e);
        }
    }

    /** The dataset of a file on disk. */
    public static byte[] dataset(Path file) {
        try {
            return dataset(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Part10 read(InputStream in) throws IOException {
        byte[] head = new DataInputStream(in).readNBytes(GROUP_LENGTH_END);
        if (head.length < GROUP_LENGTH_END
                || !new String(head, PREAMBLE, 4, StandardCharsets.US_ASCII).equals("DICM")) {
            throw new EOFException("no DICM prefix");
        }
        int length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(GROUP_LENGTH_END - 4);
        Map<Integer, String> meta =
                elements(ByteBuffer.wrap(in.readNBytes(length)).order(ByteOrder.LITTLE_ENDIAN));
        return new Part10(
                Uid.of(meta.getOrDefault(0x0002, "")),
                Uid.of(meta.getOrDefault(0x0003, "")),
                TransferSyntax.of(meta.getOrDefault(0x0010, "")),
                GROUP_LENGTH_END + length);
    }

    /** Element number within group 0002 → value; always explicit VR little endian. */
    private static Map<Integer, String> elements(ByteBuffer group) {
        Map<Integer, String> values = new HashMap<>();
        while (group.hasRemaining()) {
            group.getShort();
            int element = Short.toUnsignedInt(group.getShort());
            String vr = "" + (char) group.get() + (char) group.get();
            int length = Short.toUnsignedInt(group.getShort());
            if (LONG_FORM.contains(vr)) {
                length = group.getInt();
            }
            byte[] value = new byte[length];
            group.get(value);
            values.put(
                    element,
                    new String(value, StandardCharsets.US_ASCII)
                            .replace("\0", "")
                            .strip());
        }
        return values;
    }
}
