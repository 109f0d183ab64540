package org.dicomgateway.dicom.dataset;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.ByteSource;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.Implementation;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.jspecify.annotations.Nullable;

/**
 * The DICOM file format (PS3.10 7): preamble, prefix and file meta information before a dataset.
 *
 * <p>The {@link Origin} of an instance is stored in standard attributes, so that a single file still shows where it
 * came from. Source and Sending AE Title are the calling one, Receiving AE Title is the called one, and Source
 * Presentation Address is the sender's address.
 */
public final class Part10 {

    private static final int PREAMBLE = 128;
    private static final String PREFIX = "DICM";
    private static final String ADDRESS_SCHEME = "dicom://";

    /** Far more than any file meta information needs. Reading stops there. */
    private static final long MAX_META = ByteSize.MIB;

    private static final int MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002;
    private static final int MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003;
    private static final int TRANSFER_SYNTAX_UID = 0x00020010;
    private static final int IMPLEMENTATION_CLASS_UID = 0x00020012;
    private static final int IMPLEMENTATION_VERSION_NAME = 0x00020013;
    private static final int SOURCE_AE_TITLE = 0x00020016;
    private static final int SENDING_AE_TITLE = 0x00020017;
    private static final int RECEIVING_AE_TITLE = 0x00020018;
    private static final int SOURCE_PRESENTATION_ADDRESS = 0x00020026;

    private Part10() {}

    /**
     * What a file contains before its dataset.
     *
     * @param sopClass Media Storage SOP Class UID (0002,0002)
     * @param sopInstance Media Storage SOP Instance UID (0002,0003)
     * @param transferSyntax Transfer Syntax UID (0002,0010)
     * @param origin where it came from, when a gateway wrote the file
     * @param datasetOffset where the dataset begins, in bytes from the start of the file
     */
    public record File(
            Uid sopClass,
            Uid sopInstance,
            TransferSyntax transferSyntax,
            Optional<Origin> origin,
            long datasetOffset) {}

    /** All bytes before the dataset in a file. */
    public static byte[] prefix(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax, Origin origin) {
        ByteArrayOutputStream meta = meta(sopClass, sopInstance, transferSyntax);
        element(meta, IMPLEMENTATION_VERSION_NAME, "SH", padded(Implementation.VERSION_NAME, ' '));
        element(meta, SOURCE_AE_TITLE, "AE", padded(origin.calling().value(), ' '));
        element(meta, SENDING_AE_TITLE, "AE", padded(origin.calling().value(), ' '));
        element(meta, RECEIVING_AE_TITLE, "AE", padded(origin.called().value(), ' '));
        element(meta, SOURCE_PRESENTATION_ADDRESS, "UR", padded(ADDRESS_SCHEME + uriHost(origin.remoteHost()), ' '));
        return beginning(meta);
    }

    /** The same without an origin: equal for equal UIDs, and with nothing about who sent it. */
    public static byte[] prefix(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax) {
        return beginning(meta(sopClass, sopInstance, transferSyntax));
    }

    private static ByteArrayOutputStream meta(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax) {
        ByteArrayOutputStream meta = new ByteArrayOutputStream(512);
        element(meta, 0x00020001, "OB", new byte[] {0, 1});
        element(meta, MEDIA_STORAGE_SOP_CLASS_UID, "UI", padded(sopClass.value(), 0));
        element(meta, MEDIA_STORAGE_SOP_INSTANCE_UID, "UI", padded(sopInstance.value(), 0));
        element(meta, TRANSFER_SYNTAX_UID, "UI", padded(transferSyntax.uid().value(), 0));
        element(meta, IMPLEMENTATION_CLASS_UID, "UI", padded(Implementation.CLASS_UID, 0));
        return meta;
    }

    private static byte[] beginning(ByteArrayOutputStream meta) {
        ByteArrayOutputStream file = new ByteArrayOutputStream(PREAMBLE + 16 + meta.size());
        file.writeBytes(new byte[PREAMBLE]);
        file.writeBytes(PREFIX.getBytes(StandardCharsets.US_ASCII));
        element(file, 0x00020000, "UL", littleEndian(meta.size(), 4));
        file.writeBytes(meta.toByteArray());
        return file.toByteArray();
    }

