package org.dicomgateway.dicom.acceptor;

import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.Rejection;

/** Decides which peers may associate. Runs in the thread of the association, before negotiation. */
@FunctionalInterface
public interface AssociationPolicy {

    /**
     * Decides on a request. Must not wait for other associations; a slow computation delays only this peer.
     *
     * @return an {@link Admission}, which is notified when the association is over, or the {@link Rejection} to send
     */
    AssociationAnswer answer(AssociationRequest request);

    /**
     * Whether the rules expect peers at this address. Such an address gets a connection even when unknown addresses
     * use all others.
     */
    default boolean expects(String remoteHost) {
        return false;
    }

    /**
     * Whether this address is that of a load balancer that begins each connection with a header of the PROXY protocol,
     * version 2. From such an address the header is required: it says where the connection comes from. From every other
     * address it is refused.
     */
    default boolean isProxy(String remoteHost) {
        return false;
    }

    /**
     * A peer failed in what comes before its request: the header of a proxy, or the TLS handshake.
     *
     * @param remoteHost its address
     * @param why the reason, printable
     */
    default void notSecured(String remoteHost, String why) {}

    /**
     * A peer got no association, for whatever reason, and was told so.
     *
     * @param logged whether the log has a line about it; the log limits lines that unknown peers can cause
     */
    default void refused(RefusedPeer peer, boolean logged) {}
}
