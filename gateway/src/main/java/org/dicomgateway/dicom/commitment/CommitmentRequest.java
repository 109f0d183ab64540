package org.dicomgateway.dicom.commitment;

import java.util.List;
import org.dicomgateway.dicom.values.Uid;

/**
 * A request to commit the storage of instances (PS3.4 J.3.2).
 *
 * @param transaction Transaction UID (0008,1195)
 * @param references the instances, each once, in the order of the request; at least one
 */
public record CommitmentRequest(Uid transaction, List<SopReference> references) {

    /** Copies the list. */
    public CommitmentRequest {
        references = List.copyOf(references);
    }
}
