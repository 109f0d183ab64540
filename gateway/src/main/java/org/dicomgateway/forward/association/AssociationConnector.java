package org.dicomgateway.forward.association;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.spool.Claim;

/** Calls a DICOM node: associations, C-STORE and C-ECHO. For any number of threads. */
public final class AssociationConnector implements Connector {

    private final Peer peer;
    private final Requestor requestor;
    private final Predicate<Claim> explainsDuplicate;

    /**
     * Calls nobody before {@link #open}.
     *
     * @param explainsDuplicate whether the answer that the destination has the instance already can mean this very
     *     instance
     */
    public AssociationConnector(Peer peer, Requestor requestor, Predicate<Claim> explainsDuplicate) {
        this.peer = peer;
        this.requestor = requestor;
        this.explainsDuplicate = explainsDuplicate;
    }

    /**
     * Connectors to DICOM nodes.
     *
     * @param requestors makes the requestor for each connector
     * @param explainsDuplicate as for the constructor
     */
    public static Factory by(Function<RequestorSettings, Requestor> requestors, Predicate<Claim> explainsDuplicate) {
        return (destination, timeouts) -> new AssociationConnector(
                destination.peer().orElseThrow(), requestors.apply(timeouts), explainsDuplicate);
    }

    @Override
    public StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException {
        return new Connection(requestor.open(peer, calling, pairs));
    }

    @Override
    public boolean callsToOpen() {
        return true;
    }

    private final class Connection implements StoreConnection {

        private final OpenAssociation association;

        Connection(OpenAssociation association) {
            this.association = association;
        }

        @Override
        public boolean accepts(PresentationPair pair) {
            return association.accepts(pair);
        }

        @Override
        public Outcome store(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
            int status = association.cStore(outgoing.pair(), outgoing.sopInstance(), outgoing.dataset());
            return status == DimseStatus.DUPLICATE_SOP_INSTANCE && !explainsDuplicate.test(claim)
                    ? OutcomeTable.ofOtherVersion()
                    : OutcomeTable.ofStatus(status);
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
            association.abort();
        }

        @Override
        public void close() {
            association.close();
        }
    }
}
