package org.dicomgateway.dicom.commitment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.dataset.ElementReader;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.ByteSource;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * Reads the dataset of a request or of a report (PS3.4 Tables J.3-1 and J.3-2): Transaction UID, Referenced SOP
 * Sequence and Failed SOP Sequence. Skips all other attributes, at any depth and without recursion. Memory is bounded,
 * whatever lengths are claimed.
 */
final class ReferenceReader {

    /** In bytes. Four times what that many references need. */
    private static final long MAX_LENGTH = 8L << 20;

    private static final int TRANSACTION_UID = 0x00081195;
    private static final int REFERENCED_SOP_SEQUENCE = 0x00081199;
    private static final int FAILED_SOP_SEQUENCE = 0x00081198;
    private static final int REFERENCED_SOP_CLASS_UID = 0x00081150;
    private static final int REFERENCED_SOP_INSTANCE_UID = 0x00081155;
    private static final int FAILURE_REASON = 0x00081197;
    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITER = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITER = 0xFFFEE0DD;
    private static final int LONGEST_UID = 66;

    private final ByteSource source;
    private final boolean explicit;
    private final Set<SopReference> references = new LinkedHashSet<>();
    private final List<Failure> failures = new ArrayList<>();
    private String transaction = "";
    private int items;

    private ReferenceReader(ByteSource source, boolean explicit) {
        this.source = source;
        this.explicit = explicit;
    }

    /**
     * Reads a dataset in implicit or explicit VR little endian. The position of the stream afterwards is not defined.
     *
     * @throws RefusedMessageException when it is malformed, has no valid Transaction UID, or names too many instances
     * @throws IOException when {@code dataset} throws it
     */
    static ReferenceReader read(InputStream dataset, TransferSyntax syntax)
            throws RefusedMessageException, IOException {
        ByteSource source = new ByteSource(dataset, MAX_LENGTH, false);
        ReferenceReader read = new ReferenceReader(source, !syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
        try {
            read.dataset();
        } catch (UnreadableDatasetException e) {
            throw new RefusedMessageException(
                    DimseStatus.PROCESSING_FAILURE, "the dataset cannot be read: " + e.getMessage());
        } catch (EOFException e) {
            throw source.isSpent()
                    ? tooLarge("more than " + MAX_LENGTH + " bytes")
                    : new RefusedMessageException(DimseStatus.PROCESSING_FAILURE, "the dataset ends within an element");
        }
        if (source.isSpent()) {
            throw tooLarge("more than " + MAX_LENGTH + " bytes");
        }
        if (!Uid.isValid(read.transaction)) {
            throw new RefusedMessageException(
                    read.transaction.isEmpty() ? DimseStatus.MISSING_ATTRIBUTE : DimseStatus.INVALID_ATTRIBUTE_VALUE,
                    "no valid Transaction UID (0008,1195)");
        }
        return read;
    }

    Uid transaction() {
        return Uid.of(transaction);
    }

    /** The Referenced SOP Sequence, each item once, in the order of the dataset. */
    List<SopReference> references() {
        return List.copyOf(references);
    }

    /** The Failed SOP Sequence, in the order of the dataset. */
    List<Failure> failures() {
        return List.copyOf(failures);
    }

    private static RefusedMessageException tooLarge(String what) {
        return new RefusedMessageException(DimseStatus.RESOURCE_LIMITATION, what + " in one message");
    }

    private void dataset() throws RefusedMessageException, IOException {
        ElementReader elements = new ElementReader(source, explicit);
        while (elements.nextTag()) {
            elements.readHeader();
            if (elements.tag() == TRANSACTION_UID) {
                transaction = uid(elements);
            } else if (elements.tag() == REFERENCED_SOP_SEQUENCE || elements.tag() == FAILED_SOP_SEQUENCE) {
                sequence(elements);
            } else {
                elements.skipValue();
            }
        }
    }

    /** Reads a sequence, with a length or with a delimiter (PS3.5 7.5). */
    private void sequence(ElementReader elements) throws RefusedMessageException, IOException {
        long end = end(elements.length());
        while (source.position() < end) {
            int tag = tag();
            int length = source.i32();
            if (tag == SEQUENCE_DELIMITER && end == Long.MAX_VALUE) {
                return;
            } else if (tag != ITEM) {
                throw elements.malformed("an item is missing");
            } else if (++items > ActionInformation.MAX_REFERENCES) {
                throw tooLarge("more than " + ActionInformation.MAX_REFERENCES + " instances");
            }
            item(length, elements.tag() == FAILED_SOP_SEQUENCE);
        }
        if (source.position() > end) {
            throw elements.malformed("an item is longer than its sequence");
        }
    }

    private void item(int length, boolean failed) throws RefusedMessageException, IOException {
        long end = end(length);
        ElementReader elements = new ElementReader(source, explicit);
        String sopClass = "";
        String sopInstance = "";
        FailureReason reason = FailureReason.PROCESSING_FAILURE;
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
                case FAILURE_REASON -> reason = new FailureReason(number(elements));
                default -> elements.skipValue();
            }
        }
        if (source.position() > end) {
            throw elements.malformed("an element is longer than its item");
        }
        if (!Uid.isValid(sopClass) || !Uid.isValid(sopInstance)) {
            throw new RefusedMessageException(
                    DimseStatus.INVALID_ATTRIBUTE_VALUE, "an item without valid SOP Class and SOP Instance UID");
        }
        SopReference reference = new SopReference(Uid.of(sopClass), Uid.of(sopInstance));
        if (failed) {
            failures.add(new Failure(reference, reason));
        } else {
            references.add(reference);
        }
    }

    private long end(int length) {
        return length == ElementReader.UNDEFINED ? Long.MAX_VALUE : source.position() + (length & 0xFFFFFFFFL);
    }

    private int tag() throws IOException {
        int group = source.u16();
        return group << 16 | source.u16();
    }

    private static int number(ElementReader elements) throws IOException {
        if (!elements.hasDefinedLengthUpTo(2) || elements.length() < 2) {
            throw elements.malformed("a Failure Reason that is no number of two bytes");
        }
        byte[] value = new byte[2];
        elements.readValue(value, 0);
        return (value[0] & 0xFF) | ((value[1] & 0xFF) << 8);
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
