package org.dicomgateway.dicom.commitment;

import org.dicomgateway.dicom.wire.AssociationException;

/** An association on which a result can be reported (N-EVENT-REPORT, PS3.7 10.1.1). For any thread, one at a time. */
public interface ReportChannel {

    /** Whether the association is still open. It can end at any moment. */
    boolean isOpen();

    /**
     * Reports a result and waits for the response, for a limited time.
     *
     * @return the status of the response, whatever it is
     * @throws AssociationException when no valid answer came; the association is then aborted, and it is unknown
     *     whether the peer has the result
     */
    int report(CommitmentResult result) throws AssociationException;
}
