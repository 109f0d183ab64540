package org.dicomgateway.dicom.rewrite;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.DatasetParser.Header;
import org.dicomgateway.dicom.rewrite.DatasetParser.Next;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * Writes a dataset in another transfer syntax (PS3.5 A), with the same attributes and values. Values of more than a
 * mebibyte and pixel data pass through; everything else is read into memory, up to a limit.
 *
 * <p>A private or unknown attribute without a value representation becomes UN (PS3.5 6.2.2). Sequences are written with
 * lengths; group lengths (PS3.5 7.2) are left out. What cannot be written certainly is an error: a compressed icon
 * image, a digital signature over pixels that change, unknown attributes that are sequences in big endian.
 */
public final class DatasetRecoder {

    /** Larger values are not kept in memory. */
    private static final int LARGE = ByteSize.MIB;

    private static final int PIXEL_GROUP = 0x7FE0;
    private static final int PIXEL_DATA = 0x7FE00010;
    private static final int EXTENDED_OFFSETS = 0x7FE00001;
    private static final int EXTENDED_LENGTHS = 0x7FE00002;
    private static final int PIXELS_LENGTH = 0x7FE00003;
    private static final int IMAGE_GROUP = 0x0028;
    private static final int BITS_ALLOCATED = 0x00280100;
    private static final int DIGITAL_SIGNATURES = 0xFFFAFFFA;
    private static final int LONGEST_SHORT = 0xFFFF;

    private final ElementSource source;
    private final DatasetParser parser;
    private final Encoding from;
    private final Encoding to;
    private final Optional<PixelRewriting> pixels;
    private final OutputStream out;
    private final Elements attributes = new Elements();
    private byte[] extendedOffsets = {};
    private int written;
    private boolean described;
    private boolean pixelsSeen;

    private DatasetRecoder(
            InputStream in, TransferSyntax from, TransferSyntax to, Optional<PixelRewriting> pixels, OutputStream out) {
        this.from = Encoding.of(from);
        this.to = Encoding.of(to);
        this.source = new ElementSource(in, this.from.bigEndian());
        this.parser = new DatasetParser(source, this.from, false);
        this.pixels = pixels;
        this.out = out;
    }

