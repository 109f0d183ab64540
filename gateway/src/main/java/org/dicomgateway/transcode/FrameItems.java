package org.dicomgateway.transcode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.dicomgateway.dicom.rewrite.PixelSource;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/**
 * The frames of encapsulated pixel data (PS3.5 A.4): which fragments belong to which frame. One frame has all of them;
 * otherwise the Extended or the Basic Offset Table says it; without a table, each fragment is a frame. When the numbers
 * do not agree with that, it is refused.
 */
final class FrameItems {

    private static final int ITEM_HEADER = 8;
    private static final long LONGEST_TABLE = 4L * 1_000_000;

    /** Takes the bytes of one frame. */
    interface Reader {
        void frame(byte[] compressed, int length) throws IOException;
    }

    private final PixelSource source;
    private final int frames;
    private final long longest;
    private final Optional<long[]> offsets;
    private long position;

    /** @param longest frame that is accepted, in bytes */
    private FrameItems(PixelSource source, int frames, long longest) throws IOException {
        this.source = source;
        this.frames = frames;
        this.longest = longest;
        if (!source.isEncapsulated()) {
            throw new UntransformableException(
                    "its pixel data is not compressed, although its transfer syntax says so");
        }
        long table = source.nextItem();
        if (table == PixelSource.NO_ITEM || table > LONGEST_TABLE || table % 4 != 0) {
            throw new UntransformableException("its Basic Offset Table is missing, or too long");
        }
        byte[] basic = source.item().readNBytes((int) table);
        this.offsets = offsets(basic, source.extendedOffsets(), frames);
    }

    static void read(PixelSource source, int frames, long longest, Reader reader) throws IOException {
        new FrameItems(source, frames, longest).read(reader);
    }

    private static Optional<long[]> offsets(byte[] basic, byte[] extended, int frames) throws UntransformableException {
        int size = extended.length > 0 ? Long.BYTES : Integer.BYTES;
        byte[] table = extended.length > 0 ? extended : basic;
        if (table.length == 0 || frames == 1) {
            return Optional.empty();
        }
        if (table.length != (long) frames * size) {
            throw new UntransformableException(
                    "its offset table has " + table.length / size + " entries for " + frames + " frames");
        }
        ByteBuffer numbers = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        long[] offsets = new long[frames];
        for (int i = 0; i < frames; i++) {
            offsets[i] = size == Long.BYTES ? numbers.getLong() : numbers.getInt() & 0xFFFFFFFFL;
        }
        return Optional.of(offsets);
    }

    private void read(Reader reader) throws IOException {
        Bytes frame = new Bytes();
        int begun = 0;
        for (long length = source.nextItem(); length != PixelSource.NO_ITEM; length = source.nextItem()) {
            if (begins(begun)) {
                if (begun > 0) {
                    reader.frame(frame.array(), frame.size());
                    frame.reset();
                }
                begun++;
            }
            if (length > longest - frame.size()) {
                throw new UntransformableException(
                        "a compressed frame is longer than " + longest + " bytes, and so longer than its pixels");
            }
            source.item().transferTo(frame);
            position += ITEM_HEADER + length;
        }
        if (begun != frames) {
            throw new UntransformableException("it has " + begun + " frames, and " + frames + " by Number of Frames");
        }
        reader.frame(frame.array(), frame.size());
    }

    /** Whether the fragment at this position is the first of a frame. */
    private boolean begins(int begun) throws UntransformableException {
        if (frames == 1) {
            return begun == 0;
        }
        if (offsets.isEmpty()) {
            if (begun == frames) {
                throw new UntransformableException("it has more fragments than frames, and no offset table");
            }
            return true;
        }
        long[] known = offsets.get();
        if (begun < known.length && known[begun] == position) {
            return true;
        }
        if (begun == 0 || (begun < known.length && known[begun] < position)) {
            throw new UntransformableException("its offset table names a place where no fragment begins");
        }
        return false;
    }

    /** Gives out its array without a copy. */
    private static final class Bytes extends ByteArrayOutputStream {
        byte[] array() {
            return buf;
        }
    }
}
