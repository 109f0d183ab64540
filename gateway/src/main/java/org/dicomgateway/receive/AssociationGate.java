package org.dicomgateway.receive;

import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.spool.Intake;

/**
 * Decides on association requests. Accepts a peer that calls an AE title of the gateway and passes access control,
 * while the spool accepts instances. While the spool is closed, the rejection is transient, so that a modality keeps
 * its images and tries again.
 */
public final class AssociationGate implements AssociationPolicy {

    private final Set<AeTitle> aeTitles;
    private final AssociationPolicy access;
    private final Intake intake;
    private final RejectedSenders rejected;

    /**
     * For a listener with these AE titles.
     *
     * @param access decides on peers that call one of these AE titles
     * @param rejected counts the peers that got no association
     */
    public AssociationGate(Set<AeTitle> aeTitles, AssociationPolicy access, Intake intake, RejectedSenders rejected) {
        this.aeTitles = Set.copyOf(aeTitles);
        this.access = access;
        this.intake = intake;
        this.rejected = rejected;
    }

    @Override
    public AssociationAnswer answer(AssociationRequest request) {
        Optional<Rejection> wrongTitle = checkCalled(aeTitles, request.origin().called());
        if (wrongTitle.isPresent()) {
            return wrongTitle.get();
        }
        Optional<String> closed = intake.closedBecause();
        return closed.isPresent() ? Rejection.temporaryCongestion(closed.get()) : access.answer(request);
    }

    /** The rejection of a sender that calls another AE title than those of the listener. */
    static Optional<Rejection> checkCalled(Set<AeTitle> aeTitles, AeTitle called) {
        return aeTitles.contains(called)
                ? Optional.empty()
                : Optional.of(Rejection.calledAeTitleNotRecognized("called AE title " + called + " is not configured: "
                        + aeTitles.stream().sorted().toList()));
    }

    @Override
    public boolean expects(String remoteHost) {
        return access.expects(remoteHost);
    }

    @Override
    public boolean isProxy(String remoteHost) {
        return access.isProxy(remoteHost);
    }

    @Override
    public void refused(RefusedPeer peer, boolean logged) {
        rejected.count(peer, logged);
    }
}
