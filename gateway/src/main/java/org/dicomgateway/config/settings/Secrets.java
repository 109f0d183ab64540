package org.dicomgateway.config.settings;

import java.util.List;
import java.util.Locale;

/** Which keys hold what nobody may read in an output. */
public final class Secrets {

    /** Stands for a secret. */
    public static final String MASK = "******";

    private static final List<String> WORDS = List.of("password", "passcode", "passphrase", "secret", "token");

    private Secrets() {}

    /**
     * Judged by the key's name alone, so that a key added later is masked without anybody thinking of it. The name of a
     * file that holds a secret is none.
     */
    public static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return !lower.endsWith("-file") && WORDS.stream().anyMatch(lower::contains);
    }
}
