package org.dicomgateway.dicom;

import java.util.Optional;

/** Decides who may associate. Asked in the thread of the association, before anything is negotiated. */
@FunctionalInterface
public interface AssociationPolicy {

    /** The rejection to send, or empty to go on with the negotiation. Must not block. */
    Optional<Rejection> reject(AssociationRequest request);
}
