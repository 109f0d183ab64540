package org.dicomgateway.dicom.commitment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.dicomgateway.dicom.dataset.ElementReader;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.ByteSource;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * Reads the Action Information of a request (PS3.4 Table J.3-1): Transaction UID and Referenced SOP Sequence. Skips all
 * other attributes, at any depth and without recursion. Memory is bounded, whatever lengths are claimed.
 */
public final class ActionInformation {

    /** The most instances of one request. */
    public static final int MAX_REFERENCES = 10_000;

    /** In bytes. Four times what that many references need. */
    private static final long MAX_LENGTH = 8L << 20;

    private static final int TRANSACTION_UID = 0x00081195;
    private static final int REFERENCED_SOP_SEQUENCE = 0x00081199;
    private static final int REFERENCED_SOP_CLASS_UID = 0x00081150;
    private static final int REFERENCED_SOP_INSTANCE_UID = 0x00081155;
    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITER = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITER = 0xFFFEE0DD;
    private static final int LONGEST_UID = 66;

    private final ByteSource source;
    private final boolean explicit;
    private final Set<SopReference> references = new LinkedHashSet<>();
    private String transaction = "";
    private int items;

    private ActionInformation(ByteSource source, boolean explicit) {
        this.source = source;
        this.explicit = explicit;
    }

    /**
     * Reads a dataset in implicit or explicit VR little endian. The position of the stream afterwards is not defined.
     *
     * @throws RefusedActionException when it is malformed, lacks an attribute, or names too many instances
     * @throws IOException when {@code dataset} throws it
     */
    public static CommitmentRequest read(InputStream dataset, TransferSyntax syntax)
            throws RefusedActionException, IOException {
        ByteSource source = new ByteSource(dataset, MAX_LENGTH, false);
        ActionInformation read =
                new ActionInformation(source, !syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
        try {
            read.dataset();
        } catch (UnreadableDatasetException e) {
            throw new RefusedActionException(
                    DimseStatus.PROCESSING_FAILURE, "the dataset cannot be read: " + e.getMessage());
        } catch (EOFException e) {
            throw source.isSpent()
                    ? tooLarge("more than " + MAX_LENGTH + " bytes")
                    : new RefusedActionException(DimseStatus.PROCESSING_FAILURE, "the dataset ends within an element");
        }
        if (source.isSpent()) {
            throw tooLarge("more than " + MAX_LENGTH + " bytes");
        }
        return read.checked();
    }

    private CommitmentRequest checked() throws RefusedActionException {
        if (!Uid.isValid(transaction)) {
            throw new RefusedActionException(
                    transaction.isEmpty() ? DimseStatus.MISSING_ATTRIBUTE : DimseStatus.INVALID_ATTRIBUTE_VALUE,
                    "no valid Transaction UID (0008,1195)");
        }
        if (references.isEmpty()) {
            throw new RefusedActionException(
                    DimseStatus.MISSING_ATTRIBUTE, "no item in Referenced SOP Sequence (0008,1199)");
        }
        return new CommitmentRequest(Uid.of(transaction), new ArrayList<>(references));
    }

    private static RefusedActionException tooLarge(String what) {
        return new RefusedActionException(DimseStatus.RESOURCE_LIMITATION, what + " in one request");
    }

    private void dataset() throws RefusedActionException, IOException {
        ElementReader elements = new ElementReader(source, explicit);
        while (elements.nextTag()) {
            elements.readHeader();
            if (elements.tag() == TRANSACTION_UID) {
                transaction = uid(elements);
            } else if (elements.tag() == REFERENCED_SOP_SEQUENCE) {
                sequence(elements);
            } else {
                elements.skipValue();
            }
        }
    }

    /** Reads a sequence, with a length or with a delimiter (PS3.5 7.5). */
    private void sequence(ElementReader elements) throws RefusedActionException, IOException {
        long end = end(elements.length());
        while (source.position() < end) {
            int tag = tag();
            int length = source.i32();
            if (tag == SEQUENCE_DELIMITER && end == Long.MAX_VALUE) {
                return;
            } else if (tag != ITEM) {
                throw elements.malformed("an item is missing");
            } else if (++items > MAX_REFERENCES) {
                throw tooLarge("more than " + MAX_REFERENCES + " instances");
            }
            item(length);
        }
        if (source.position() > end) {
            throw elements.malformed("an item is longer than its sequence");
        }
    }

    private void item(int length) throws RefusedActionException, IOException {
        long end = end(length);
        ElementReader elements = new ElementReader(source, explicit);
        String sopClass = "";
        String sopInstance = "";
        while (source.position() < end) {
            if (!elements.nextTag()) {
                throw new EOFException();
            }
            if (elements.tag() == ITEM_DELIMITER && end == Long.MAX_VALUE) {
                source.skip(4);
                break;
            }
            elements.readHeader();
            switch (elements.tag()) {
                case REFERENCED_SOP_CLASS_UID -> sopClass = uid(elements);
                case REFERENCED_SOP_INSTANCE_UID -> sopInstance = uid(elements);
                default -> elements.skipValue();
            }
        }
        if (source.position() > end) {
            throw elements.malformed("an element is longer than its item");
        }
        if (!Uid.isValid(sopClass) || !Uid.isValid(sopInstance)) {
            throw new RefusedActionException(
                    DimseStatus.INVALID_ATTRIBUTE_VALUE, "an item without valid SOP Class and SOP Instance UID");
        }
        references.add(new SopReference(Uid.of(sopClass), Uid.of(sopInstance)));
    }

    private long end(int length) {
        return length == ElementReader.UNDEFINED ? Long.MAX_VALUE : source.position() + (length & 0xFFFFFFFFL);
    }

    private int tag() throws IOException {
        int group = source.u16();
        return group << 16 | source.u16();
    }

    private static String uid(ElementReader elements) throws IOException {
        if (!elements.hasDefinedLengthUpTo(LONGEST_UID)) {
            throw elements.malformed("a UID that is too long");
        }
        byte[] value = new byte[elements.length()];
        elements.readValue(value, 0);
        int length = value.length;
        while (length > 0 && (value[length - 1] == 0 || value[length - 1] == ' ')) {
            length--;
        }
        return new String(value, 0, length, ISO_8859_1);
    }
}
