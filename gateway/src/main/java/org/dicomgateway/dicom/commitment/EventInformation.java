package org.dicomgateway.dicom.commitment;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** Writes the Event Information of a report (PS3.4 Table J.3-2), in implicit or explicit VR little endian. */
public final class EventInformation {

    private static final int TRANSACTION_UID = 0x1195;
    private static final int FAILED_SOP_SEQUENCE = 0x1198;
    private static final int REFERENCED_SOP_SEQUENCE = 0x1199;
    private static final int REFERENCED_SOP_CLASS_UID = 0x1150;
    private static final int REFERENCED_SOP_INSTANCE_UID = 0x1155;
    private static final int FAILURE_REASON = 0x1197;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean explicit;

    private EventInformation(boolean explicit) {
        this.explicit = explicit;
    }

    /** The dataset. A sequence without items is left out. */
    public static byte[] write(CommitmentResult result, TransferSyntax syntax) {
        boolean explicit = !syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        EventInformation dataset = new EventInformation(explicit);
        dataset.uid(TRANSACTION_UID, result.transaction());
        EventInformation failed = new EventInformation(explicit);
        result.failed().forEach(failed::failure);
        dataset.sequence(FAILED_SOP_SEQUENCE, failed);
        EventInformation committed = new EventInformation(explicit);
        committed.references(result.committed());
        dataset.sequence(REFERENCED_SOP_SEQUENCE, committed);
        return dataset.out.toByteArray();
    }

    private void references(List<SopReference> references) {
        for (SopReference reference : references) {
            EventInformation item = new EventInformation(explicit);
            item.reference(reference);
            item(item);
        }
    }

    private void reference(SopReference reference) {
        uid(REFERENCED_SOP_CLASS_UID, reference.sopClass());
        uid(REFERENCED_SOP_INSTANCE_UID, reference.sopInstance());
    }

    private void failure(CommitmentResult.Failure failure) {
        EventInformation item = new EventInformation(explicit);
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

    private void sequence(int element, EventInformation items) {
        if (items.out.size() > 0) {
            header(element, "SQ", items.out.size());
            out.writeBytes(items.out.toByteArray());
        }
    }

    private void item(EventInformation content) {
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
