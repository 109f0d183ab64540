package org.dicomgateway.dicom.requestor;

import java.time.InstantSource;
import java.util.Collection;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.security.TlsContexts;

/** Opens associations to other nodes. For any number of threads. */
@FunctionalInterface
public interface Requestor {

    /**
     * Opens an association to a peer and proposes exactly these pairs, each in its own presentation context.
     *
     * @param peer the node to connect to
     * @param calling our AE title in this association
     * @param pairs at least 1 and at most {@value PresentationPair#MAX_PER_ASSOCIATION}
     * @throws AssociationException when the association is not established; nothing stays open then
     */
    OpenAssociation open(Peer peer, AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException;

    /**
     * A requestor with these settings, for a process that does not load renewed certificates. It keeps nothing open
     * between associations, so it needs no close.
     */
    static Requestor of(RequestorSettings settings) {
        return of(settings, new TlsContexts(InstantSource.system()));
    }

    /** A requestor with these settings. If they require TLS, it uses one of these contexts. */
    static Requestor of(RequestorSettings settings, TlsContexts contexts) {
        return new ToolkitRequestor(settings, contexts);
    }
}
