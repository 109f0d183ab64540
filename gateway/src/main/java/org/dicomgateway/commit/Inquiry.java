package org.dicomgateway.commit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.requestor.CommitmentRequestor;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.WebAccess;

/** The way in which one destination is asked for storage commitment. For one thread, but for {@link #isFrom}. */
public interface Inquiry {

    /** What a destination says to a request. */
    enum Kind {
        /** It has the request. Its report comes, or has come. */
        TAKEN,
        /** It does not commit these instances, or not now. */
        REFUSED,
        /** It does not know such requests at all. */
        NOT_OFFERED
    }

    /**
     * An answer to a request.
     *
     * @param why it was not taken; empty when it was
     * @param pause for how long the destination wants to be left alone
     */
    record Reply(Kind kind, String why, Duration pause) {

        static final Reply TAKEN = new Reply(Kind.TAKEN, "", Duration.ZERO);
    }

    /**
     * Makes a request, in bounded time.
     *
     * @param reports takes what is reported meanwhile, in any thread
     * @param wait returns when the report has come, or after a limited time
     * @throws AssociationException when no valid answer came; it is then unknown whether the destination has it
     */
    Reply ask(CommitmentRequest request, Function<CommitmentResult, Answer> reports, Runnable wait)
            throws AssociationException;

    /**
     * Fetches reports on the requests that were taken, where the destination does not bring them. Each time it is
     * called, it asks for what is due.
     *
     * @param open whether a request, by its Transaction UID, is still waited for
     * @return the requests that the destination has forgotten: no report will come
     */
    default List<Uid> collect(Predicate<Uid> open, Function<CommitmentResult, Answer> reports) {
        return List.of();
    }

    /** Whether a report that was brought is from this destination. */
    boolean isFrom(Origin origin);

    /** By associations (PS3.4 Annex J), to a DICOM node with a calling AE title. */
    static Inquiry of(DestinationSettings destination, CommitmentRequestor requestor) {
        return new AssociationInquiry(
                destination.peer().orElseThrow(), destination.callingAe().orElseThrow(), requestor);
    }

    /** Over DICOMweb (PS3.18 13). */
    static Inquiry of(DestinationSettings destination, WebAccess access, InstantSource clock) {
        return new WebInquiry(destination, access, clock);
    }
}
