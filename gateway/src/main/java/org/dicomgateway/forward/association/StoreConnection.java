package org.dicomgateway.forward.association;

import java.io.IOException;
import java.time.Duration;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.spool.Claim;

/**
 * What a lane sends instances over, one after another: an association, or, to a destination over DICOMweb, a place for
 * one request at a time. For one thread at a time. After any {@link AssociationException} it cannot be used.
 */
public interface StoreConnection extends AutoCloseable {

    /** Whether {@link #store} can send an instance with this pair. */
    boolean accepts(PresentationPair pair);

    /**
     * Sends an instance with exactly the bytes of its dataset, and waits for the answer.
     *
     * @param claim what is delivered
     * @param outgoing what is sent of it
     * @return what the answer means, judged by itself
     * @throws AssociationException when no valid answer came; it is then unknown whether the destination has the
     *     instance
     * @throws IOException when the dataset could not be read: a fault of the gateway, not of the destination
     */
    Outcome store(Claim claim, Outgoing outgoing) throws AssociationException, IOException;

    /**
     * Asks whether the destination answers: by C-ECHO, or by a query.
     *
     * @return how long the destination asks to be left alone; zero when it does not
     * @throws AssociationException when it does not answer, or says that it cannot be used
     */
    Duration echo() throws AssociationException;

    /** Ends it in order. Never throws. */
    @Override
    void close();

    /** Ends it at once. Any thread may call it; a blocked {@link #store} then fails. */
    void abort();
}
