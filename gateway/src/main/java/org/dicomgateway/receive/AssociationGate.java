package org.dicomgateway.receive;

import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.spool.Intake;

/**
 * Decides who may associate: callers that know one of our AE titles and whom the access control lets in, while the spool
 * takes instances. A spool that is closed rejects as transient, so that a modality keeps its images and tries again.
 */
public final class AssociationGate implements AssociationPolicy {

    private final Set<AeTitle> aeTitles;
    private final AssociationPolicy access;
    private final Intake intake;

    /**
     * For a listener that answers to these AE titles.
     *
     * @param access asked about callers of one of them
     */
    public AssociationGate(Set<AeTitle> aeTitles, AssociationPolicy access, Intake intake) {
        this.aeTitles = Set.copyOf(aeTitles);
        this.access = access;
        this.intake = intake;
    }

    @Override
    public AssociationAnswer answer(AssociationRequest request) {
        AeTitle called = request.origin().called();
        if (!aeTitles.contains(called)) {
            return Rejection.calledAeTitleNotRecognized("called AE title " + called + " is none of ours: "
                    + aeTitles.stream().sorted().toList());
        }
        Optional<String> closed = intake.closedBecause();
        return closed.isPresent() ? Rejection.temporaryCongestion(closed.get()) : access.answer(request);
    }

    @Override
    public boolean expects(String remoteHost) {
        return access.expects(remoteHost);
    }
}
