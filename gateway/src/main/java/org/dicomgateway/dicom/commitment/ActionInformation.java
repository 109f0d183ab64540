package org.dicomgateway.dicom.commitment;

import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * The Action Information of a request (PS3.4 Table J.3-1), in implicit or explicit VR little endian: Transaction UID
 * and Referenced SOP Sequence.
 */
public final class ActionInformation {

    /** The most instances of one request. */
    public static final int MAX_REFERENCES = 10_000;

    private ActionInformation() {}

    /**
     * Reads a dataset. The position of the stream afterwards is not defined.
     *
     * @throws RefusedMessageException when it is malformed, lacks an attribute, or names too many instances
     * @throws IOException when {@code dataset} throws it
     */
    public static CommitmentRequest read(InputStream dataset, TransferSyntax syntax)
            throws RefusedMessageException, IOException {
        ReferenceReader read = ReferenceReader.read(dataset, syntax);
        if (read.references().isEmpty()) {
            throw new RefusedMessageException(
                    DimseStatus.MISSING_ATTRIBUTE, "no item in Referenced SOP Sequence (0008,1199)");
        }
        return new CommitmentRequest(read.transaction(), read.references());
    }

    /** Writes a dataset. */
    public static byte[] write(CommitmentRequest request, TransferSyntax syntax) {
        return new ReferenceWriter(syntax)
                .transaction(request.transaction())
                .references(request.references())
                .toByteArray();
    }
}
