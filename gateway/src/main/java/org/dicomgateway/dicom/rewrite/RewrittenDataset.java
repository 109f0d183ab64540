package org.dicomgateway.dicom.rewrite;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
 * and what it is. It keeps the changed attributes in memory. Pixel data it keeps only when there is little; else that
 * is read from the original a second time. Immutable.
 *
 * <p>The transfer syntax stays the same. A deflated dataset is written in stored blocks (RFC 1951 3.2.4): what a
 * deflating library makes of the same bytes differs from version to version.
 */
public final class RewrittenDataset {

    private static final int PIXEL_GROUP = 0x7FE0;

    private static final int AFTER_ALL = 0x10000;
    private static final int GROUP_LENGTH = 0x7FE00000;

    private static final int EXTENDED_OFFSETS = 0x7FE00001;
    private static final int EXTENDED_LENGTHS = 0x7FE00002;

    /** Encapsulated Pixel Data Value Total Length. */
    private static final int PIXELS_LENGTH = 0x7FE00003;

    /** What passes through: offsets and lengths of frames, and pixel data of each kind (PS3.6). */
    private static final Set<Integer> PIXELS =
            Set.of(EXTENDED_OFFSETS, EXTENDED_LENGTHS, PIXELS_LENGTH, 0x7FE00008, 0x7FE00009, PassingPixels.PIXEL_DATA);

    /** Attributes of a usual image. Even if each byte was an element, they would need some megabytes. */
    private static final int SMALL = 128 << 10;

    /**
     * One at a time holds the elements of a large dataset in memory: they need many times the memory of their bytes.
     * Their bytes are read before, so that a slow disk keeps nobody waiting.
     */
    static final Semaphore IN_MEMORY = new Semaphore(1);

    private final TransferSyntax syntax;
    private final byte[] head;
    private final long pixelsFrom;
    private final PassingPixels pixels;
    private final byte[] tail;

    private RewrittenDataset(TransferSyntax syntax, byte[] head, long pixelsFrom, PassingPixels pixels, byte[] tail) {
        this.syntax = syntax;
        this.head = head;
        this.pixelsFrom = pixelsFrom;
        this.pixels = pixels;
        this.tail = tail;
    }

    /** Is told the bytes of a changed dataset while it is made. */
    @FunctionalInterface
    public interface Listener {
        void add(byte[] bytes, int offset, int count);
    }

    /**
     * Makes a changed dataset. Reads the original to its end, and does not close it.
     *
     * @param listener is told every byte of it, before this returns; of a deflated one nothing
     * @throws UnreadableDatasetException when the original is malformed
     * @throws UntransformableException when it cannot be changed
     * @throws IOException when {@code original} throws it
     */
    public static RewrittenDataset of(
            InputStream original, TransferSyntax syntax, Rewriting rewriting, Listener listener) throws IOException {
        if (!syntax.isDeflated()) {
            return read(original, syntax, rewriting, listener);
        }
        Inflater inflater = new Inflater(true);
        try {
            RewrittenDataset dataset =
                    read(new InflaterInputStream(original, inflater), syntax, rewriting, (bytes, offset, count) -> {});
            drain(original);
            return dataset;
        } catch (java.util.zip.ZipException e) {
            throw new UnreadableDatasetException("the deflated dataset is damaged", e);
        } finally {
            inflater.end();
        }
    }

    private static RewrittenDataset read(InputStream in, TransferSyntax syntax, Rewriting rewriting, Listener listener)
            throws IOException {
        Encoding encoding = Encoding.of(syntax);
        ElementSource source = new ElementSource(in, encoding.bigEndian());
        DatasetParser parser = new DatasetParser(source, encoding, true);
        try {
            ByteArrayOutputStream attributes = new ByteArrayOutputStream();
            Next first = attributes(parser, source, parser.next(), PIXEL_GROUP, attributes);
            byte[] head = changed(attributes.toByteArray(), encoding, rewriting::beforePixelData);
            listener.add(head, 0, head.length);
            if (first.is(GROUP_LENGTH)) {
                parser.skip(parser.header());
                first = parser.next();
            }
            PassingPixels pixels = new PassingPixels(rewriting.pixels(), listener);
            Next rest = pixels(parser, source, first, pixels);
            if (rest.tag().isPresent() && rest.tag().getAsInt() >>> 16 < PIXEL_GROUP) {
                throw parser.unordered();
            }
            ByteArrayOutputStream behind = new ByteArrayOutputStream();
            attributes(parser, source, rest, AFTER_ALL, behind);
            byte[] tail = changed(behind.toByteArray(), encoding, rewriting::afterPixelData);
            listener.add(tail, 0, tail.length);
            return new RewrittenDataset(syntax, head, first.at(), pixels, tail);
        } catch (EOFException e) {
            throw parser.cut(e);
        }
    }

    /** Changes attributes. */
    private interface Change {
        void apply(Elements attributes) throws UntransformableException;
    }

