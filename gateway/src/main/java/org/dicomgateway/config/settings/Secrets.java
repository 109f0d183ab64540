package org.dicomgateway.config.settings;

import java.util.List;
import java.util.Locale;

/** Decides which keys contain secrets, so that no output shows them. */
public final class Secrets {

    /** Replaces a secret in outputs. */
    public static final String MASK = "******";

    private static final List<String> WORDS = List.of("password", "passcode", "passphrase", "secret", "token");

    private Secrets() {}

    /**
     * Whether a key contains a secret. Decides by the name of the key alone, so that new keys are masked
     * automatically. The name of a file that contains a secret is
     * not a secret, nor is the address of a server that gives one out.
     */
    public static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return !lower.endsWith("-file")
                && !lower.endsWith("-url")
                && WORDS.stream().anyMatch(lower::contains);
    }
}
