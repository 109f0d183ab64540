package org.dicomgateway.dicom.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.dicomgateway.dicom.values.ByteSource;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.jspecify.annotations.Nullable;

/**
 * A digest of what a dataset says, whatever way it writes the lengths of sequences and items (PS3.5 7.5): with a
 * length, or with a delimiter. Group lengths (gggg,0000), which follow from that choice, do not count. Everything else
 * does: each tag, value representation and value, byte for byte, and the order.
 *
 * <p>Orthanc needs this: it writes a length for every sequence, so its copy of a dataset with delimiters differs from
 * what it was sent, although it says the same.
 */
public final class ContentDigest {

    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITER = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITER = 0xFFFEE0DD;
    private static final int SQ = ElementReader.vr('S', 'Q');
    private static final int UN = ElementReader.vr('U', 'N');
    private static final int UNDEFINED = ElementReader.UNDEFINED;

    /** Deeper nesting is no real dataset. */
    private static final int DEEPEST = 1000;

    private static final int WINDOW = 32 << 10;
    private static final int ITEM_HEADER = 8;

    private enum Kind {
        SEQUENCE,
        ITEM,
        /** Encapsulated pixel data (PS3.5 A.4). */
        FRAGMENTS
    }

    /** An open sequence or item. */
    private static final class Frame {
        private final Kind kind;
        private final long end;
        private final boolean explicit;
        private final int tag;
        private final int vr;
        private boolean empty = true;

        /** @param end where it ends; negative: at its delimiter */
        Frame(Kind kind, long end, boolean explicit, int tag, int vr) {
            this.kind = kind;
            this.end = end;
            this.explicit = explicit;
            this.tag = tag;
            this.vr = vr;
        }
    }

    private final ByteSource source;
    private final ElementReader elements;
    private final boolean explicit;
    private final MessageDigest digest = sha256();
    private final Deque<Frame> open = new ArrayDeque<>();
    private final byte[] window = new byte[WINDOW];

    private ContentDigest(InputStream in, TransferSyntax transferSyntax) {
        this.source = new ByteSource(in, Long.MAX_VALUE, transferSyntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
        this.explicit = !transferSyntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        this.elements = new ElementReader(source, explicit);
    }

    /**
     * Reads a dataset to its end.
     *
     * @return the digest, in hex
     * @throws UnreadableDatasetException when the dataset is malformed
     */
    public static String of(InputStream dataset, TransferSyntax transferSyntax) throws IOException {
        if (!transferSyntax.isDeflated()) {
            return new ContentDigest(dataset, transferSyntax).read();
        }
        Inflater inflater = new Inflater(true);
        try {
            return new ContentDigest(new InflaterInputStream(dataset, inflater), transferSyntax).read();
        } finally {
            inflater.end();
        }
    }

    private String read() throws IOException {
        try {
            closeEnded();
            while (!source.isAtEnd()) {
                next();
                closeEnded();
            }
        } catch (EOFException e) {
            throw new UnreadableDatasetException("the dataset ends within an element", e);
        }
        if (!open.isEmpty()) {
            throw new UnreadableDatasetException("the dataset ends within a sequence");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void next() throws IOException {
        elements.nextTag();
        int tag = elements.tag();
        @Nullable Frame top = open.peek();
        if (tag == ITEM_DELIMITER || tag == SEQUENCE_DELIMITER) {
            source.skip(4);
            if (top == null || top.end >= 0 || (tag == ITEM_DELIMITER) != (top.kind == Kind.ITEM)) {
                throw elements.malformed("a delimiter in a wrong place");
            }
            close();
        } else if (tag == ITEM) {
            if (top == null || top.kind == Kind.ITEM) {
                throw elements.malformed("an item outside of any sequence");
            }
            item(top, source.i32());
        } else if (top != null && top.kind != Kind.ITEM) {
            throw elements.malformed("an item is missing");
        } else {
            element(top == null ? explicit : top.explicit);
        }
    }

    private void item(Frame in, int length) throws IOException {
        begin(in);
        if (in.kind == Kind.FRAGMENTS) {
            tell('F', 0, 0, length);
            value(length & 0xFFFFFFFFL);
        } else {
            tell('I', 0, 0, 0);
            push(new Frame(Kind.ITEM, end(length), in.explicit, ITEM, 0));
        }
    }

    private void element(boolean withVr) throws IOException {
        elements.readHeader(withVr);
        int tag = elements.tag();
        int vr = elements.vr();
        int length = elements.length();
        if ((tag & 0xFFFF) == 0) {
            source.skip(length & 0xFFFFFFFFL);
        } else if (vr == SQ || (length == UNDEFINED && (vr == UN || !withVr))) {
            // A UN of undefined length holds implicit VR, whatever surrounds it (PS3.5 6.2.2).
            push(new Frame(Kind.SEQUENCE, end(length), withVr && vr != UN, tag, vr));
        } else if (length == UNDEFINED) {
            push(new Frame(Kind.FRAGMENTS, -1, withVr, tag, vr));
        } else if (!withVr && length >= ITEM_HEADER) {
            implicitValue(tag, length);
        } else {
            tell('E', tag, vr, length);
            value(length & 0xFFFFFFFFL);
        }
    }

    /** Without value representations, a sequence is known by the item that it begins with. */
    private void implicitValue(int tag, int length) throws IOException {
        long end = source.position() + (length & 0xFFFFFFFFL);
        source.readFully(window, 0, ITEM_HEADER);
        ByteBuffer head = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
        if (head.getShort(0) == (short) (ITEM >>> 16) && head.getShort(2) == (short) ITEM) {
            int itemLength = head.getInt(4);
            Frame sequence = new Frame(Kind.SEQUENCE, end, false, tag, 0);
            push(sequence);
            item(sequence, itemLength);
            return;
        }
        tell('E', tag, 0, length);
        digest.update(window, 0, ITEM_HEADER);
        value((length & 0xFFFFFFFFL) - ITEM_HEADER);
    }

    private long end(int length) {
        return length == UNDEFINED ? -1 : source.position() + (length & 0xFFFFFFFFL);
    }

    private void push(Frame frame) throws UnreadableDatasetException {
        if (open.size() == DEEPEST) {
            throw elements.malformed("sequences are nested too deep");
        }
        open.push(frame);
    }

    /** Closes what ends here by its length. */
    private void closeEnded() throws IOException {
        for (Frame top = open.peek(); top != null && top.end >= 0; top = open.peek()) {
            if (source.position() < top.end) {
                return;
            }
            if (source.position() > top.end) {
                throw elements.malformed("an element is longer than what it is in");
            }
            close();
        }
    }

    private void close() {
        Frame closed = open.pop();
        if (closed.kind == Kind.ITEM) {
            tell('i', 0, 0, 0);
        } else if (closed.empty) {
            // Without value representations, an empty sequence with a length looks like any empty element.
            tell('E', closed.tag, closed.vr, 0);
        } else {
            tell('s', 0, 0, 0);
        }
    }

    private void begin(Frame sequence) {
        if (sequence.empty) {
            tell('S', sequence.tag, sequence.vr, 0);
            sequence.empty = false;
        }
    }

    private void tell(char what, int tag, int vr, int length) {
        digest.update(ByteBuffer.allocate(14)
                .putChar(what)
                .putInt(tag)
                .putInt(vr)
                .putInt(length)
                .flip());
    }

    private void value(long length) throws IOException {
        for (long left = length; left > 0; ) {
            int n = (int) Math.min(left, window.length);
            source.readFully(window, 0, n);
            digest.update(window, 0, n);
            left -= n;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
