package org.dicomgateway.config.settings;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.PasswordHash;

/**
 * One port on which instances are received: by associations, or over DICOMweb. Then the limits of associations are
 * those of connections.
 *
 * @param name its key under {@code listeners}
 * @param aeTitles the AE titles that peers may call here; never empty
 * @param acceptor address, limits, timeouts and TLS
 * @param maxRate the maximum rate of all its senders together; instances above it wait
 * @param access which peers may send: the first rule that matches applies; never empty
 * @param proxies the load balancers that say in a header whose connection they pass on; may be empty
 * @param web how it receives over DICOMweb; empty: it accepts associations
 */
public record ListenerSettings(
        String name,
        Set<AeTitle> aeTitles,
        AcceptorSettings acceptor,
        RateLimit maxRate,
        List<AccessRule> access,
        List<AddressRange> proxies,
        Optional<Web> web) {

    /** Copies the set and the lists. */
    public ListenerSettings {
        aeTitles = Set.copyOf(aeTitles);
        access = List.copyOf(access);
        proxies = List.copyOf(proxies);
    }

    /**
     * How a listener receives over DICOMweb (STOW-RS, PS3.18 10.5).
     *
     * @param callingAe stands for the calling AE title of its senders, who have none
     * @param maxInstances the most parts of one request
     * @param users who may log in, by name; with {@code jwt} also empty: no login is asked for
     * @param jwt the tokens that it takes; empty: none
     */
    public record Web(AeTitle callingAe, int maxInstances, Map<String, PasswordHash> users, Optional<Jwt> jwt) {

        /** Copies the map. */
        public Web {
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
}
