package org.dicomgateway.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The stored hash of a bearer token: its SHA-256, written as {@code sha256$HEX}. One round is enough, because people
 * do not choose tokens: {@link #newToken} makes them of 256 random bits, which cannot be guessed. So the check is
 * fast enough for every request.
 *
 * @param digest 64 hex digits
 */
public record TokenHash(String digest) {

    private static final Pattern FORMAT = Pattern.compile("sha256\\$[0-9a-f]{64}");
    private static final String PREFIX = "sha256$";
    private static final int TOKEN_BYTES = 32;

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException when it is not a hash; the message does not show the text
     */
    public static TokenHash parse(String text) {
        if (!FORMAT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "not a token hash; make one with the command hash-password --token, and quote it");
        }
        return new TokenHash(text.substring(PREFIX.length()));
    }

    /** Makes a token that cannot be guessed: 43 letters, digits, '-' and '_'. */
    public static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** The hash of this token. */
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

    /** The text form, as it stands in a configuration. */
    public String text() {
        return PREFIX + digest;
    }

    @Override
    public String toString() {
        return PREFIX + "******";
    }
}
