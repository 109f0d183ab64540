package org.dicomgateway.dicom.rewrite;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * Writes data elements. Sequences and items get a length, as Orthanc writes them; those in a value of representation UN
 * get delimiters, because only these show that there are items (PS3.5 6.2.2). A value of odd length gets padding: some
 * receivers break the association over one.
 */
final class DatasetFormatter {

    static final int ITEM_HEADER = 8;

    private static final int LONGEST_SHORT = 0xFFFF;

    private DatasetFormatter() {}

    static byte[] format(Elements elements, Encoding encoding) throws UntransformableException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(elements, encoding, out);
        return out.toByteArray();
    }

    private static void write(Elements elements, Encoding encoding, ByteArrayOutputStream out)
            throws UntransformableException {
        for (Element element : elements.view()) {
            if (element.items() != null) {
                sequence(element, encoding, out);
            } else if (element.fragments()) {
                header(element, DatasetParser.UNDEFINED, encoding, out);
                out.writeBytes(element.value());
                delimiter(DatasetParser.SEQUENCE_DELIMITER, encoding, out);
            } else {
                byte[] value = Elements.padded(element.value(), element.vr());
                header(element, value.length, encoding, out);
                out.writeBytes(value);
            }
        }
    }

    private static void sequence(Element element, Encoding encoding, ByteArrayOutputStream out)
            throws UntransformableException {
        boolean unknown = element.vr().equals("UN");
        Encoding inner = encoding.explicit() && unknown ? Encoding.IMPLICIT : encoding;
        ByteArrayOutputStream items = new ByteArrayOutputStream();
        for (Elements item : element.itemsOrNone()) {
            byte[] content = format(item, inner);
            itemHeader(items, content.length, inner.bigEndian());
            items.writeBytes(content);
        }
        header(element, unknown ? DatasetParser.UNDEFINED : items.size(), encoding, out);
        out.writeBytes(items.toByteArray());
        if (unknown) {
            delimiter(DatasetParser.SEQUENCE_DELIMITER, encoding, out);
        }
    }

    private static void header(Element element, int length, Encoding encoding, ByteArrayOutputStream out)
            throws UntransformableException {
        header(element.tag(), element.vr(), length, encoding, out);
    }

    /** @param length unsigned */
    static void header(int tag, String vr, int length, Encoding encoding, ByteArrayOutputStream out)
            throws UntransformableException {
        tag(out, tag, encoding.bigEndian());
        if (!encoding.explicit()) {
            number(out, length, 4, encoding.bigEndian());
            return;
        }
        out.writeBytes(vr.getBytes(StandardCharsets.US_ASCII));
        if (!Encoding.hasShortLength(vr)) {
            number(out, 0, 2, encoding.bigEndian());
            number(out, length, 4, encoding.bigEndian());
        } else if (length > LONGEST_SHORT) {
            throw new UntransformableException("the value of " + Dictionary.format(tag) + " is too long");
        } else {
            number(out, length, 2, encoding.bigEndian());
        }
    }

    static void itemHeader(ByteArrayOutputStream out, int length, boolean bigEndian) {
        tag(out, DatasetParser.ITEM, bigEndian);
        number(out, length, 4, bigEndian);
    }

    static void delimiter(int tag, Encoding encoding, ByteArrayOutputStream out) {
        tag(out, tag, encoding.bigEndian());
        number(out, 0, 4, encoding.bigEndian());
    }

    static void tag(ByteArrayOutputStream out, int tag, boolean bigEndian) {
        number(out, tag >>> 16, 2, bigEndian);
        number(out, tag & 0xFFFF, 2, bigEndian);
    }

    private static void number(ByteArrayOutputStream out, int number, int size, boolean bigEndian) {
        for (int i = 0; i < size; i++) {
            out.write(number >>> (8 * (bigEndian ? size - 1 - i : i)));
        }
    }
}
