package org.dicomgateway.config;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What is kept of a password: PBKDF2 (RFC 8018) with HMAC-SHA-256, written as {@code
 * pbkdf2-sha256$ITERATIONS$SALT$HASH}, salt and hash in base64 without padding. {@code scripts/gateway hash-password}
 * makes one.
 *
 * <p>A comparison costs a good part of a second of one core, on purpose: whoever lets strangers cause comparisons bounds
 * how many.
 *
 * @param iterations of PBKDF2
 * @param salt base64
 * @param hash base64, of 32 bytes
 */
public record PasswordHash(int iterations, String salt, String hash) {

    private static final Pattern FORMAT =
            Pattern.compile("pbkdf2-sha256\\$(\\d{1,8})\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{43})");

    /** As OWASP advises for this function in 2023. */
    private static final int DEFAULT_ITERATIONS = 600_000;

    private static final int MIN_ITERATIONS = 10_000;
    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    /** As it is written in a configuration. @throws IllegalArgumentException with a message that does not show it */
    public static PasswordHash parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "no hash of a password; make one with scripts/gateway hash-password, and quote it");
        }
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new IllegalArgumentException("a hash of a password must have " + MIN_ITERATIONS + " to "
                    + MAX_ITERATIONS + " iterations, and this one has " + iterations);
        }
        return new PasswordHash(iterations, matcher.group(2), matcher.group(3));
    }

    /** Of this password, with a new random salt. @throws IllegalArgumentException when it is empty */
    public static PasswordHash of(String password) {
        return of(password, DEFAULT_ITERATIONS);
    }

    static PasswordHash of(String password, int iterations) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return new PasswordHash(
                iterations, base64.encodeToString(salt), base64.encodeToString(pbkdf2(password, salt, iterations)));
    }

    /** Whether this is the password. Takes as long for a wrong one. */
    public boolean matches(String password) {
        byte[] expected = Base64.getDecoder().decode(hash);
        byte[] presented = pbkdf2(password, Base64.getDecoder().decode(salt), iterations);
        return MessageDigest.isEqual(expected, presented) && !password.isEmpty();
    }

    /** As it is written in a configuration. */
    public String text() {
        return "pbkdf2-sha256$" + iterations + "$" + salt + "$" + hash;
    }

    /** Without salt and hash: a log is no place for what can be guessed at. */
    @Override
    public String toString() {
        return "pbkdf2-sha256$" + iterations + "$" + Secrets.MASK;
    }

    /** One password has one hash, however a keyboard composes its letters. */
    private static byte[] pbkdf2(String password, byte[] salt, int iterations) {
        char[] characters = Normalizer.normalize(password, Normalizer.Form.NFC).toCharArray();
        PBEKeySpec key = new PBEKeySpec(characters, salt, iterations, HASH_BYTES * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(key)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has PBKDF2WithHmacSHA256", e);
        } finally {
            key.clearPassword();
        }
    }
}
