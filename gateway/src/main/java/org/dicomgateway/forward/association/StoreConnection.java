package org.dicomgateway.forward.association;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.spool.Claim;

/**
 * What a lane sends instances over: an association, or, to a destination over DICOMweb, a place for one request at a
 * time. Several instances can be under way on it: an instance is under way from its {@link #begin} until its answer is
 * taken, by {@link #polled} or {@link #next}, or until the connection fails. Each has its own answer, and answers come
 * in any order. For one thread at a time. After any exception of {@link #begin} or {@link #next} nothing more can be
 * begun; answers that came before can still be taken.
 */
public interface StoreConnection extends AutoCloseable {

    /**
     * The answer to one instance.
     *
     * @param claim what was delivered
     * @param outcome what the answer means, judged by itself
     */
    record Answer(Claim claim, Outcome outcome) {}

    /** Whether {@link #begin} can send an instance with this pair. */
    boolean accepts(PresentationPair pair);

    /**
     * Whether another instance can be begun before an answer is taken. With nothing under way it can.
     *
     * @param bytes its length, as far as that is known before it is prepared
     */
    boolean takesMore(long bytes);

    /**
     * Sends an instance with exactly the bytes of its dataset. It may wait for answers to those under way, which can
     * then be taken. The dataset is not read after it returns.
     *
     * @param claim what is delivered; no other claim under way has the same SOP Instance UID
     * @param outgoing what is sent of it
     * @throws AssociationException when the connection ended; it is then unknown which of those under way, this one
     *     included, the destination has
     * @throws IOException when the dataset could not be read: a fault of the gateway, not of the destination. The
     *     destination does not have this instance, and it is unknown which of the others under way it has
     */
    void begin(Claim claim, Outgoing outgoing) throws AssociationException, IOException;

    /** An answer that has come already. Never waits. */
    Optional<Answer> polled();

    /**
     * Waits for an answer: nothing more is begun before it comes. At least one instance must be under way.
     *
     * @throws AssociationException when no valid answer came, nor will one to the others under way; it is then unknown
     *     which of them the destination has
     */
    Answer next() throws AssociationException;

    /**
     * Asks whether the destination answers: by C-ECHO, or by a query. Nothing must be under way.
     *
     * @return how long the destination asks to be left alone; zero when it does not
     * @throws AssociationException when it does not answer, or says that it cannot be used
     */
    Duration echo() throws AssociationException;

    /** Ends it in order, or at once when instances are under way. Never throws. */
    @Override
    void close();

    /** Ends it at once. Any thread may call it; whoever waits for it then gets the failure. */
    void abort();
}
