package org.dicomgateway.config.settings;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.PasswordHash;

/**
 * How a listener receives over DICOMweb (STOW-RS, PS3.18 10.5).
 *
 * @param callingAe stands for the calling AE title of its senders, who have none
 * @param maxInstances the most parts of one request
 * @param users who may log in, by name; with {@code jwt} also empty: no login is asked for
 * @param jwt the tokens that it takes; empty: none
 */
public record WebListenerSettings(
        AeTitle callingAe, int maxInstances, Map<String, PasswordHash> users, Optional<Jwt> jwt) {

    /** Copies the map. */
    public WebListenerSettings {
        users = Map.copyOf(users);
    }

    /** Whether a request must say who sends it. */
    public boolean asksForLogin() {
        return !users.isEmpty() || jwt.isPresent();
    }

    /**
     * Tokens of one issuer (RFC 7519).
     *
     * @param issuer {@code iss} of each token
     * @param audience {@code aud} of each token contains it
     * @param keys the keys of the issuer (RFC 7517): a file or a URL
     */
    public record Jwt(String issuer, String audience, URI keys) {}
}
