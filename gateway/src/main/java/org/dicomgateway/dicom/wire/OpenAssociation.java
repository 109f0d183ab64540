package org.dicomgateway.dicom.wire;

import java.io.InputStream;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;

/**
 * An association that we requested and the peer accepted. For one thread at a time. After any
 * {@link AssociationException} it is aborted and of no further use.
 */
public interface OpenAssociation extends AutoCloseable {

    /** Whether the peer accepted this pair: {@link #cStore} can send it. */
    boolean accepts(PresentationPair pair);

    /**
     * Sends an instance, byte for byte as {@code dataset} gives it, and waits for the answer. (A deflated dataset of odd
     * length gets the NUL after it that the standard demands, PS3.5 A.5.)
     *
     * @param dataset read to its end; when it throws, the association is aborted before the instance is complete
     * @return the response's status, whatever it is
     * @throws AssociationException when no valid answer came; whether the peer has the instance is then unknown
     * @throws java.io.IOException when {@code dataset} could not be read: our trouble, not the peer's
     */
    int cStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
            throws AssociationException, java.io.IOException;

    /** C-ECHO (PS3.4 Annex A): the status of the response. The Verification context must have been proposed. */
    int cEcho() throws AssociationException;

    /** Releases in order (A-RELEASE), or aborts when the peer does not answer in time. Never throws. */
    @Override
    void close();

    /** Aborts (A-ABORT) and closes the socket. Any thread may call it; a blocked {@link #cStore} then fails. */
    void abort();
}
