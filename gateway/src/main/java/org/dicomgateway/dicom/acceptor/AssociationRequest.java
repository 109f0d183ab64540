package org.dicomgateway.dicom.acceptor;

import java.util.Optional;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.dicomgateway.dicom.values.UserIdentity;

/**
 * An A-ASSOCIATE-RQ, as far as the decision to serve it needs it (PS3.8 9.3.2).
 *
 * @param origin who calls whom, from where
 * @param openAssociations associations now open on this listener, this one included
 * @param certificate what the caller has shown when the connection was secured
 * @param identity the user that the caller says it acts for
 */
public record AssociationRequest(
        Origin origin, int openAssociations, Optional<PeerCertificate> certificate, Optional<UserIdentity> identity) {}
