package org.dicomgateway.dicom.requestor;

import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.security.TlsContexts;

/** Requests storage commitment, each time on an association of its own. For any number of threads. */
@FunctionalInterface
public interface CommitmentRequestor {

    /**
     * Opens an association, requests the commitment (N-ACTION, PS3.4 J.3.2), and releases the association. Every step
     * has a time limit. A report can come before the response.
     *
     * @param calling our AE title, which the peer calls when it reports on another association
     * @param reports takes what the peer reports on this association
     * @param wait how long the association stays open for that, when the request was taken
     * @return the status of the response, whatever it is
     * @throws AssociationException when no valid answer came; it is then unknown whether the peer has the request
     */
    int request(Peer peer, AeTitle calling, CommitmentRequest request, CommitmentScu reports, Wait wait)
            throws AssociationException;

    /** Waits for a report. */
    @FunctionalInterface
    interface Wait {
        /** Returns when the report has come, or after a limited time. */
        void forReport();
    }

    /** A requestor with these settings. If they require TLS, it uses one of these contexts. */
    static CommitmentRequestor of(RequestorSettings settings, TlsContexts contexts) {
        return new ToolkitRequestor(settings, contexts);
    }
}
