package org.dicomgateway.dicom.dataset;

import java.io.IOException;
import java.util.BitSet;
import org.dicomgateway.dicom.values.ByteSource;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * Reads the top-level data elements of an encoded dataset (PS3.5 7). It trusts no length: it allocates nothing for a
 * length that a header claims. It skips nested elements without recursion, at any depth.
 */
public final class ElementReader {

    /** The length of a value that ends with a delimiter. */
    public static final int UNDEFINED = -1;

    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITER = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITER = 0xFFFEE0DD;
    private static final int DELIMITER_GROUP = 0xFFFE;
    private static final int NO_VR = 0;
    private static final int UN = vr('U', 'N');

    /**
     * All other value representations, including future ones, have a length of four bytes after two reserved bytes
     * (PS3.5 7.1.2).
     */
    private static final BitSet SHORT_LENGTH = new BitSet();

    static {
        String vrs = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";
        for (int i = 0; i < vrs.length(); i += 2) {
            SHORT_LENGTH.set(vr(vrs.charAt(i), vrs.charAt(i + 1)));
        }
    }

    private final ByteSource source;
    private final boolean explicit;

    private int tag;
    private int vr = NO_VR;
    private int length;

    /** Reads from this source, with or without value representations (explicit or implicit VR). */
    public ElementReader(ByteSource source, boolean explicit) {
        this.source = source;
        this.explicit = explicit;
    }

    /** The code of a value representation, made of its two letters. */
    static int vr(char first, char second) {
        return first << 8 | second;
    }

    /** Reads the next tag. False at the end, or when the limit of bytes is reached. */
    public boolean nextTag() throws IOException {
        if (source.isAtEnd()) {
            return false;
        }
        tag = readTag();
        return true;
    }

    /** Reads the rest of the element's header, after {@link #nextTag}. */
    public void readHeader() throws IOException {
        if (tag >>> 16 == DELIMITER_GROUP) {
            throw malformed("an item or delimiter outside of any sequence");
        }
        readHeader(explicit);
    }

    /** The tag that was read last. */
    public int tag() {
        return tag;
    }

    /** The two letters as in {@link #vr}; 0 when the encoding has none. */
    int vr() {
        return vr;
    }

    /** The length as an unsigned number; {@link #UNDEFINED} for a delimited value. */
    public int length() {
        return length;
    }

    /** Whether the length is defined, and not more than this. */
    public boolean hasDefinedLengthUpTo(int max) {
        return length >= 0 && length <= max;
    }

    /** Reads the value, which has a defined length. */
    public void readValue(byte[] target, int offset) throws IOException {
        source.readFully(target, offset, length);
    }

    /** Skips the value, with all that is nested in it. */
    public void skipValue() throws IOException {
        if (length == UNDEFINED) {
            skipDelimited();
        } else {
            source.skip(length & 0xFFFFFFFFL);
        }
    }

    /**
     * Skips sequences and items of undefined length. They alternate, so a counter is enough to know which one is
     * open: an odd depth is a sequence, an even depth is an item of it.
     */
    private void skipDelimited() throws IOException {
        int depth = 1;
        boolean vrs = explicit;
        int implicitFrom = vrs && vr == UN ? 1 : Integer.MAX_VALUE;
        while (depth > 0) {
            boolean inSequence = (depth & 1) == 1;
            tag = readTag();
            if (tag == (inSequence ? SEQUENCE_DELIMITER : ITEM_DELIMITER)) {
                source.skip(4);
                depth--;
                if (depth < implicitFrom) {
                    implicitFrom = Integer.MAX_VALUE;
                }
            } else if (inSequence && tag == ITEM) {
                depth += openOrSkip(source.i32());
            } else if (inSequence || tag >>> 16 == DELIMITER_GROUP) {
                throw malformed(inSequence ? "an item is missing" : "a delimiter in a wrong place");
            } else {
                // A UN of undefined length holds implicit VR, whatever surrounds it (PS3.5 6.2.2).
                readHeader(vrs && depth < implicitFrom);
                if (length == UNDEFINED && vr == UN && implicitFrom > depth) {
                    implicitFrom = depth + 1;
                }
                depth += openOrSkip(length);
            }
        }
    }

    private int openOrSkip(int valueLength) throws IOException {
        if (valueLength == UNDEFINED) {
            return 1;
        }
        source.skip(valueLength & 0xFFFFFFFFL);
        return 0;
    }

    private int readTag() throws IOException {
        int group = source.u16();
        return group << 16 | source.u16();
    }

    /** Reads the rest of an element's header, with or without a value representation. */
    void readHeader(boolean withVr) throws IOException {
        vr = NO_VR;
        if (!withVr) {
            length = source.i32();
            return;
        }
        int first = source.u8();
        int second = source.u8();
        if (first < 'A' || first > 'Z' || second < 'A' || second > 'Z') {
            throw malformed("the value representation is missing");
        }
        vr = first << 8 | second;
        if (SHORT_LENGTH.get(vr)) {
            length = source.u16();
        } else {
            source.skip(2);
            length = source.i32();
        }
    }

    /** An exception that names the place. */
    public UnreadableDatasetException malformed(String what) {
        return new UnreadableDatasetException(
                what + ", at " + Dictionary.format(tag) + " before byte " + source.position());
    }
}
