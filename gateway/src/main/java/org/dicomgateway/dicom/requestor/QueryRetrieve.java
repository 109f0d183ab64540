package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.security.TlsContexts;

/**
 * Asks other nodes what they have, and has them send it (PS3.4 Annex C, Study Root), each time on an association of its
 * own. For any number of threads. Every step has a time limit, and so have all steps together.
 */
public interface QueryRetrieve {

    /** The unique keys of an instance (PS3.4 C.6.2.1). */
    record UniqueKeys(Uid study, Uid series, Uid sopInstance) {}

    /** Takes an instance while it arrives, in another thread than the caller's. Called once at most. */
    @FunctionalInterface
    interface Receiver {

        /**
         * Reads the dataset. What it leaves is discarded.
         *
         * @throws IOException ends the retrieval; {@link #cGet} throws it
         */
        void take(TransferSyntax transferSyntax, InputStream dataset) throws IOException;
    }

    /** How a retrieval ended. */
    enum Outcome {
        /** The peer sent the instance. */
        SENT,
        /** The peer accepted no presentation context for it, or does not let the gateway be the SCP. */
        NOT_ACCEPTED,
        /** The peer answered without sending it. */
        NOT_SENT
    }

    /**
     * What came of a retrieval.
     *
     * @param status of the last response to C-GET; of no meaning when there was no request
     */
    record Retrieved(Outcome outcome, int status) {}

    /**
     * The instances that a peer has of a study, by C-FIND at the levels SERIES and IMAGE.
     *
     * @return the Series Instance UID, by SOP Instance UID
     * @throws AssociationException when there is no valid answer, or more of it than any study has; it says nothing
     *     about the study
     */
    Map<Uid, Uid> instances(Peer peer, AeTitle calling, Uid study) throws AssociationException;

    /**
     * Has a peer send one instance by C-GET. A peer that sends another one is aborted.
     *
     * @param sopClass of the instance
     * @param transferSyntaxes the ones to propose for it
     * @throws AssociationException when there is no valid answer
     * @throws IOException when {@code receiver} throws it
     */
    Retrieved cGet(
            Peer peer,
            AeTitle calling,
            UniqueKeys instance,
            Uid sopClass,
            Collection<TransferSyntax> transferSyntaxes,
            Receiver receiver)
            throws AssociationException, IOException;

    /** With these settings. If they require TLS, it uses one of these contexts. */
    static QueryRetrieve of(RequestorSettings settings, TlsContexts contexts) {
        return new StudyRoot(new ToolkitRequestor(settings, contexts));
    }
}
