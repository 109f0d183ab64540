package org.dicomgateway.transcode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/**
 * RLE Lossless (PS3.5 G): a frame as segments, one for each byte of a sample, the most significant first, each packed
 * row by row. A segment that gives other than exactly its bytes is refused. Immutable.
 */
final class RleCodec {

    private static final int HEADER = 64;
    private static final int MOST_SEGMENTS = 15;
    private static final int LONGEST_RUN = 128;

    private final int rows;
    private final int columns;
    private final int samples;
    private final int bytes;
    private final boolean planar;

    RleCodec(PixelFormat format) {
        this.rows = format.rows();
        this.columns = format.columns();
        this.samples = format.samples();
        this.bytes = format.bytes();
        this.planar = format.planar();
    }

    private int segments() {
        return samples * bytes;
    }

    private int pixels() {
        return rows * columns;
    }

    /** The bytes that a compressed frame can have at most. */
    static long longest(PixelFormat format) {
        long row = format.columns() + format.columns() / LONGEST_RUN + 1L;
        long segment = format.rows() * row + 1;
        return HEADER + segment * format.samples() * format.bytes();
    }

    /** Where the byte of the first pixel is; the others follow at {@link #step}. */
    private int first(int segment) {
        int sample = segment / bytes;
        int significance = bytes - 1 - segment % bytes;
        return (planar ? sample * pixels() : sample) * bytes + significance;
    }

    private int step() {
        return planar ? bytes : samples * bytes;
    }

    /**
     * Compresses a frame.
     *
     * @param target large enough: {@link #longest}
     * @return how many bytes of it
     */
    int encode(byte[] frame, byte[] target) {
        ByteBuffer header = ByteBuffer.wrap(target, 0, HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(segments());
        int at = HEADER;
        for (int segment = 0; segment < MOST_SEGMENTS; segment++) {
            header.putInt(segment < segments() ? at : 0);
            if (segment < segments()) {
                at = encodeSegment(frame, segment, target, at);
            }
        }
        return at;
    }

    private int encodeSegment(byte[] frame, int segment, byte[] target, int begin) {
        int at = begin;
        int step = step();
        int from = first(segment);
        for (int row = 0; row < rows; row++) {
            at = encodeRow(frame, from, step, target, at);
            from += columns * step;
        }
        if ((at & 1) == 1) {
            target[at++] = 0;
        }
        return at;
    }

    private int encodeRow(byte[] frame, int from, int step, byte[] target, int begin) {
        int at = begin;
        int done = 0;
        while (done < columns) {
            int run = run(frame, from, step, done);
            if (run > 2 || (run == 2 && done + 2 == columns)) {
                target[at++] = (byte) (1 - run);
                target[at++] = frame[from + done * step];
                done += run;
            } else {
                int count = at++;
                int end = Math.min(columns, done + LONGEST_RUN);
                int next = done;
                while (next < end && run(frame, from, step, next) < 3) {
                    target[at++] = frame[from + next * step];
                    next++;
                }
                target[count] = (byte) (next - done - 1);
                done = next;
            }
        }
        return at;
    }

    /** How many equal bytes follow, up to the longest run. */
    private int run(byte[] frame, int from, int step, int column) {
        byte value = frame[from + column * step];
        int end = Math.min(columns, column + LONGEST_RUN);
        int next = column + 1;
        while (next < end && frame[from + next * step] == value) {
            next++;
        }
        return next - column;
    }

    /**
     * Decompresses a frame.
     *
     * @param frame gets it
     */
    void decode(byte[] compressed, int length, byte[] frame) throws UntransformableException {
        if (length < HEADER) {
            throw damaged("it has no header");
        }
        ByteBuffer header = ByteBuffer.wrap(compressed, 0, HEADER).order(ByteOrder.LITTLE_ENDIAN);
        if (header.getInt() != segments()) {
            throw damaged("it has another number of segments than its pixels need");
        }
        int begin = header.getInt();
        for (int segment = 0; segment < segments(); segment++) {
            int next = segment + 1 < segments() ? header.getInt() : length;
            if (begin < HEADER || next < begin || next > length) {
                throw damaged("its segments are not in their order");
            }
            decodeSegment(compressed, begin, next, frame, segment);
            begin = next;
        }
    }

    private void decodeSegment(byte[] compressed, int begin, int end, byte[] frame, int segment)
            throws UntransformableException {
        int at = begin;
        int step = step();
        int to = first(segment);
        int left = pixels();
        while (left > 0) {
            if (at >= end) {
                throw damaged("a segment ends too early");
            }
            int code = compressed[at++];
            if (code == Byte.MIN_VALUE) {
                continue;
            }
            int count = code < 0 ? 1 - code : code + 1;
            if (count > left || at + (code < 0 ? 1 : count) > end) {
                throw damaged("a run is longer than its segment");
            }
            for (int i = 0; i < count; i++) {
                frame[to] = compressed[code < 0 ? at : at + i];
                to += step;
            }
            at += code < 0 ? 1 : count;
            left -= count;
        }
        // Padding to an even length; some add more.
        for (; at < end; at++) {
            if (compressed[at] != 0) {
                throw damaged("a segment has more bytes than its pixels need");
            }
        }
    }

    private static UntransformableException damaged(String what) {
        return new UntransformableException("a frame is damaged RLE: " + what);
    }
}
