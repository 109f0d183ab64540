package org.dicomgateway.dicom.wire;

import java.io.InputStream;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;

/**
 * An association that the gateway requested and the peer accepted. For one thread at a time. After any {@link
 * AssociationException} it is aborted and cannot be used.
 */
public interface OpenAssociation extends AutoCloseable {

    /** Whether the peer accepted this pair. Then {@link #cStore} can send it. */
    boolean accepts(PresentationPair pair);

    /**
     * Sends an instance with exactly the bytes of {@code dataset}, and waits for the answer. (A deflated dataset of
     * odd length gets a NUL at its end, as the standard requires, PS3.5 A.5.)
     *
     * @param dataset read to its end; when it throws, the association is aborted before the instance is complete
     * @return the status of the response, whatever it is
     * @throws AssociationException when no valid answer came; it is then unknown whether the peer has the instance
     * @throws java.io.IOException when {@code dataset} could not be read: a fault of the gateway, not of the peer
     */
    int cStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
            throws AssociationException, java.io.IOException;

    /** C-ECHO (PS3.4 Annex A): the status of the response. The Verification context must have been proposed. */
    int cEcho() throws AssociationException;

    /** Releases normally (A-RELEASE), or aborts when the peer does not answer in time. Never throws. */
    @Override
    void close();

    /** Aborts (A-ABORT) and closes the socket. Any thread may call it; a blocked {@link #cStore} then fails. */
    void abort();
}