    /**
     * Reads a dataset to its end, and writes it. Closes neither.
     *
     * @param pixels how pixel data is written; empty: as it is, which only syntaxes without compressed pixel data allow
     * @throws UnreadableDatasetException when it is malformed
     * @throws UntransformableException when it cannot be written certainly
     * @throws IOException when {@code original} or {@code out} throws it
     */
    public static void recode(
            InputStream original,
            TransferSyntax from,
            TransferSyntax to,
            Optional<PixelRewriting> pixels,
            OutputStream out)
            throws IOException {
        Inflater inflater = new Inflater(true);
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            InputStream in = from.isDeflated() ? new InflaterInputStream(original, inflater) : original;
            if (to.isDeflated()) {
                DeflaterOutputStream deflated = new DeflaterOutputStream(out, deflater, 8 * ByteSize.KIB);
                new DatasetRecoder(in, from, to, pixels, deflated).run();
                deflated.finish();
                // PS3.5 A.5: padded to an even length.
                if ((deflater.getBytesWritten() & 1) == 1) {
                    out.write(0);
                }
            } else {
                new DatasetRecoder(in, from, to, pixels, out).run();
            }
            original.transferTo(OutputStream.nullOutputStream());
        } catch (ZipException e) {
            throw new UnreadableDatasetException("the deflated dataset is damaged", e);
        } finally {
            inflater.end();
            deflater.end();
        }
    }

    private void run() throws IOException {
        try {
            Next pixelGroup = inMemory(parser.next(), PIXEL_GROUP);
            Next rest = attributes(pixelGroup, PIXEL_GROUP + 1);
            inMemory(rest, 1 << Character.SIZE);
            if (!pixelsSeen && pixels.isPresent()) {
                pixels.get().absent();
            }
        } catch (EOFException e) {
            throw parser.cut(e);
        }
    }

    private Next inMemory(Next first, int endGroup) throws IOException {
        RewrittenDataset.IN_MEMORY.acquireUninterruptibly();
        try {
            Next next = attributes(first, endGroup);
            describe();
            flush();
            return next;
        } finally {
            RewrittenDataset.IN_MEMORY.release();
        }
    }

    private Next attributes(Next first, int endGroup) throws IOException {
        Next next = first;
        while (next.tag().isPresent() && next.tag().getAsInt() >>> 16 < endGroup) {
            attribute(parser.header());
            next = parser.next();
        }
        return next;
    }

    private void attribute(Header header) throws IOException {
        int tag = header.tag();
        if (tag == PIXEL_DATA) {
            flush();
            parser.add(attributes, Element.of(tag, header.vr(), new byte[0]));
            written = tag;
            pixelData(header);
        } else if (tag >>> 16 == PIXEL_GROUP && pixels.isPresent()) {
            beside(header);
        } else if (isLarge(header)) {
            if (tag >>> 16 > IMAGE_GROUP) {
                describe();
            }
            flush();
            parser.add(attributes, Element.of(tag, header.vr(), new byte[0]));
            written = tag;
            large(header);
        } else {
            Element element = parser.value(header);
            if (tag == DIGITAL_SIGNATURES && pixels.isPresent()) {
                throw new UntransformableException("it has a digital signature, which may be about its pixel data");
            }
            parser.add(attributes, element);
        }
    }

    /** What goes with pixel data that is written anew: tables of where frames begin, which do not hold any more. */
    private void beside(Header header) throws IOException {
        switch (header.tag()) {
            case EXTENDED_OFFSETS -> extendedOffsets = parser.value(header).value();
            case EXTENDED_LENGTHS, PIXELS_LENGTH, PIXEL_GROUP << 16 -> parser.skip(header);
            default ->
                throw new UntransformableException(
                        "it has pixel data of another kind: " + Dictionary.format(header.tag()));
        }
    }

    private static boolean isLarge(Header header) {
        return header.length() != DatasetParser.UNDEFINED
                && Integer.compareUnsigned(header.length(), LARGE) > 0
                && !header.vr().equals("SQ");
    }

    private void describe() throws UntransformableException {
        if (!described && pixels.isPresent()) {
            pixels.get().describe(attributes, from.bigEndian());
        }
        described = true;
    }

    /** Writes the attributes that are not written yet. */
    private void flush() throws IOException {
        Elements next = new Elements();
        boolean signed = Representations.signed(attributes, from.bigEndian(), false);
        for (Element element : attributes.view()) {
            if (Integer.compareUnsigned(element.tag(), written) > 0) {
                next.put(recoded(element, signed));
            }
        }
        out.write(DatasetFormatter.format(next, to));
        written = attributes.last().orElse(written);
    }

    private boolean isSwapped() {
        return from.bigEndian() != to.bigEndian();
    }

    private Element recoded(Element element, boolean signed) throws UntransformableException {
        if (element.fragments()) {
            throw new UntransformableException("an image within it, such as its icon, is compressed");
        }
        String vr = vr(element.tag(), element.vr(), signed);
        if (element.isSequence()) {
            return sequence(element, vr, signed);
        }
        byte[] value = element.value();
        String fitting = fitting(vr, value.length);
        if (isSwapped() && (from.bigEndian() || fitting.equals(vr))) {
            int word = Representations.wordOf(element.tag(), vr);
            Representations.checkWhole(element.tag(), value.length, word);
            value = value.clone();
            Representations.swap(value, value.length, word);
        }
        return Element.of(element.tag(), fitting, value);
    }

    private String vr(int tag, String known, boolean signed) {
        return from.explicit() ? known : Representations.of(tag, known, signed);
    }

    private Element sequence(Element element, String vr, boolean signed) throws UntransformableException {
        if (vr.equals("UN")) {
            if (isSwapped()) {
                throw new UntransformableException(
                        element + " is a sequence of unknown kind, which big endian cannot have");
            }
            // Its items stay in implicit VR (PS3.5 6.2.2).
            return element;
        }
        List<Elements> items = new ArrayList<>();
        for (Elements item : element.itemsOrNone()) {
            Elements made = new Elements();
            boolean within = Representations.signed(item, from.bigEndian(), signed);
            for (Element each : item.view()) {
                made.put(recoded(each, within));
            }
            items.add(made);
        }
        return Element.sequence(element.tag(), vr, items);
    }

    /** A value that is too long for the length of its representation is UN (PS3.5 6.2.2). */
    private String fitting(String vr, long length) {
        return to.explicit() && length > LONGEST_SHORT && Encoding.hasShortLength(vr) ? "UN" : vr;
    }

    private void large(Header header) throws IOException {
        boolean signed = Representations.signed(attributes, from.bigEndian(), false);
        String vr = vr(header.tag(), header.vr(), signed);
        copy(header, fitting(vr, header.length() & 0xFFFFFFFFL), vr);
    }

    private void copy(Header header, String vr, String swappedAs) throws IOException {
        long length = header.length() & 0xFFFFFFFFL;
        int word = isSwapped() && (from.bigEndian() || vr.equals(swappedAs))
                ? Representations.wordOf(header.tag(), swappedAs)
                : 1;
        Representations.checkWhole(header.tag(), length, word);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        DatasetFormatter.header(header.tag(), vr, header.length(), to, head);
        head.writeTo(out);
        new PixelSource.ValueStream(source, length, word).transferTo(out);
    }

    private void pixelData(Header header) throws IOException {
        pixelsSeen = true;
        String vr = vr(PIXEL_DATA, header.vr(), false);
        boolean bytes = vr.equals("OB");
        if (!bytes && !vr.equals("OW")) {
            throw new UntransformableException("its pixel data has the value representation " + vr);
        }
        boolean encapsulated = header.length() == DatasetParser.UNDEFINED;
        if ((from.bigEndian() || to.bigEndian()) && !encapsulated && bytes && bitsAllocated() > Byte.SIZE) {
            throw new UntransformableException("its pixel data has the value representation OB, and " + bitsAllocated()
                    + " bits allocated: the order of bytes is not known");
        }
        if (pixels.isEmpty()) {
            if (encapsulated) {
                throw new UnreadableDatasetException(
                        "its pixel data is compressed, which its transfer syntax does not allow");
            }
            copy(header, vr, vr);
            return;
        }
        int word = from.bigEndian() && !encapsulated ? Representations.wordOf(PIXEL_DATA, vr) : 1;
        PixelSource pixelSource = new PixelSource(source, header.length(), word, extendedOffsets);
        PixelTarget target = new PixelTarget(out, to);
        pixels.get().rewrite(pixelSource, target);
        if (!pixelSource.isRead()) {
            throw new IllegalStateException("the pixel data was not read to its end");
        }
        target.end();
    }

    private int bitsAllocated() {
        return attributes.number(BITS_ALLOCATED, from.bigEndian()).orElse(2 * Byte.SIZE);
    }
}
