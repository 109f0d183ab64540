package org.dicomgateway.forward.association;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.spool.Claim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The associations of one lane, or what takes their place over DICOMweb. They stay within the destination's limit, and
 * can all be aborted at once.
 */
public final class Associations {

    /** Opens an association. */
    @FunctionalInterface
    private interface Call {
        StoreConnection open() throws AssociationException;
    }

    private static final Duration POLL = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(Associations.class);

    private final String address;
    private final LaneConnectors laneConnectors;
    private final AssociationLimit limit;
    private final PendingResponses pendingResponses;
    private final WakeSignal wakeSignal;
    private final Set<Limited> open = ConcurrentHashMap.newKeySet();
    private volatile boolean aborted;

    public Associations(
            String address,
            LaneConnectors laneConnectors,
            AssociationLimit limit,
            PendingResponses pendingResponses,
            WakeSignal wakeSignal) {
        this.address = address;
        this.laneConnectors = laneConnectors;
        this.limit = limit;
        this.pendingResponses = pendingResponses;
        this.wakeSignal = wakeSignal;
    }

    /**
     * Opens an association to the destination as soon as the limit allows it.
     *
     * @throws AssociationException when it cannot be opened, or when the lane stops before it is open
     */
    public StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs)
            throws AssociationException, InterruptedException {
        while (!limit.acquire(POLL)) {
            if (wakeSignal.isStopping()) {
                throw stopped();
            }
        }
        return callThenRelease(() -> awaited(calling, pairs));
    }

    /**
     * Opens an association if the limit allows it now. Waits only a short time for each answer.
     *
     * @return empty when the limit does not allow it
     * @throws AssociationException as {@link #open}
     */
    Optional<StoreConnection> openHastily(AeTitle calling, Collection<PresentationPair> pairs)
            throws AssociationException {
        return limit.tryAcquire()
                ? Optional.of(callThenRelease(() -> laneConnectors.hasty().open(calling, pairs)))
                : Optional.empty();
    }

    private StoreConnection awaited(AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException {
        if (!laneConnectors.patient().callsToOpen()) {
            return laneConnectors.patient().open(calling, pairs);
        }
        try (PendingResponses.Wait wait = pendingResponses.beginCall()) {
            try {
                StoreConnection association = laneConnectors.patient().open(calling, pairs);
                wait.answered();
                return association;
            } catch (AssociationException e) {
                if (e.rejection().isPresent()) {
                    wait.answered();
                }
                throw e;
            }
        }
    }

    /** Opens an association on a place already taken; frees the place when it closes, or when it cannot be opened. */
    private StoreConnection callThenRelease(Call call) throws AssociationException {
        Limited association = null;
        try {
            association = new Limited(call.open());
            open.add(association);
        } catch (RuntimeException e) {
            // A fault of the gateway that every call would meet: let the breaker see it.
            LOG.error("calling {} failed because of a fault in the gateway", address, e);
            throw new AssociationException(
                    AssociationException.Cause.PROTOCOL,
                    "a fault in the gateway while calling " + address + ": " + e,
                    e);
        } finally {
            if (association == null) {
                limit.release();
            }
        }
        if (aborted) {
            association.abort();
            association.close();
            throw stopped();
        }
        return association;
    }

    /** Whether the limit allows another association now. */
    public boolean hasRoom() {
        return limit.hasRoom();
    }

    /** Whether the association that asks is to be closed soon: another gateway waits for its place. */
    public boolean mustYield() {
        return limit.mustYield();
    }

    /** How many associations of this lane are open. */
    public int count() {
        return open.size();
    }

    /** Aborts all open associations, and every association that is opened later. */
    public void abortAll() {
        aborted = true;
        open.forEach(Limited::abort);
    }

    public boolean areAborted() {
        return aborted;
    }

    private AssociationException stopped() {
        return new AssociationException(
                AssociationException.Cause.CONNECTION_LOST, "the lane to " + address + " is stopping", null);
    }

    /** Frees its place in the limit when it is closed, once. */
    private final class Limited implements StoreConnection {

        private final StoreConnection association;
        private final AtomicBoolean closed = new AtomicBoolean();

        Limited(StoreConnection association) {
            this.association = association;
        }

        @Override
        public boolean accepts(PresentationPair pair) {
            return association.accepts(pair);
        }

        @Override
        public boolean takesMore(long bytes) {
            return association.takesMore(bytes);
        }

        @Override
        public void begin(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
            association.begin(claim, outgoing);
        }

        @Override
        public Optional<Answer> polled() {
            return association.polled();
        }

        @Override
        public Answer next() throws AssociationException {
            return association.next();
        }

        @Override
        public Duration echo() throws AssociationException {
            return association.echo();
        }

        @Override
        public void abort() {
            association.abort();
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            try {
                association.close();
            } finally {
                open.remove(this);
                limit.release();
            }
        }
    }
}
