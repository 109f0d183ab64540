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
     * Calls a peer and proposes exactly these pairs, each in a presentation context of its own.
     *
     * @param peer whom to call
     * @param calling the AE title we call by
     * @param pairs at least 1 and at most {@value PresentationPair#MAX_PER_ASSOCIATION}
     * @throws AssociationException when the association is not established; nothing stays open then
     */
    OpenAssociation open(Peer peer, AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException;

    /**
     * A requestor with these settings, for a process that takes up no renewed certificates. It keeps nothing open between
     * associations, so there is nothing to close.
     */
    static Requestor of(RequestorSettings settings) {
        return of(settings, new TlsContexts(InstantSource.system()));
    }

    /** A requestor with these settings, whose TLS, if they ask for it, is one of these contexts. */
    static Requestor of(RequestorSettings settings, TlsContexts contexts) {
        return new ToolkitRequestor(settings, contexts);
    }
}
