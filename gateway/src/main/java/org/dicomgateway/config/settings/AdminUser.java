package org.dicomgateway.config.settings;

import java.util.Optional;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.TokenHash;

/**
 * One who may use the operators' interface: a person, or a program.
 *
 * @param name as it stands in logs and in the audit trail
 * @param role what he may do
 * @param password what is kept of his password, if he has one
 * @param token what is kept of his token, if he has one
 */
public record AdminUser(String name, Role role, Optional<PasswordHash> password, Optional<TokenHash> token) {

    /** What somebody may do, the later the more. */
    public enum Role {
        /** See everything that the interface shows. */
        VIEWER,
        /** See, and change what the gateway does. */
        OPERATOR
    }
}
