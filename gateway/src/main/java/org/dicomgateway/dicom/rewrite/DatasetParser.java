package org.dicomgateway.dicom.rewrite;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * Reads data elements into memory, up to a limit. It is strict: what is not certainly understood is an error, not
 * skipped, because it could not be changed. For one dataset and one thread.
 */
final class DatasetParser {

    static final int ITEM = 0xFFFEE000;
    static final int ITEM_DELIMITER = 0xFFFEE00D;
    static final int SEQUENCE_DELIMITER = 0xFFFEE0DD;
    static final int UNDEFINED = -1;

    /** Of all values together. A multi-frame image with ten thousand frames has some megabytes. */
    static final int MAX_BYTES = 16 * ByteSize.MIB;

    /** Each one needs some hundred bytes of memory. */
    static final int MAX_ELEMENTS = 250_000;

    /** Deeper nesting is no real dataset. */
    private static final int DEEPEST = 32;

    private static final int DELIMITER_GROUP = 0xFFFE;
    private static final int PIECE = 64 << 10;

    private final ElementSource source;
    private final Encoding encoding;
    private final boolean skims;
    private int bytes;
    private int elements;
    private int tag;

    /** @param skims whether it only looks whether all can be read: then elements have no values, and no items */
    DatasetParser(ElementSource source, Encoding encoding, boolean skims) {
        this.source = source;
        this.encoding = encoding;
        this.skims = skims;
    }

    /** What the header of an element says. */
    record Header(int tag, String vr, int length) {}

    /**
     * A tag whose header is not complete yet.
     *
     * @param tag empty: the dataset ends here
     * @param at where it begins, in bytes from the start
     */
    record Next(OptionalInt tag, long at) {

        static final Next NONE = new Next(OptionalInt.empty(), 0);

        boolean is(int which) {
            return tag.isPresent() && tag.getAsInt() == which;
        }
    }

    /** Reads the next tag of a top-level element; {@link #header} completes it. */
    Next next() throws IOException {
        long at = source.position();
        if (source.isAtEnd()) {
            return new Next(OptionalInt.empty(), at);
        }
        tag = source.tag();
        return new Next(OptionalInt.of(tag), at);
    }

    /** Skips the value of a top-level element. */
    void skip(Header header) throws IOException {
        if (header.length() != UNDEFINED) {
            source.skip(header.length() & 0xFFFFFFFFL);
            return;
        }
        int pixels = tag;
        while (true) {
            int item = source.tag();
            int length = source.i32();
            if (item == SEQUENCE_DELIMITER) {
                return;
            }
            if (item != ITEM || length == UNDEFINED) {
                tag = pixels;
                throw malformed("a fragment is missing");
            }
            source.skip(length & 0xFFFFFFFFL);
        }
    }

    /** Reads the rest of the header of a top-level element. */
    Header header() throws IOException {
        return header(encoding);
    }

    /** Reads the value of a top-level element. */
    Element value(Header header) throws IOException {
        return value(header, encoding, 0);
    }

    private Header header(Encoding in) throws IOException {
        if (tag >>> 16 == DELIMITER_GROUP) {
            throw malformed("an item or delimiter in a wrong place");
        }
        if (!in.explicit()) {
            int length = source.i32();
            return new Header(tag, vrOf(tag), length);
        }
        int first = source.u8();
        int second = source.u8();
        if (first < 'A' || first > 'Z' || second < 'A' || second > 'Z') {
            throw malformed("the value representation is missing");
        }
        String vr = "" + (char) first + (char) second;
        if (Encoding.hasShortLength(vr)) {
            return new Header(tag, vr, source.u16());
        }
        source.skip(2);
        return new Header(tag, vr, source.i32());
    }

    private static String vrOf(int tag) {
        if (Element.isPrivate(tag)) {
            return Element.isPrivateCreator(tag) ? "LO" : "UN";
        }
        return Dictionary.valueRepresentation(tag);
    }

