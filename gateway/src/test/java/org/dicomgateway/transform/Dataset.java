package org.dicomgateway.transform;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;

/** A dataset of a test, and its bytes in any encoding. */
final class Dataset {

    private static final String SHORT = "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US";

    private static final class Value {

        private final String vr;
        private final byte[] bytes;
        private final List<Dataset> items;

        Value(String vr, byte[] bytes, List<Dataset> items) {
            this.vr = vr;
            this.bytes = bytes;
            this.items = items;
        }
    }

    private final Map<Integer, Value> elements = new TreeMap<>(Integer::compareUnsigned);
    private boolean delimited;

    static Dataset ct(String sopInstance) {
        return new Dataset()
                .text("SOPClassUID", "1.2.840.10008.5.1.4.1.1.2")
                .text("SOPInstanceUID", sopInstance)
                .text("StudyInstanceUID", "1.2.3.4")
                .text("SeriesInstanceUID", "1.2.3.4.5")
                .text("ImageType", "ORIGINAL\\PRIMARY\\AXIAL")
                .text("Modality", "CT")
                .text("PatientName", "DOE^JOHN")
                .text("PatientID", "000123")
                .text("StudyDate", "20250102")
                .bytes(0x7FE00010, "OW", new byte[] {1, 2, 3, 4});
    }

    /** Sequences and items end with delimiters instead of having lengths. */
    Dataset delimited() {
        delimited = true;
        return this;
    }

    Dataset text(String keyword, String text) {
        return text(keyword, text, StandardCharsets.ISO_8859_1);
    }

    Dataset text(String keyword, String text, Charset charset) {
        int tag = Dictionary.tag(keyword).orElseThrow();
        String vr = Dictionary.valueRepresentation(tag);
        return text(tag, vr, text, charset);
    }

    Dataset text(int tag, String vr, String text, Charset charset) {
        byte[] bytes = text.getBytes(charset);
        byte[] even = java.util.Arrays.copyOf(bytes, bytes.length + (bytes.length & 1));
        if (even.length > bytes.length) {
            even[bytes.length] = (byte) (vr.equals("UI") ? 0 : ' ');
        }
        return bytes(tag, vr, even);
    }

    Dataset bytes(int tag, String vr, byte[] bytes) {
        elements.put(tag, new Value(vr, bytes, List.of()));
        return this;
    }

    Dataset items(String keyword, Dataset... items) {
        return items(Dictionary.tag(keyword).orElseThrow(), "SQ", items);
    }

    Dataset items(int tag, String vr, Dataset... items) {
        elements.put(tag, new Value(vr, new byte[0], new ArrayList<>(List.of(items))));
        return this;
    }

    Dataset without(String keyword) {
        elements.remove(Dictionary.tag(keyword).orElseThrow());
        return this;
    }

    boolean isEmpty() {
        return elements.isEmpty();
    }

    byte[] encode(TransferSyntax syntax) {
        boolean explicit = !syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        byte[] plain = encode(explicit, syntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN), delimited);
        if (!syntax.isDeflated()) {
            return plain;
        }
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(plain);
        deflater.finish();
        byte[] out = new byte[plain.length + 1000];
        int n = deflater.deflate(out);
        deflater.end();
        return java.util.Arrays.copyOf(out, n + (n & 1));
    }

    private byte[] encode(boolean explicit, boolean big, boolean delimiters) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        elements.forEach((tag, value) -> {
            boolean sequence = value.vr.equals("SQ") || !value.items.isEmpty();
            byte[] content = sequence
                    ? items(value.items, explicit && !value.vr.equals("UN"), big, delimiters || value.vr.equals("UN"))
                    : value.bytes;
            boolean open = sequence && (delimiters || value.vr.equals("UN"));
            number(out, tag >>> 16, 2, big);
            number(out, tag & 0xFFFF, 2, big);
            int length = open ? -1 : content.length;
            if (explicit) {
                out.writeBytes(value.vr.getBytes(StandardCharsets.US_ASCII));
                boolean isShort = SHORT.contains(value.vr);
                if (!isShort) {
                    number(out, 0, 2, big);
                }
                number(out, length, isShort ? 2 : 4, big);
            } else {
                number(out, length, 4, big);
            }
            out.writeBytes(content);
            if (open) {
                delimiter(out, 0xE0DD, 0, big);
            }
        });
        return out.toByteArray();
    }

    private static byte[] items(List<Dataset> items, boolean explicit, boolean big, boolean delimiters) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Dataset item : items) {
            byte[] content = item.encode(explicit, big, delimiters);
            delimiter(out, 0xE000, delimiters ? -1 : content.length, big);
            out.writeBytes(content);
            if (delimiters) {
                delimiter(out, 0xE00D, 0, big);
            }
        }
        return out.toByteArray();
    }

    private static void delimiter(ByteArrayOutputStream out, int element, int length, boolean big) {
        number(out, 0xFFFE, 2, big);
        number(out, element, 2, big);
        number(out, length, 4, big);
    }

    private static void number(ByteArrayOutputStream out, int number, int size, boolean big) {
        for (int i = 0; i < size; i++) {
            out.write(number >>> (8 * (big ? size - 1 - i : i)));
        }
    }
}
