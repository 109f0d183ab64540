package org.dicomgateway.dicom.values;

import java.util.Optional;
import org.dicomgateway.security.Secret;

/**
 * Who the proposer of an association says he is (PS3.7 D.3.3.7).
 *
 * @param kind of proof
 * @param user as it came over the network; empty unless the kind has a user name
 * @param passcode when the kind has one
 */
public record UserIdentity(Kind kind, String user, Optional<Secret> passcode) {

    /** Kinds of proof. */
    public enum Kind {
        /** A name without proof. */
        USERNAME,
        /** A name and a passcode. */
        USERNAME_AND_PASSCODE,
        /** A ticket or assertion of Kerberos, SAML or JWT, or whatever else there may be. */
        OTHER
    }
}