    private Element value(Header header, Encoding in, int depth) throws IOException {
        if (++elements > MAX_ELEMENTS) {
            throw new UntransformableException("it has more than " + MAX_ELEMENTS + " attributes");
        }
        boolean undefined = header.length() == UNDEFINED;
        if (header.vr().equals("SQ") || (undefined && header.vr().equals("UN"))) {
            if (in.bigEndian() && header.vr().equals("UN")) {
                throw malformed("a value of unknown representation and length");
            }
            Encoding inner = in.explicit() && header.vr().equals("UN") ? Encoding.IMPLICIT : in;
            return Element.sequence(header.tag(), header.vr(), items(header, inner, depth + 1));
        }
        if (undefined) {
            if (!header.vr().equals("OB") && !header.vr().equals("OW")) {
                throw malformed("a value without a length");
            }
            return Element.ofFragments(header.tag(), header.vr(), fragments());
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream(skims ? 0 : Math.min(length(header), PIECE));
        copy(length(header), value);
        return Element.of(header.tag(), header.vr(), value.toByteArray());
    }

    private int length(Header header) throws UntransformableException {
        if (header.length() < 0 || header.length() > MAX_BYTES) {
            throw tooLong();
        }
        return header.length();
    }

    private void copy(int length, ByteArrayOutputStream target) throws IOException {
        if (length > MAX_BYTES - bytes) {
            throw tooLong();
        }
        bytes += length;
        if (skims) {
            source.skip(length);
            return;
        }
        byte[] piece = new byte[Math.min(length, PIECE)];
        for (int left = length; left > 0; ) {
            int n = source.read(piece, 0, Math.min(left, piece.length));
            target.write(piece, 0, n);
            left -= n;
        }
    }

    private List<Elements> items(Header header, Encoding in, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw malformed("sequences are nested too deep");
        }
        List<Elements> items = new ArrayList<>();
        long end = header.length() == UNDEFINED ? -1 : source.position() + (header.length() & 0xFFFFFFFFL);
        while (end < 0 || source.position() < end) {
            tag = source.tag();
            int length = source.i32();
            if (tag == SEQUENCE_DELIMITER && end < 0) {
                return items;
            }
            if (tag != ITEM) {
                throw malformed("an item is missing");
            }
            if (++elements > MAX_ELEMENTS) {
                throw new UntransformableException("it has more than " + MAX_ELEMENTS + " attributes");
            }
            Elements item = item(length, in, depth);
            if (!skims) {
                items.add(item);
            }
        }
        if (source.position() > end) {
            throw malformed("an item is longer than its sequence");
        }
        return items;
    }

    private Elements item(int length, Encoding in, int depth) throws IOException {
        Elements item = new Elements();
        long end = length == UNDEFINED ? -1 : source.position() + (length & 0xFFFFFFFFL);
        while (end < 0 || source.position() < end) {
            tag = source.tag();
            if (tag == ITEM_DELIMITER && end < 0) {
                source.skip(4);
                return item;
            }
            Header header = header(in);
            Element element = value(header, in, depth);
            if (!skims) {
                add(item, element);
            }
        }
        if (source.position() > end) {
            throw malformed("an attribute is longer than its item");
        }
        return item;
    }

    /** Adds an element that was read. Group lengths (PS3.5 7.2) are left out: they would be wrong. */
    void add(Elements elements, Element element) throws IOException {
        if ((element.tag() & 0xFFFF) != 0 && !elements.append(element)) {
            tag = element.tag();
            throw unordered();
        }
    }

    /** An exception for a tag that is not behind the one before it. */
    UnreadableDatasetException unordered() {
        return malformed("attributes are not in the order of their tags");
    }

    /** The bytes of the items with fragments, up to the delimiter, which is not included. */
    private byte[] fragments() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            tag = source.tag();
            int length = source.i32();
            if (tag == SEQUENCE_DELIMITER) {
                return all.toByteArray();
            }
            if (tag != ITEM || length < 0) {
                throw malformed("a fragment is missing");
            }
            if (!skims) {
                DatasetFormatter.itemHeader(all, length, source.isBigEndian());
            }
            bytes += DatasetFormatter.ITEM_HEADER;
            copy(length, all);
        }
    }

    private static UntransformableException tooLong() {
        return new UntransformableException(
                "its attributes without the pixel data have more than " + MAX_BYTES / ByteSize.MIB + " MiB");
    }

    /** An exception that names the place. */
    UnreadableDatasetException malformed(String what) {
        return new UnreadableDatasetException(
                what + ", at " + Dictionary.format(tag) + " before byte " + source.position());
    }

    /** An exception for the end of the stream within an element. */
    UnreadableDatasetException cut(EOFException e) {
        return new UnreadableDatasetException(
                "the dataset ends within " + Dictionary.format(tag) + ", after " + source.position() + " bytes", e);
    }
}
