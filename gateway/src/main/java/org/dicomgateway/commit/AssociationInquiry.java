package org.dicomgateway.commit;

import java.time.Duration;
import java.util.function.Function;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.requestor.CommitmentRequestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;

/** By N-ACTION; reports come on the association of the request, or on one that the peer opens. */
record AssociationInquiry(Peer peer, AeTitle calling, CommitmentRequestor requestor) implements Inquiry {

    @Override
    public Reply ask(CommitmentRequest request, Function<CommitmentResult, Answer> reports, Runnable wait)
            throws AssociationException {
        int status = requestor.request(peer, calling, request, new SameAssociation(peer, reports), wait::run);
        return DimseStatus.kindOf(status) == DimseStatus.Kind.FAILURE
                ? new Reply(
                        Kind.REFUSED,
                        "it answered the request with " + DimseStatus.format(status) + ", "
                                + DimseStatus.meaningOf(status),
                        Duration.ZERO)
                : Reply.TAKEN;
    }

    @Override
    public boolean isFrom(Origin origin) {
        return origin.calling().equals(peer.aeTitle());
    }

    /** Takes the reports on the association of a request. */
    private record SameAssociation(Peer peer, Function<CommitmentResult, Answer> reports) implements CommitmentScu {

        @Override
        public String refusal(Origin origin) {
            return "";
        }

        @Override
        public Answer report(CommitmentResult result, Origin origin) {
            return origin.calling().equals(peer.aeTitle()) ? reports.apply(result) : ArchiveCommitments.UNKNOWN;
        }
    }
}
