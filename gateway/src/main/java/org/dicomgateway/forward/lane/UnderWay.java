package org.dicomgateway.forward.lane;

import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.ProgressStream;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.forward.health.Throughput;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one batch that were begun on one connection, and are not settled. Those that are left at its end are
 * settled as not answered. Used by one worker.
 */
final class UnderWay implements AutoCloseable {

    private final StoreConnection connection;
    private final ClaimBatch claimBatch;
    private final DestinationSignals destinationSignals;
    private final StoreAttempt storeAttempt;
    private final Map<Long, Attempt> attempts = new LinkedHashMap<>();
    private boolean answered;
    private boolean ending;

    UnderWay(
            StoreConnection connection,
            ClaimBatch claimBatch,
            DestinationSignals destinationSignals,
            StoreAttempt storeAttempt) {
        this.connection = connection;
        this.claimBatch = claimBatch;
        this.destinationSignals = destinationSignals;
        this.storeAttempt = storeAttempt;
    }

    StoreConnection connection() {
        return connection;
    }

    ClaimBatch claimBatch() {
        return claimBatch;
    }

    boolean isEmpty() {
        return attempts.isEmpty();
    }

    /** Whether an answer must be taken before anything else is begun. */
    boolean isFull() {
        return !isEmpty() && !connection.takesMore(0);
    }

    /**
     * Whether this claim can be begun now. One that may be the reason why an association broke goes alone: then it is
     * known whether it is.
     */
    boolean admits(Claim claim) {
        return isEmpty()
                || (connection.takesMore(claim.instance().datasetLength())
                        && !goesAlone(claim)
                        && attempts.values().stream().noneMatch(attempt -> goesAlone(attempt.claim)));
    }

    private boolean goesAlone(Claim claim) {
        return destinationSignals.faultAttribution().mayBreak(claim);
    }

    /** Whether the connection has shown by an answer that the caller may store there. */
    boolean wasAnswered() {
        return answered;
    }

    void answered() {
        answered = true;
    }

    /** Whether nothing more is to be begun here. It stays so once it was. */
    boolean isEnding(boolean mustEnd) {
        ending |= mustEnd;
        return ending;
    }

    Attempt begin(Claim claim) {
        Attempt attempt = new Attempt(claim);
        attempts.put(claim.deliveryId(), attempt);
        attempts.values().forEach(each -> each.among = Math.max(each.among, attempts.size()));
        return attempt;
    }

    Attempt get(Claim claim) {
        return Optional.ofNullable(attempts.get(claim.deliveryId())).orElseThrow();
    }

    /** All of them, the oldest first. */
    List<Attempt> all() {
        return new ArrayList<>(attempts.values());
    }

    /** The destination reads: it may do so before it answers any of them. */
    private void moved() {
        for (Attempt each : attempts.values()) {
            PendingResponses.Wait waits = each.wait;
            if (waits != null) {
                waits.moved();
            }
        }
    }

    @Override
    public void close() {
        if (!isEmpty()) {
            connection.abort();
            storeAttempt.abandon(this, "the gateway ended the association before the answer came");
        }
    }

    /** One of them. It counts as waiting for an answer as soon as its dataset is being sent. */
    final class Attempt {

        private final Claim claim;
        private final long start = System.nanoTime();
        private final Throughput throughput = destinationSignals.tally().throughput();
        private PendingResponses.@Nullable Wait wait;
        private int among = 1;

        private Attempt(Claim claim) {
            this.claim = claim;
            throughput.begin();
        }

        Claim claim() {
            return claim;
        }

        /** When it was begun, in the time of {@link System#nanoTime}. */
        long start() {
            return start;
        }

        /** What is sent of it. While its dataset is read, answers to others are taken. */
        Outgoing outgoing(OutgoingInstances.Prepared prepared, InputStream dataset) {
            Instance known = prepared.known(claim);
            PendingResponses.Wait waits = destinationSignals.pendingResponses().beginStore(known.datasetLength());
            wait = waits;
            return new Outgoing(
                    new PresentationPair(known.sopClass(), known.transferSyntax()),
                    known.sopInstance(),
                    known.datasetLength(),
                    new ProgressStream(dataset, () -> {
                        UnderWay.this.moved();
                        storeAttempt.takeAnswers(UnderWay.this);
                    }),
                    prepared.sentAs());
        }

        /** How long it took, as its share of the time in which it was one of several. */
        Duration took() {
            return Duration.ofNanos((System.nanoTime() - start) / among);
        }

        /** Whether its dataset was given to the connection. */
        boolean isSending() {
            return wait != null;
        }

        /** It is no longer under way. Only the first call has an effect. */
        void end(boolean wasAnswered) {
            if (attempts.remove(claim.deliveryId()) == null) {
                return;
            }
            PendingResponses.Wait waits = wait;
            if (waits != null) {
                if (wasAnswered) {
                    waits.answered();
                }
                waits.close();
            }
            throughput.end(wasAnswered ? claim.instance().datasetLength() : 0);
        }
    }
}
