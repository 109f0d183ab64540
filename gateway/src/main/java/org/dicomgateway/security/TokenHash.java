package org.dicomgateway.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What is kept of a bearer token: its SHA-256, written as {@code sha256$HEX}. One round is enough because nobody chooses a
 * token: {@link #newToken} makes it of 256 random bits, which no guessing reaches; so programs can present it with every
 * request.
 *
 * @param digest 64 hex digits
 */
public record TokenHash(String digest) {

    private static final Pattern FORMAT = Pattern.compile("sha256\\$[0-9a-f]{64}");
    private static final String PREFIX = "sha256$";
    private static final int TOKEN_BYTES = 32;

    /** As it is written in a configuration. @throws IllegalArgumentException with a message that does not show it */
    public static TokenHash parse(String text) {
        if (!FORMAT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "no hash of a token; make one with scripts/gateway hash-password --token, and quote it");
        }
        return new TokenHash(text.substring(PREFIX.length()));
    }

    /** A token that nobody can guess: 43 letters, digits, '-' and '_'. */
    public static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** Of this token. */
    public static TokenHash of(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return new TokenHash(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether this is the token. */
    public boolean matches(String token) {
        return MessageDigest.isEqual(
                digest.getBytes(StandardCharsets.US_ASCII), of(token).digest.getBytes(StandardCharsets.US_ASCII));
    }

    /** As it is written in a configuration. */
    public String text() {
        return PREFIX + digest;
    }

    @Override
    public String toString() {
        return PREFIX + "******";
    }
}
