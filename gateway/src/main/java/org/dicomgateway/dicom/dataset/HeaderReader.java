package org.dicomgateway.dicom.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.ByteSource;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * Reads the part of an instance that routing uses: its top-level attributes before the pixel data.
 *
 * <p>It is safe for datasets from any peer. Memory is bounded, whatever lengths are claimed, however deep elements
 * are nested, and however much a deflated dataset would inflate to. Values are kept as bytes, and decoded only when
 * they are needed.
 */
public final class HeaderReader {

    /** Reading stops after this many bytes. A longer header contains large values, which no rule uses. */
    public static final long MAX_HEADER_BYTES = 16L * ByteSize.MIB;

    private static final int PIXEL_DATA_GROUP = 0x7FE0;
    private static final int SOP_CLASS_UID = 0x00080016;
    private static final int SOP_INSTANCE_UID = 0x00080018;
    private static final int DELIMITER_GROUP = 0xFFFE;

    private HeaderReader() {}

    /**
     * Reads the header of a dataset. The position of the stream afterwards is not defined.
     *
     * @throws UnreadableDatasetException when it is malformed, ends within an element, or has no valid SOP Class UID
     *     or SOP Instance UID
     * @throws IOException when {@code dataset} throws it
     */
    public static InstanceHeader read(InputStream dataset, TransferSyntax transferSyntax) throws IOException {
        return read(dataset, transferSyntax, MAX_HEADER_BYTES);
    }

    /**
     * Works as {@link #read(InputStream, TransferSyntax)}, but reads only the first {@code maxBytes} of the dataset
     * (inflated, when it is deflated). Attributes that are not completely in this part are absent, which is no error:
     * give the exact length of a prefix.
     */
    public static InstanceHeader read(InputStream dataset, TransferSyntax transferSyntax, long maxBytes)
            throws IOException {
        if (!transferSyntax.isDeflated()) {
            return parse(dataset, transferSyntax, maxBytes);
        }
        PushbackInputStream in = new PushbackInputStream(dataset, 2);
        Inflater inflater = new Inflater(!hasZlibHeader(in));
        try {
            return parse(new InflaterInputStream(in, inflater), transferSyntax, maxBytes);
        } catch (ZipException e) {
            throw new UnreadableDatasetException("the dataset is not deflated, but its transfer syntax says so", e);
        } finally {
            inflater.end();
        }
    }

    /**
     * Some writers add a zlib wrapper to the deflated dataset, against PS3.5 A.5. No raw deflated data begins like
     * that.
     */
    private static boolean hasZlibHeader(PushbackInputStream in) throws IOException {
        byte[] head = in.readNBytes(2);
        in.unread(head);
        return head.length == 2 && head[0] == 0x78 && ((head[0] << 8) + (head[1] & 0xFF)) % 31 == 0;
    }

    private static InstanceHeader parse(InputStream in, TransferSyntax transferSyntax, long maxBytes)
            throws IOException {
        boolean bigEndian = transferSyntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN);
        boolean explicit = !transferSyntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        ByteSource source = new ByteSource(in, maxBytes, bigEndian);
        ElementReader elements = new ElementReader(source, explicit);
        HeaderValues values = new HeaderValues(bigEndian);
        try {
            collect(elements, values);
        } catch (EOFException e) {
            if (!source.isSpent()) {
                throw new UnreadableDatasetException(
                        "the dataset ends within " + Dictionary.format(elements.tag()) + ", after " + source.position()
                                + " bytes",
                        e);
            }
        }
        values.freeze();
        return new InstanceHeader(
                uid(values, SOP_CLASS_UID, "SOP Class UID"),
                uid(values, SOP_INSTANCE_UID, "SOP Instance UID"),
                transferSyntax,
                values);
    }

    private static void collect(ElementReader elements, HeaderValues values) throws IOException {
        while (elements.nextTag()) {
            int group = elements.tag() >>> 16;
            if (group >= PIXEL_DATA_GROUP && group != DELIMITER_GROUP) {
                return;
            }
            elements.readHeader();
            values.take(elements);
        }
    }

    private static Uid uid(HeaderValues values, int tag, String name) throws UnreadableDatasetException {
        String text = values.values(tag).stream().findFirst().orElse("");
        if (!Uid.isValid(text)) {
            throw new UnreadableDatasetException("the dataset has no valid " + name + " " + Dictionary.format(tag));
        }
        return Uid.of(text);
    }
}
