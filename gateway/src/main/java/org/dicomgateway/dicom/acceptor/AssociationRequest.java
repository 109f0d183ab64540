package org.dicomgateway.dicom.acceptor;

import java.util.Optional;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.dicomgateway.dicom.values.UserIdentity;

/**
 * An A-ASSOCIATE-RQ, with what the decision on it needs (PS3.8 9.3.2).
 *
 * @param origin calling AE title, called AE title and remote address
 * @param openAssociations open associations on this listener, including this one
 * @param certificate the certificate that the peer showed in the TLS handshake
 * @param identity the user in the request
 */
public record AssociationRequest(
        Origin origin, int openAssociations, Optional<PeerCertificate> certificate, Optional<UserIdentity> identity) {}
