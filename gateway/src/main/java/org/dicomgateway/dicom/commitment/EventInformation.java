package org.dicomgateway.dicom.commitment;

import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * The Event Information of a report (PS3.4 Table J.3-2), in implicit or explicit VR little endian: Transaction UID,
 * Failed SOP Sequence and Referenced SOP Sequence.
 */
public final class EventInformation {

    private EventInformation() {}

    /**
     * Reads a dataset. The position of the stream afterwards is not defined. A failed item without a reason counts as
     * {@link FailureReason#PROCESSING_FAILURE}.
     *
     * @throws RefusedMessageException when it is malformed, has no valid Transaction UID, or names more than {@link
     *     ActionInformation#MAX_REFERENCES} instances
     * @throws IOException when {@code dataset} throws it
     */
    public static CommitmentResult read(InputStream dataset, TransferSyntax syntax)
            throws RefusedMessageException, IOException {
        ReferenceReader read = ReferenceReader.read(dataset, syntax);
        return new CommitmentResult(read.transaction(), read.references(), read.failures());
    }

    /** Writes a dataset. A sequence without items is left out. */
    public static byte[] write(CommitmentResult result, TransferSyntax syntax) {
        return new ReferenceWriter(syntax)
                .transaction(result.transaction())
                .failures(result.failed())
                .references(result.committed())
                .toByteArray();
    }
}
