package org.dicomgateway.dicom.rewrite;

import java.io.IOException;
import java.io.InputStream;

/** The pixel data of a dataset while it is read: a value, or the items of an encapsulated one (PS3.5 A.4). */
public final class PixelSource {

    /** The end of the items. */
    public static final long NO_ITEM = -1;

    private static final int UNDEFINED = DatasetParser.UNDEFINED;

    private final ElementSource source;
    private final boolean encapsulated;
    private final long length;
    private final int word;
    private final byte[] extendedOffsets;
    private ValueStream current;

    PixelSource(ElementSource source, int length, int word, byte[] extendedOffsets) {
        this.source = source;
        this.encapsulated = length == UNDEFINED;
        this.length = length & 0xFFFFFFFFL;
        this.word = word;
        this.extendedOffsets = extendedOffsets;
        this.current = new ValueStream(source, encapsulated ? 0 : this.length, word);
    }

    /** Whether it has items. */
    public boolean isEncapsulated() {
        return encapsulated;
    }

    /** The length of the value in bytes, when it has no items. */
    public long length() {
        return length;
    }

    /** The value in little endian, when it has no items. */
    public InputStream value() {
        return current;
    }

    /** The Extended Offset Table (7FE0,0001) as encoded; empty when there is none. */
    public byte[] extendedOffsets() {
        return extendedOffsets.clone();
    }

    /**
     * Goes to the next item; the first is the Basic Offset Table.
     *
     * @return its length in bytes, or {@link #NO_ITEM}
     */
    public long nextItem() throws IOException {
        current.skipRest();
        int tag = source.tag();
        int itemLength = source.i32();
        if (tag == DatasetParser.SEQUENCE_DELIMITER) {
            return NO_ITEM;
        }
        if (tag != DatasetParser.ITEM || itemLength == UNDEFINED) {
            throw new org.dicomgateway.dicom.dataset.UnreadableDatasetException(
                    "a fragment of the pixel data is missing, before byte " + source.position());
        }
        current = new ValueStream(source, itemLength & 0xFFFFFFFFL, word);
        return itemLength & 0xFFFFFFFFL;
    }

    /** The value of the item. */
    public InputStream item() {
        return current;
    }

    /** Whether all of the value, or of the last item, was read. */
    boolean isRead() {
        return current.left == 0;
    }

    /** A value that is read; each of its words turned around when they have more than one byte. */
    static final class ValueStream extends InputStream {

        private static final int PIECE = 32 << 10;

        private final ElementSource source;
        private final int word;
        private final byte[] piece = new byte[PIECE];
        private long left;
        private int pos;
        private int end;

        /** @param word 1: the bytes stay in their order */
        ValueStream(ElementSource source, long length, int word) {
            this.source = source;
            this.left = length;
            this.word = word;
        }

        @Override
        public int read() throws IOException {
            return pos < end || fill() ? piece[pos++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int offset, int most) throws IOException {
            if (most == 0) {
                return 0;
            }
            if (pos == end && !fill()) {
                return -1;
            }
            int n = Math.min(most, end - pos);
            System.arraycopy(piece, pos, target, offset, n);
            pos += n;
            return n;
        }

        private boolean fill() throws IOException {
            if (left == 0) {
                return false;
            }
            pos = 0;
            end = 0;
            int wanted = (int) Math.min(left, PIECE);
            while (end < wanted) {
                end += source.read(piece, end, wanted - end);
            }
            left -= end;
            Representations.swap(piece, end, word);
            return true;
        }

        void skipRest() throws IOException {
            source.skip(left);
            left = 0;
            pos = end;
        }
    }
}
