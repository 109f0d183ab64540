package org.dicomgateway.dicom.commitment;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * Writes the dataset of a request or of a report (PS3.4 Tables J.3-1 and J.3-2), in implicit or explicit VR little
 * endian. A sequence without items is left out.
 */
final class ReferenceWriter {

    private static final int TRANSACTION_UID = 0x1195;
    private static final int FAILED_SOP_SEQUENCE = 0x1198;
    private static final int REFERENCED_SOP_SEQUENCE = 0x1199;
    private static final int REFERENCED_SOP_CLASS_UID = 0x1150;
    private static final int REFERENCED_SOP_INSTANCE_UID = 0x1155;
    private static final int FAILURE_REASON = 0x1197;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean explicit;

    ReferenceWriter(TransferSyntax syntax) {
        this(!syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
    }

    private ReferenceWriter(boolean explicit) {
        this.explicit = explicit;
    }

    ReferenceWriter transaction(Uid uid) {
        uid(TRANSACTION_UID, uid);
        return this;
    }

    ReferenceWriter failures(List<CommitmentResult.Failure> failures) {
        ReferenceWriter items = new ReferenceWriter(explicit);
        failures.forEach(items::failure);
        return sequence(FAILED_SOP_SEQUENCE, items);
    }

    ReferenceWriter references(List<SopReference> references) {
        ReferenceWriter items = new ReferenceWriter(explicit);
        for (SopReference reference : references) {
            ReferenceWriter item = new ReferenceWriter(explicit);
            item.reference(reference);
            items.item(item);
        }
        return sequence(REFERENCED_SOP_SEQUENCE, items);
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }

    private void reference(SopReference reference) {
        uid(REFERENCED_SOP_CLASS_UID, reference.sopClass());
        uid(REFERENCED_SOP_INSTANCE_UID, reference.sopInstance());
    }

    private void failure(CommitmentResult.Failure failure) {
        ReferenceWriter item = new ReferenceWriter(explicit);
        item.reference(failure.reference());
        item.header(FAILURE_REASON, "US", 2);
        item.number(failure.reason().code(), 2);
        item(item);
    }

    private void uid(int element, Uid uid) {
        byte[] value = uid.value().getBytes(US_ASCII);
        int length = value.length + (value.length & 1);
        header(element, "UI", length);
        out.writeBytes(value);
        if (length > value.length) {
            out.write(0);
        }
    }

    private ReferenceWriter sequence(int element, ReferenceWriter items) {
        if (items.out.size() > 0) {
            header(element, "SQ", items.out.size());
            out.writeBytes(items.out.toByteArray());
        }
        return this;
    }

    private void item(ReferenceWriter content) {
        number(0xFFFE, 2);
        number(0xE000, 2);
        number(content.out.size(), 4);
        out.writeBytes(content.out.toByteArray());
    }

    /** All attributes are of group 0008. */
    private void header(int element, String vr, int length) {
        number(0x0008, 2);
        number(element, 2);
        if (!explicit) {
            number(length, 4);
        } else if (vr.equals("SQ")) {
            out.writeBytes(vr.getBytes(US_ASCII));
            number(0, 2);
            number(length, 4);
        } else {
            out.writeBytes(vr.getBytes(US_ASCII));
            number(length, 2);
        }
    }

    private void number(int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write(value >>> (8 * i));
        }
    }
}
