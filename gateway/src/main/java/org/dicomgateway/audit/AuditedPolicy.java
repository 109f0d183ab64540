package org.dicomgateway.audit;

import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Rejection;

/** Records permanent rejections. Temporary rejections, for example when limits are reached, are not recorded. */
record AuditedPolicy(AssociationPolicy policy, AuditTrail trail) implements AssociationPolicy {

    @Override
    public AssociationAnswer answer(AssociationRequest request) {
        AssociationAnswer answer = policy.answer(request);
        if (answer instanceof Rejection rejection && !rejection.isTransient()) {
            Origin origin = request.origin();
            trail.rejected(origin.calling().value(), origin.remoteHost(), rejection.text());
        }
        return answer;
    }

    @Override
    public boolean expects(String remoteHost) {
        return policy.expects(remoteHost);
    }

    @Override
    public boolean isProxy(String remoteHost) {
        return policy.isProxy(remoteHost);
    }

    @Override
    public void notSecured(String remoteHost, String why) {
        policy.notSecured(remoteHost, why);
        trail.rejected("", remoteHost, why);
    }

    @Override
    public void refused(RefusedPeer peer, boolean logged) {
        policy.refused(peer, logged);
    }
}
