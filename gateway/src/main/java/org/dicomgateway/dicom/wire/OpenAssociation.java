package org.dicomgateway.dicom.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;

/**
 * An association that the gateway requested and the peer accepted. For one thread at a time. After any {@link
 * AssociationException} it is aborted and cannot be used.
 */
public interface OpenAssociation extends AutoCloseable {

    /** Whether the peer accepted this pair. Then {@link #beginStore} can send it. */
    boolean accepts(PresentationPair pair);

    /**
     * How many C-STORE requests may wait for their responses at once: what the peer granted of the asynchronous
     * operations window (PS3.7 D.3.3.3), and 1 when it said nothing.
     */
    int window();

    /**
     * Sends an instance with exactly the bytes of {@code dataset}. Its response is awaited from then on. (A deflated
     * dataset of odd length gets a NUL at its end, as the standard requires, PS3.5 A.5.)
     *
     * @param dataset read to its end; when it throws, the association is aborted before the instance is complete
     * @return the Message ID of the request: no other one that awaits its response has it
     * @throws AssociationException when the association ended; it is then unknown which of the instances without a
     *     response the peer has
     * @throws IOException when {@code dataset} could not be read: a fault of the gateway, not of the peer
     */
    int beginStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
            throws AssociationException, IOException;

    /** A response that has come already, also when the association has ended since. Never waits. */
    Optional<StoreResponse> polled();

    /**
     * Waits for a response. At least one must be awaited.
     *
     * @throws AssociationException when no valid response comes; then none comes for the others either
     */
    StoreResponse next() throws AssociationException;

    /**
     * The response to a C-STORE request.
     *
     * @param messageId of the request
     * @param status whatever it is
     */
    record StoreResponse(int messageId, int status) {}

    /**
     * Sends an instance, and waits for the response, when no other one is awaited: the status.
     *
     * @throws AssociationException as {@link #beginStore} and {@link #next}
     * @throws IOException as {@link #beginStore}
     */
    default int cStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
            throws AssociationException, IOException {
        beginStore(pair, sopInstance, dataset);
        return next().status();
    }

    /** C-ECHO (PS3.4 Annex A): the status of the response. The Verification context must have been proposed. */
    int cEcho() throws AssociationException;

    /** Releases normally (A-RELEASE), or aborts when the peer does not answer in time. Never throws. */
    @Override
    void close();

    /** Aborts (A-ABORT) and closes the socket. Any thread may call it; whoever waits then gets the failure. */
    void abort();
}
