package org.dicomgateway.dicom.acceptor;

import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.Rejection;

/** Decides who may associate. Asked in the thread of the association, before anything is negotiated. */
@FunctionalInterface
public interface AssociationPolicy {

    /**
     * What to do with a request. Must not wait for others; what it computes holds up only who asks.
     *
     * @return an {@link Admission}, whose end is told when the association is over, or the {@link Rejection} to send
     */
    AssociationAnswer answer(AssociationRequest request);

    /** Whether this address is one that callers are expected from: it finds a place when strangers have taken the others. */
    default boolean expects(String remoteHost) {
        return false;
    }

    /**
     * A peer came no further than the TLS handshake.
     *
     * @param remoteHost its address
     * @param why printable
     */
    default void notSecured(String remoteHost, String why) {}
}
