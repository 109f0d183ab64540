package org.dicomgateway.dicom.requestor;

import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.security.TlsContexts;

/** Reports results of storage commitment requests, each on an association of its own. For any number of threads. */
@FunctionalInterface
public interface Reporter {

    /**
     * Opens an association, with the gateway as SCP by role selection (PS3.7 D.3.3.4), reports the result
     * (N-EVENT-REPORT, PS3.4 J.3.3), and releases the association. Every step has a time limit.
     *
     * @param peer the node that requested the commitment
     * @param calling our AE title: the one that the peer called
     * @return the status of the response, whatever it is
     * @throws AssociationException when no valid answer came; it is then unknown whether the peer has the result
     */
    int report(Peer peer, AeTitle calling, CommitmentResult result) throws AssociationException;

    /** A reporter with these settings. If they require TLS, it uses one of these contexts. */
    static Reporter of(RequestorSettings settings, TlsContexts contexts) {
        return new ToolkitRequestor(settings, contexts);
    }
}
