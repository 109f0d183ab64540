package org.dicomgateway.security;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** What a request presents, RFC 9110 11.6.2: a user and a password (Basic), or a token (Bearer). */
public sealed interface Credentials {

    /** RFC 7617. */
    record Basic(String user, Secret password) implements Credentials {
        @Override
        public String toString() {
            return "Basic[user=" + user + "]";
        }
    }

    /** RFC 6750. */
    record Bearer(String token) implements Credentials {
        @Override
        public String toString() {
            return "Bearer[]";
        }
    }

    /** What an Authorization header says; empty when it is of no kind we know. */
    static Optional<Credentials> parse(String header) {
        String[] parts = header.strip().split(" +", 2);
        if (parts.length != 2) {
            return Optional.empty();
        }
        if (parts[0].equalsIgnoreCase("Bearer")) {
            return Optional.of(new Bearer(parts[1]));
        }
        return parts[0].equalsIgnoreCase("Basic") ? basic(parts[1]) : Optional.empty();
    }

    private static Optional<Credentials> basic(String encoded) {
        try {
            String text = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(new Basic(text.substring(0, colon), new Secret(text.substring(colon + 1))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