    /**
     * Reads preamble and file meta information. The position of the stream afterwards is not defined; the dataset
     * begins at {@link File#datasetOffset}.
     *
     * @throws UnreadableDatasetException when it is not a part-10 stream, or one of its three UIDs is missing or not
     *     valid
     * @throws IOException when {@code in} throws it
     */
    public static File read(InputStream in) throws IOException {
        ByteSource source = new ByteSource(in, PREAMBLE + PREFIX.length() + MAX_META, false);
        HeaderValues values = new HeaderValues(false);
        try {
            long datasetOffset = readMeta(source, values);
            values.freeze();
            return new File(
                    Uid.of(uid(values, MEDIA_STORAGE_SOP_CLASS_UID, "Media Storage SOP Class UID")),
                    Uid.of(uid(values, MEDIA_STORAGE_SOP_INSTANCE_UID, "Media Storage SOP Instance UID")),
                    TransferSyntax.of(uid(values, TRANSFER_SYNTAX_UID, "Transfer Syntax UID")),
                    origin(values),
                    datasetOffset);
        } catch (EOFException e) {
            throw new UnreadableDatasetException("the file ends within its file meta information", e);
        }
    }

    private static long readMeta(ByteSource source, HeaderValues values) throws IOException {
        source.skip(PREAMBLE);
        byte[] prefix = new byte[PREFIX.length()];
        source.readFully(prefix, 0, prefix.length);
        if (!PREFIX.equals(new String(prefix, StandardCharsets.US_ASCII))) {
            throw new UnreadableDatasetException("not a DICOM file: no \"DICM\" after " + PREAMBLE + " bytes");
        }
        ElementReader elements = new ElementReader(source, true);
        long end = source.position();
        while (elements.nextTag() && elements.tag() >>> 16 == 0x0002) {
            elements.readHeader();
            values.take(elements);
            end = source.position();
        }
        return end;
    }

    private static String uid(HeaderValues values, int tag, String name) throws UnreadableDatasetException {
        String text = first(values, tag);
        if (!Uid.isValid(text)) {
            throw new UnreadableDatasetException("the file has no valid " + name + " " + Dictionary.format(tag));
        }
        return text;
    }

    private static Optional<Origin> origin(HeaderValues values) {
        String address = first(values, SOURCE_PRESENTATION_ADDRESS);
        if (!address.startsWith(ADDRESS_SCHEME)) {
            return Optional.empty();
        }
        @Nullable AeTitle calling = aeTitle(first(values, SENDING_AE_TITLE));
        @Nullable AeTitle called = aeTitle(first(values, RECEIVING_AE_TITLE));
        if (calling == null || called == null) {
            return Optional.empty();
        }
        String host = address.substring(ADDRESS_SCHEME.length());
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return Optional.of(new Origin(calling, called, bracketed ? host.substring(1, host.length() - 1) : host));
    }

    private static @Nullable AeTitle aeTitle(String text) {
        try {
            return AeTitle.of(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String first(HeaderValues values, int tag) {
        List<String> all = values.values(tag);
        return all.isEmpty() ? "" : all.get(0);
    }

    private static String uriHost(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static void element(ByteArrayOutputStream out, int tag, String vr, byte[] value) {
        out.writeBytes(littleEndian(tag >>> 16, 2));
        out.writeBytes(littleEndian(tag & 0xFFFF, 2));
        out.writeBytes(vr.getBytes(StandardCharsets.US_ASCII));
        boolean shortLength = !(vr.equals("OB") || vr.equals("UR"));
        if (shortLength) {
            out.writeBytes(littleEndian(value.length, 2));
        } else {
            out.writeBytes(littleEndian(0, 2));
            out.writeBytes(littleEndian(value.length, 4));
        }
        out.writeBytes(value);
    }

    private static byte[] littleEndian(int number, int bytes) {
        byte[] out = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            out[i] = (byte) (number >>> (8 * i));
        }
        return out;
    }

    private static byte[] padded(String text, int padding) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        if ((ascii.length & 1) == 0) {
            return ascii;
        }
        byte[] even = java.util.Arrays.copyOf(ascii, ascii.length + 1);
        even[ascii.length] = (byte) padding;
        return even;
    }
}
