package org.dicomgateway.dicom.rewrite;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.DatasetParser.Next;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * A changed dataset, made completely once before any byte of it is used: then it is known that all of it can be made,
 * and what it is. It keeps the changed attributes in memory, and not the pixel data, which is read from the original a
 * second time. Immutable.
 *
 * <p>The transfer syntax stays the same. A deflated dataset is written in stored blocks (RFC 1951 3.2.4): what a
 * deflating library makes of the same bytes differs from version to version.
 */
public final class RewrittenDataset {

    private static final int PIXEL_GROUP = 0x7FE0;

    private static final int AFTER_ALL = 0x10000;
    private static final int GROUP_LENGTH = 0x7FE00000;

    /** What passes through: offsets and lengths of frames, and pixel data of each kind (PS3.6). */
    private static final Set<Integer> PIXELS =
            Set.of(0x7FE00001, 0x7FE00002, 0x7FE00003, 0x7FE00008, 0x7FE00009, 0x7FE00010);

    /** One at a time holds the elements of a dataset in memory: they need many times the memory of their bytes. */
    static final Semaphore IN_MEMORY = new Semaphore(1);

    private final TransferSyntax syntax;
    private final byte[] head;
    private final long pixelsFrom;
    private final long pixelsLength;
    private final byte[] tail;

    private RewrittenDataset(TransferSyntax syntax, byte[] head, long pixelsFrom, long pixelsLength, byte[] tail) {
        this.syntax = syntax;
        this.head = head;
        this.pixelsFrom = pixelsFrom;
        this.pixelsLength = pixelsLength;
        this.tail = tail;
    }

    /**
     * Makes a changed dataset. Reads the original to its end, and does not close it.
     *
     * @throws UnreadableDatasetException when the original is malformed
     * @throws UntransformableException when it cannot be changed
     * @throws IOException when {@code original} throws it
     */
    public static RewrittenDataset of(InputStream original, TransferSyntax syntax, Rewriting rewriting)
            throws IOException {
        if (!syntax.isDeflated()) {
            return read(original, syntax, rewriting);
        }
        Inflater inflater = new Inflater(true);
        try {
            RewrittenDataset dataset = read(new InflaterInputStream(original, inflater), syntax, rewriting);
            drain(original);
            return dataset;
        } catch (java.util.zip.ZipException e) {
            throw new UnreadableDatasetException("the deflated dataset is damaged", e);
        } finally {
            inflater.end();
        }
    }

    private static RewrittenDataset read(InputStream in, TransferSyntax syntax, Rewriting rewriting)
            throws IOException {
        Encoding encoding = Encoding.of(syntax);
        ElementSource source = new ElementSource(in, encoding.bigEndian());
        DatasetParser parser = new DatasetParser(source, encoding);
        try {
            Next[] next = {Next.NONE};
            byte[] head = alone(() -> {
                Elements before = new Elements();
                next[0] = attributes(parser, before, parser.next(), PIXEL_GROUP);
                rewriting.beforePixelData(before);
                return DatasetFormatter.format(before, encoding);
            });
            Next first = next[0];
            if (first.is(GROUP_LENGTH)) {
                parser.skip(parser.header());
                first = parser.next();
            }
            long from = first.at();
            Next rest = pixels(parser, first);
            byte[] tail = alone(() -> {
                Elements after = new Elements();
                attributes(parser, after, rest, AFTER_ALL);
                rewriting.afterPixelData(after);
                return DatasetFormatter.format(after, encoding);
            });
            return new RewrittenDataset(syntax, head, from, rest.at() - from, tail);
        } catch (EOFException e) {
            throw parser.cut(e);
        }
    }

    /** Makes the bytes of something that needs much more memory than them. */
    private interface Maker {
        byte[] make() throws IOException;
    }

    private static byte[] alone(Maker maker) throws IOException {
        IN_MEMORY.acquireUninterruptibly();
        try {
            return maker.make();
        } finally {
            IN_MEMORY.release();
        }
    }

    /** Reads attributes up to the first one of this group or a later one; returns that one, whose tag is read. */
    private static Next attributes(DatasetParser parser, Elements target, Next first, int endGroup) throws IOException {
        Next next = first;
        while (next.tag().isPresent() && next.tag().getAsInt() >>> 16 < endGroup) {
            parser.add(target, parser.value(parser.header()));
            next = parser.next();
        }
        return next;
    }

    /** Skips what passes through; returns what is behind it. */
    private static Next pixels(DatasetParser parser, Next first) throws IOException {
        Next next = first;
        while (next.tag().isPresent() && next.tag().getAsInt() >>> 16 == PIXEL_GROUP) {
            if (!PIXELS.contains(next.tag().getAsInt())) {
                throw new UntransformableException("it has an attribute among its pixel data that is not known: "
                        + Dictionary.format(next.tag().getAsInt()));
            }
            parser.skip(parser.header());
            next = parser.next();
        }
        return next;
    }

    /** The length of the changed dataset in bytes. */
    public long length() {
        long plain = head.length + pixelsLength + tail.length;
        return syntax.isDeflated() ? StoredBlocks.length(plain) : plain;
    }

    /**
     * The changed dataset. Before its end, it reads {@code original} to its end, so that an exception about damage
     * there comes in time. Closing it does not close {@code original}.
     *
     * @param original the same bytes that it was made of
     */
    public InputStream open(InputStream original) {
        if (!syntax.isDeflated()) {
            return new Spliced(original, original);
        }
        Inflater inflater = new Inflater(true);
        return new StoredBlocks(new Spliced(new InflaterInputStream(original, inflater), original), inflater::end);
    }

    private static void drain(InputStream in) throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** Head, then the pixel data from the original, then tail. */
    private final class Spliced extends InputStream {

        private final InputStream plain;
        private final InputStream original;
        private int headDone;
        private boolean skipped;
        private long pixelsLeft = pixelsLength;
        private boolean drained;
        private int tailDone;

        Spliced(InputStream plain, InputStream original) {
            this.plain = plain;
            this.original = original;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (headDone < head.length) {
                int n = Math.min(count, head.length - headDone);
                System.arraycopy(head, headDone, target, offset, n);
                headDone += n;
                return n;
            }
            if (pixelsLeft > 0) {
                return readPixels(target, offset, count);
            }
            if (!drained) {
                drain(plain);
                drain(original);
                drained = true;
            }
            int n = Math.min(count, tail.length - tailDone);
            System.arraycopy(tail, tailDone, target, offset, n);
            tailDone += n;
            return n == 0 ? -1 : n;
        }

        private int readPixels(byte[] target, int offset, int count) throws IOException {
            if (!skipped) {
                plain.skipNBytes(pixelsFrom);
                skipped = true;
            }
            int n = plain.read(target, offset, (int) Math.min(count, pixelsLeft));
            if (n < 0) {
                throw new EOFException("the original is shorter than when it was read first");
            }
            pixelsLeft -= n;
            return n;
        }
    }
}
