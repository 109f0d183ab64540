package org.dicomgateway.forward.association;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.dicom.wire.OpenAssociation.StoreResponse;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.spool.Claim;

/** Calls a DICOM node: associations, C-STORE and C-ECHO. For any number of threads. */
public final class AssociationConnector implements Connector {

    /**
     * The most that is under way on one association, unless it is a single instance. It is more than a long and fast
     * line holds, and it is what has to be sent again when the association breaks.
     */
    private static final long MOST_BYTES = 256L * ByteSize.MIB;

    private final Peer peer;
    private final Requestor offering;
    private final Requestor requestor;
    private final WindowOffer offer;
    private final Predicate<Claim> explainsDuplicate;

    /**
     * Calls nobody before {@link #open}.
     *
     * @param offering offers an asynchronous operations window, if any is offered
     * @param requestor offers none
     * @param offer whether one is offered
     * @param explainsDuplicate whether the answer that the destination has the instance already can mean this very
     *     instance
     */
    private AssociationConnector(
            Peer peer, Requestor offering, Requestor requestor, WindowOffer offer, Predicate<Claim> explainsDuplicate) {
        this.peer = peer;
        this.offering = offering;
        this.requestor = requestor;
        this.offer = offer;
        this.explainsDuplicate = explainsDuplicate;
    }

    /**
     * Connectors to DICOM nodes.
     *
     * @param requestors makes the requestor for each connector
     * @param explainsDuplicate as for the constructor
     */
    public static Factory by(
            Function<RequestorSettings, Requestor> requestors,
            Predicate<Claim> explainsDuplicate,
            InstantSource clock) {
        return (destination, settings) -> new AssociationConnector(
                destination.peer().orElseThrow(),
                requestors.apply(settings),
                requestors.apply(settings.withWindow(1)),
                new WindowOffer(destination.name(), settings.window(), clock),
                explainsDuplicate);
    }

    @Override
    public StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException {
        boolean stores = pairs.stream().anyMatch(pair -> !pair.equals(PresentationPair.VERIFICATION));
        return new Connection(
                stores && offer.isMade() ? offering(calling, pairs) : requestor.open(peer, calling, pairs));
    }

    /** With a window. When the association breaks, the next one shows whether that is the reason. */
    private OpenAssociation offering(AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException {
        try {
            OpenAssociation association = offering.open(peer, calling, pairs);
            offer.answered(association.window());
            return association;
        } catch (AssociationException e) {
            if (!WindowOffer.mayBeTheReason(e)) {
                throw e;
            }
            OpenAssociation association = requestor.open(peer, calling, pairs);
            offer.broke(e);
            return association;
        }
    }

    @Override
    public boolean callsToOpen() {
        return true;
    }

    /** An instance that is under way. */
    private record Sent(Claim claim, long bytes) {}

    private final class Connection implements StoreConnection {

        private final OpenAssociation association;
        private final Map<Integer, Sent> underWay = new HashMap<>();
        private long bytesUnderWay;
        private int most;
        private volatile boolean aborted;

        Connection(OpenAssociation association) {
            this.association = association;
        }

        @Override
        public boolean accepts(PresentationPair pair) {
            return association.accepts(pair);
        }

        @Override
        public boolean takesMore(long bytes) {
            return underWay.isEmpty()
                    || (underWay.size() < association.window() && bytesUnderWay + bytes <= MOST_BYTES);
        }

        @Override
        public void begin(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
            int messageId;
            try {
                messageId = association.beginStore(outgoing.pair(), outgoing.sopInstance(), outgoing.dataset());
            } catch (AssociationException e) {
                throw told(e, underWay.size() + 1);
            }
            long bytes = Math.max(0, outgoing.length());
            underWay.put(messageId, new Sent(claim, bytes));
            bytesUnderWay += bytes;
            most = Math.max(most, underWay.size());
        }

        @Override
        public Optional<Answer> polled() {
            return association.polled().map(this::answer);
        }

        @Override
        public Answer next() throws AssociationException {
            try {
                return answer(association.next());
            } catch (AssociationException e) {
                throw told(e, underWay.size());
            }
        }

        private AssociationException told(AssociationException failure, int unanswered) {
            if (unanswered > 1 && !aborted) {
                offer.brokeInUse(failure);
            }
            return failure;
        }

        private Answer answer(StoreResponse response) {
            Sent sent = Objects.requireNonNull(underWay.remove(response.messageId()));
            bytesUnderWay -= sent.bytes();
            boolean otherVersion =
                    response.status() == DimseStatus.DUPLICATE_SOP_INSTANCE && !explainsDuplicate.test(sent.claim());
            return new Answer(
                    sent.claim(),
                    otherVersion ? OutcomeTable.ofOtherVersion() : OutcomeTable.ofStatus(response.status()));
        }

        /** An association that has no context for the C-ECHO is enough: the destination answers. */
        @Override
        public Duration echo() throws AssociationException {
            if (association.accepts(PresentationPair.VERIFICATION)) {
                association.cEcho();
            }
            return Duration.ZERO;
        }

        @Override
        public void abort() {
            aborted = true;
            association.abort();
        }

        @Override
        public void close() {
            if (most > 1 && underWay.isEmpty() && !aborted) {
                offer.served();
            }
            association.close();
        }
    }
}
