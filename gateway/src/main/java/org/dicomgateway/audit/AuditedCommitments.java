package org.dicomgateway.audit;

import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.values.Origin;

/** Records requests of storage commitment from nodes that may not make any. */
record AuditedCommitments(CommitmentScp scp, AuditTrail trail) implements CommitmentScp {

    @Override
    public String refusal(Origin origin) {
        String why = scp.refusal(origin);
        if (!why.isEmpty()) {
            trail.rejected(origin.calling().value(), origin.remoteHost(), "storage commitment: " + why);
        }
        return why;
    }

    @Override
    public Answer request(CommitmentRequest request, Origin origin, ReportChannel channel) {
        return scp.request(request, origin, channel);
    }
}
