package org.dicomgateway.dicom.values;

import java.util.Optional;
import org.dicomgateway.security.Secret;

/**
 * The user identity in an association request (PS3.7 D.3.3.7). It is not verified yet.
 *
 * @param kind the kind of proof
 * @param user as it came over the network; empty unless the kind has a user name
 * @param passcode present when the kind has one
 */
public record UserIdentity(Kind kind, String user, Optional<Secret> passcode) {

    /** Kinds of proof. */
    public enum Kind {
        /** A name without proof. */
        USERNAME,
        /** A name and a passcode. */
        USERNAME_AND_PASSCODE,
        /** A Kerberos ticket, a SAML assertion, a JWT, or any other kind. */
        OTHER
    }
}