    private static byte[] changed(byte[] attributes, Encoding encoding, Change change) throws IOException {
        boolean alone = attributes.length > SMALL;
        if (alone) {
            IN_MEMORY.acquireUninterruptibly();
        }
        try {
            ElementSource source = new ElementSource(new ByteArrayInputStream(attributes), encoding.bigEndian());
            DatasetParser parser = new DatasetParser(source, encoding, false);
            Elements elements = new Elements();
            for (Next next = parser.next(); next.tag().isPresent(); next = parser.next()) {
                parser.add(elements, parser.value(parser.header()));
            }
            change.apply(elements);
            return DatasetFormatter.format(elements, encoding);
        } finally {
            if (alone) {
                IN_MEMORY.release();
            }
        }
    }

    /** Copies attributes up to the first one of this group or a later one; returns that one, whose tag is read. */
    private static Next attributes(
            DatasetParser parser, ElementSource source, Next first, int endGroup, ByteArrayOutputStream target)
            throws IOException {
        Next next = first;
        while (next.tag().isPresent() && next.tag().getAsInt() >>> 16 < endGroup) {
            DatasetFormatter.tag(target, next.tag().getAsInt(), source.isBigEndian());
            source.tap(target::write);
            parser.value(parser.header());
            source.tap(null);
            next = parser.next();
        }
        return next;
    }

    /** Passes what passes through; returns what is behind it. */
    private static Next pixels(DatasetParser parser, ElementSource source, Next first, PassingPixels pixels)
            throws IOException {
        Next next = first;
        int last = GROUP_LENGTH;
        while (next.tag().isPresent() && next.tag().getAsInt() >>> 16 == PIXEL_GROUP) {
            if (next.tag().getAsInt() <= last) {
                throw parser.unordered();
            }
            last = next.tag().getAsInt();
            if (!PIXELS.contains(next.tag().getAsInt())) {
                throw new UntransformableException("it has an attribute among its pixel data that is not known: "
                        + Dictionary.format(next.tag().getAsInt()));
            }
            ByteArrayOutputStream tag = new ByteArrayOutputStream();
            DatasetFormatter.tag(tag, next.tag().getAsInt(), source.isBigEndian());
            pixels.pass(tag.toByteArray(), 0, tag.size());
            source.tap(pixels::pass);
            DatasetParser.Header header = parser.header();
            checkNumbers(header);
            source.tap(pixels::pass);
            pixels.value(header);
            parser.skip(header);
            source.tap(null);
            next = parser.next();
        }
        pixels.end();
        return next;
    }

    /** Offsets and lengths of frames (PS3.5 A.4) are numbers of 64 bits, not text of another type. */
    private static void checkNumbers(DatasetParser.Header header) throws UntransformableException {
        boolean right = switch (header.tag()) {
            case EXTENDED_OFFSETS, EXTENDED_LENGTHS -> header.vr().equals("OV") && header.length() % Long.BYTES == 0;
            case PIXELS_LENGTH -> header.vr().equals("UV") && header.length() == Long.BYTES;
            default -> true;
        };
        if (!right) {
            throw new UntransformableException("an attribute beside its pixel data is not what the standard says: "
                    + Dictionary.format(header.tag()));
        }
    }

    /** The length of the changed dataset in bytes. */
    public long length() {
        long plain = head.length + pixels.length() + tail.length;
        return syntax.isDeflated() ? StoredBlocks.length(plain) : plain;
    }

    /** How many bytes of it are kept in memory. */
    public long memory() {
        return head.length + tail.length + (needsOriginal() ? 0 : pixels.length());
    }

    /** Whether {@link #open} reads the original. */
    public boolean needsOriginal() {
        return !pixels.isKept();
    }

    /**
     * The changed dataset. If it {@link #needsOriginal}, it reads {@code original} to its end before its own end, so
     * that an exception about damage there comes in time. Closing it does not close {@code original}.
     *
     * @param original the same bytes that it was made of; nothing when they are not needed
     */
    public InputStream open(InputStream original) {
        if (!needsOriginal() || !syntax.isDeflated()) {
            InputStream spliced = new Spliced(original, original);
            return syntax.isDeflated() ? new StoredBlocks(spliced, () -> {}) : spliced;
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
        private long pixelsDone;
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
            if (pixelsDone < pixels.length()) {
                return readPixels(target, offset, count);
            }
            if (!drained && needsOriginal()) {
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
            int most = (int) Math.min(count, pixels.length() - pixelsDone);
            if (!needsOriginal()) {
                System.arraycopy(pixels.kept(), (int) pixelsDone, target, offset, most);
                pixelsDone += most;
                return most;
            }
            if (!skipped) {
                plain.skipNBytes(pixelsFrom);
                skipped = true;
            }
            int n = plain.read(target, offset, most);
            if (n < 0) {
                throw new EOFException("the original is shorter than when it was read first");
            }
            pixels.edit(target, offset, n, pixelsDone);
            pixelsDone += n;
            return n;
        }
    }
}
