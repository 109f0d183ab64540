package org.dicomgateway.dicom.commitment;

import java.util.List;
import org.dicomgateway.dicom.values.Uid;

/**
 * The result of a request, for all of its instances (PS3.4 J.3.3).
 *
 * @param transaction Transaction UID of the request
 * @param committed the instances whose storage is committed
 * @param failed the instances whose storage is not
 */
public record CommitmentResult(Uid transaction, List<SopReference> committed, List<Failure> failed) {

    /** Copies the lists. */
    public CommitmentResult {
        committed = List.copyOf(committed);
        failed = List.copyOf(failed);
    }

    /** One item of the Failed SOP Sequence. */
    public record Failure(SopReference reference, FailureReason reason) {}

    /** Event Type ID: {@link StorageCommitment#SUCCESSFUL} only when nothing failed. */
    public int eventType() {
        return failed.isEmpty() ? StorageCommitment.SUCCESSFUL : StorageCommitment.FAILURES_EXIST;
    }
}
