package org.dicomgateway.config.settings;

import java.util.Optional;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.TokenHash;

/**
 * A user of the operators' interface: a person or a program.
 *
 * @param name the name in logs and in the audit trail
 * @param role what the user may do
 * @param password the hash of the password, if the user has one
 * @param token the hash of the token, if the user has one
 */
public record AdminUser(String name, Role role, Optional<PasswordHash> password, Optional<TokenHash> token) {

    /** What a user may do, in increasing order. */
    public enum Role {
        /** May see everything that the interface shows. */
        VIEWER,
        /** May see everything, and control the gateway. */
        OPERATOR
    }
}
