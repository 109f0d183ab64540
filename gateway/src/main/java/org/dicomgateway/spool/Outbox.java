package org.dicomgateway.spool;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * The spool as a lane sees it: gives out due deliveries and takes back their outcomes. Thread-safe.
 *
 * <p>A claim exists in memory only. It ends with {@link #settle}. After a crash, every claim without a settlement is
 * pending again: delivery is at least once.
 */
public interface Outbox {

    /**
     * Claims due deliveries of one destination. Urgent deliveries come first, then older ones. About every fifth claim
     * is a less urgent delivery, if there is one, so that a stream of urgent deliveries does not block the others
     * forever.
     *
     * <p>Skips deliveries that are already claimed. Also skips an instance while an older delivery of the same SOP
     * Instance UID to this destination is not settled: instances go out in order of receipt. A claimed instance is
     * never older than what this destination was sent before under the same SOP Instance UID, unless the content is the
     * same.
     *
     * <p>Nothing is due while the ledger cannot be written to, or is far behind with settlements.
     *
     * @return at most {@code max} claims; empty when nothing is due
     */
    List<Claim> claim(String destination, int max);

    /**
     * Opens the instance's dataset, exactly as received.
     *
     * @throws NotNowException when nothing may be sent now; the claim is to be settled as an uncounted retry
     * @throws DamagedInstanceException when the dataset is missing or cannot be read. The stream also throws it, before
     *     it returns the last byte, when the bytes are not the received ones
     */
    InputStream open(Claim claim) throws IOException;

    /**
     * Reports the outcome of a claim and ends the claim. Returns at once; the ledger gets the settlement shortly after.
     * A crash in between repeats the delivery. Until the ledger has the settlement, the delivery cannot be claimed
     * again.
     */
    void settle(Claim claim, Settlement settlement);

    /**
     * Whether the delivery goes to another destination when this one refuses it and the claim is settled as
     * {@link Settlement.Parked}. That is so when the route allows it and another candidate is left. False when this
     * cannot be determined.
     */
    boolean passesOn(Claim claim);

    /**
     * Whether this very instance can be the reason when the destination answers "duplicate SOP instance" (0x0111). That
     * is so when an earlier attempt got no answer, or when no other version was sent there, as far as the history
     * reaches. False when this cannot be determined.
     */
    boolean explainsDuplicate(Claim claim);

    /**
     * What the destination of a claim is sent instead of its instance, as far as that was noted for this delivery;
     * empty: nothing was noted, so nothing was sent instead. After the loss of the ledger it is {@link
     * SentAs#isForgotten forgotten}.
     *
     * @throws NotNowException when that cannot be determined now
     */
    Optional<SentAs> sentAs(Claim claim) throws NotNowException;

    /**
     * Notes what the destinations of claims are sent instead of their instances. Returns at once: nothing may be sent
     * before the note is durable. Notes that wait share a sync.
     *
     * @throws NotNowException when that cannot be noted now; then nothing may be sent
     */
    Note noteSentAs(Map<Claim, SentAs> sentAs) throws NotNowException;

    /**
     * Takes back what {@link #noteSentAs} noted for a claim of which nothing was sent, and about which nothing was
     * noted before. Returns at once. When it is lost, or comes before the note is in the database of a
     * cluster, the note stays, as if the instance had been sent.
     */
    Note withdrawSentAs(Claim claim);

    /**
     * Notes that the destination of a claim is sent instances as they were received. Returns when the note is durable.
     *
     * @throws NotNowException when it cannot be made durable now; then nothing may be sent
     */
    void noteSentUnchanged(Claim claim) throws NotNowException;

    /**
     * Reports that a destination became usable or unusable. The spool then chooses again for deliveries that wait for
     * any destination. If this destination is unusable, it also chooses again for deliveries that wait for it and have
     * other candidates. Claimed deliveries stay as they are. Returns at once; calls in quick succession are combined.
     */
    void reconsider(String destination);

    /**
     * Reports that the hours of routes have changed. A delivery postponed by {@link Settlement.Retry#untilOpen} becomes
     * due at the next opening of its route, or at once when its route is not in {@code openings}. Returns at once.
     * Earlier settlements are included.
     *
     * @param openings the routes that are closed now, and when each one opens
     */
    void hoursChanged(Map<String, Instant> openings);

    /**
     * When the last instance of a study was received, as far as known.
     *
     * @throws NotNowException when that cannot be determined now
     */
    Optional<Instant> lastReceived(String study) throws NotNowException;

    /**
     * Registers a callback. The spool calls {@code wakeUp}, in any thread, when a delivery of {@code destination} may
     * have become due.
     */
    void onWork(String destination, Runnable wakeUp);

    /**
     * Registers a callback for what is about to come. The spool calls it, in any thread, when an instance has arrived
     * completely that goes to {@code destination} by one route, and is not durable yet. This is only a hint: the
     * instance may be refused, or be delivered otherwise.
     */
    default void onComing(String destination, Coming coming) {}

    /** Gets an instance that is about to become due, and its route. Must not block. */
    @FunctionalInterface
    interface Coming {
        void comes(Instance instance, String route);
    }

    /**
     * What a destination is sent instead of an instance: the output of its transforms, or the instance in another
     * transfer syntax. It is noted durably before the first byte is sent, so that each attempt sends the same.
     *
     * @param version of the transforms that made it, with their keys
     * @param sopInstance the SOP Instance UID of what is sent
     * @param studyInstanceUid the Study Instance UID of what is sent, or empty
     * @param seriesInstanceUid the Series Instance UID of what is sent, or empty
     * @param digest of the dataset that is sent
     * @param length of the dataset that is sent, in bytes
     * @param transferSyntax of what is sent; empty: that in which the instance was received
     */
    record SentAs(
            String version,
            Uid sopInstance,
            String studyInstanceUid,
            String seriesInstanceUid,
            DatasetDigest digest,
            long length,
            Optional<TransferSyntax> transferSyntax) {

        private static final long FORGOTTEN = -1;

        /**
         * What was noted before the ledger was lost, of which only the version is known.
         *
         * @param version empty: it may have been one of several
         */
        public static SentAs forgotten(String version, Uid sopInstance) {
            return new SentAs(version, sopInstance, "", "", DatasetDigest.of(0), FORGOTTEN, Optional.empty());
        }

        /** Whether nothing is known but the version. */
        public boolean isForgotten() {
            return length == FORGOTTEN;
        }

        /** Whether both are the same bytes under the same UIDs, whatever transforms made them. */
        public boolean isSameAs(SentAs other) {
            return sopInstance.equals(other.sopInstance)
                    && digest.equals(other.digest)
                    && length == other.length
                    && transferSyntax.equals(other.transferSyntax);
        }
    }

    /** What is on its way into the ledger. */
    @FunctionalInterface
    interface Note {

        /**
         * Returns when it is there, and durable.
         *
         * @throws NotNowException when it may not be
         */
        void await() throws NotNowException;
    }

    /** Nothing may be sent now, for a reason that has nothing to do with the instance or its destination. */
    final class NotNowException extends IOException {

        private static final long serialVersionUID = 1L;

        public NotNowException(String message) {
            super(message);
        }
    }
}
