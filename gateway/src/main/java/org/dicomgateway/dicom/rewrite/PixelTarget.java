package org.dicomgateway.dicom.rewrite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Where pixel data is written: as a value, or in fragments (PS3.5 A.4). The Basic Offset Table stays empty, which a
 * reader has to expect: each frame has one fragment.
 */
public final class PixelTarget {

    private static final int PIXEL_DATA = 0x7FE00010;

    private final OutputStream out;
    private final Encoding encoding;
    private boolean fragments;

    PixelTarget(OutputStream out, Encoding encoding) {
        this.out = out;
        this.encoding = encoding;
    }

    /**
     * Begins a value; exactly its bytes have to be written.
     *
     * @param vr OB or OW
     * @return takes little endian
     */
    public OutputStream value(String vr, long length) throws IOException {
        if (length >= 0xFFFFFFFFL) {
            throw new UntransformableException(
                    "its pixels have " + length + " bytes, and a value that is not compressed has less than 4 GiB");
        }
        header(vr, (int) length);
        int word = encoding.bigEndian() ? Representations.wordOf(PIXEL_DATA, vr) : 1;
        Representations.checkWhole(PIXEL_DATA, length, word);
        return word == 1 ? out : new Swapping(out, word);
    }

    /** Writes one frame, as one fragment, padded with NUL to an even length. */
    public void fragment(byte[] bytes, int length) throws IOException {
        if (!fragments) {
            fragments = true;
            header("OB", DatasetParser.UNDEFINED);
            item(0);
        }
        item(length + (length & 1));
        out.write(bytes, 0, length);
        if ((length & 1) == 1) {
            out.write(0);
        }
    }

    void end() throws IOException {
        if (fragments) {
            ByteArrayOutputStream delimiter = new ByteArrayOutputStream();
            DatasetFormatter.delimiter(DatasetParser.SEQUENCE_DELIMITER, encoding, delimiter);
            delimiter.writeTo(out);
        }
    }

    private void header(String vr, int length) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DatasetFormatter.header(PIXEL_DATA, vr, length, encoding, header);
        header.writeTo(out);
    }

    private void item(int length) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DatasetFormatter.itemHeader(header, length, encoding.bigEndian());
        header.writeTo(out);
    }

    /** Turns each word around. */
    private static final class Swapping extends OutputStream {

        private final OutputStream out;
        private final byte[] pending;
        private int held;

        Swapping(OutputStream out, int word) {
            this.out = out;
            this.pending = new byte[word];
        }

        @Override
        public void write(int b) throws IOException {
            pending[held++] = (byte) b;
            if (held == pending.length) {
                Representations.swap(pending, held, held);
                out.write(pending, 0, held);
                held = 0;
            }
        }
    }
}
