package org.dicomgateway.receive;

import java.util.Optional;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.UserIdentity;

/** Finds out which user a request is by. */
@FunctionalInterface
public interface IdentityCheck {

    /** Believes the user in a request: the listener has verified it before. */
    IdentityCheck VERIFIED_BEFORE = request ->
            request.identity().map(UserIdentity::user).map(Finding::verified).orElse(Finding.NOBODY);

    /** The verified user; nobody, when none is named; or the rejection. */
    Finding check(AssociationRequest request);

    /**
     * The verified user, if one was named, or the rejection.
     *
     * @param user the verified user
     * @param rejection why the request is refused
     */
    record Finding(Optional<String> user, Optional<Rejection> rejection) {

        static final Finding NOBODY = new Finding(Optional.empty(), Optional.empty());

        static Finding verified(String user) {
            return new Finding(Optional.of(user), Optional.empty());
        }

        static Finding rejected(Rejection rejection) {
            return new Finding(Optional.empty(), Optional.of(rejection));
        }
    }
}
