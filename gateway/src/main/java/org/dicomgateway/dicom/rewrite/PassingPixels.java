package org.dicomgateway.dicom.rewrite;

import java.util.Arrays;
import java.util.Optional;
import org.dicomgateway.dicom.rewrite.DatasetParser.Header;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The pixel data of a dataset with what belongs to it, while it passes for the first time: changes it, counts it, and
 * keeps it when there is little. After {@link #end} it does not change.
 */
final class PassingPixels {

    static final int PIXEL_DATA = 0x7FE00010;

    /** A typical CT or MR slice is below. Each delivery under way keeps so much at most. */
    private static final int KEPT = ByteSize.MIB;

    private static final byte[] NONE = {};

    private final Optional<PixelEdit> edit;
    private final RewrittenDataset.Listener listener;
    private byte[] kept = NONE;
    private boolean keeping = true;
    private long length;
    private long valueFrom = Long.MAX_VALUE;
    private long valueTo;

    PassingPixels(Optional<PixelEdit> edit, RewrittenDataset.Listener listener) {
        this.edit = edit;
        this.listener = listener;
    }

    /** The value of an element begins here. */
    void value(Header header) throws UntransformableException {
        if (header.length() != DatasetParser.UNDEFINED) {
            room(length + (header.length() & 0xFFFFFFFFL));
        }
        if (header.tag() != PIXEL_DATA || edit.isEmpty()) {
            return;
        }
        if (header.length() == DatasetParser.UNDEFINED) {
            throw new UntransformableException("its pixel data is compressed, so it cannot be masked");
        }
        valueFrom = length;
        valueTo = length + (header.length() & 0xFFFFFFFFL);
        edit.get().check(valueTo - valueFrom);
    }

    /** The next bytes pass. */
    void pass(byte[] bytes, int offset, int count) {
        edit(bytes, offset, count, length);
        length += count;
        listener.add(bytes, offset, count);
        if (room(length)) {
            System.arraycopy(bytes, offset, kept, (int) (length - count), count);
        }
    }

    /** Makes room for so many bytes, if they are kept. */
    private boolean room(long bytes) {
        keeping &= bytes <= KEPT;
        if (!keeping) {
            kept = NONE;
        } else if (bytes > kept.length) {
            kept = Arrays.copyOf(kept, (int) Math.max(bytes, Math.min(KEPT, 2L * kept.length)));
        }
        return keeping;
    }

    /** Changes bytes that are read from the original again, from this position on. */
    void edit(byte[] bytes, int offset, int count, long position) {
        int skipped = (int) Math.min(count, Math.max(0, valueFrom - position));
        int edited = (int) Math.min(count - skipped, Math.max(0, valueTo - position - skipped));
        if (edit.isPresent() && edited > 0) {
            edit.get().edit(bytes, offset + skipped, edited, position + skipped - valueFrom);
        }
    }

    /** All has passed. */
    void end() throws UntransformableException {
        if (edit.isPresent() && valueTo == 0) {
            throw new UntransformableException("it has no Pixel Data that could be masked");
        }
    }

    long length() {
        return length;
    }

    boolean isKept() {
        return keeping;
    }

    /** All of it, when it is kept; there may be room behind it. */
    byte[] kept() {
        return kept;
    }
}
