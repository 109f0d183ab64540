package org.dicomgateway.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A salted password hash by PBKDF2 (RFC 8018) with HMAC-SHA-512. The many iterations make guessing slow. Its text
 * form is {@code pbkdf2-sha512:ITERATIONS:SALT:HASH}; salt and hash are in Base64.
 */
public final class PasswordHash {

    private static final String NAME = "pbkdf2-sha512";
    private static final String ALGORITHM = "PBKDF2WithHmacSHA512";
    private static final Pattern FORMAT =
            Pattern.compile(NAME + ":(\\d{1,8}):([A-Za-z0-9+/]{16,200}={0,2}):([A-Za-z0-9+/]{32,200}={0,2})");

    /** The OWASP recommendation for SHA-512. One check takes about a tenth of a second. */
    private static final int ITERATIONS = 210_000;

    /** Fewer iterations give no protection; more than the maximum would use too much CPU. */
    private static final int MIN_ITERATIONS = 10_000;

    private static final int MAX_ITERATIONS = 5_000_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    /** Hashes a password with a new salt. */
    public static PasswordHash make(Secret password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, derive(password, salt, ITERATIONS, HASH_BYTES));
    }

    /**
     * Reads a hash from its text form.
     *
     * @throws IllegalArgumentException when the text is not a hash; the message is for the operator and does not
     *     contain the text
     */
    public static PasswordHash of(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a password hash; the command hash-password makes one");
        }
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new IllegalArgumentException("a hash with " + iterations + " iterations; " + MIN_ITERATIONS + " to "
                    + MAX_ITERATIONS + " are allowed; the command hash-password makes one");
        }
        Base64.Decoder decoder = Base64.getDecoder();
        return new PasswordHash(iterations, decoder.decode(matcher.group(2)), decoder.decode(matcher.group(3)));
    }

    /**
     * Whether this is the password. Takes the same long time for a right and a wrong password, so limit how often it
     * is called.
     */
    public boolean matches(Secret password) {
        return MessageDigest.isEqual(hash, derive(password, salt, iterations, hash.length));
    }

    private static byte[] derive(Secret password, byte[] salt, int iterations, int length) {
        PBEKeySpec spec = new PBEKeySpec(password.value().toCharArray(), salt, iterations, length * 8);
        try {
            return SecretKeyFactory.getInstance(ALGORITHM).generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        } finally {
            spec.clearPassword();
        }
    }

    /** The text form, as it stands in a configuration. */
    public String written() {
        Base64.Encoder encoder = Base64.getEncoder();
        return NAME + ":" + iterations + ":" + encoder.encodeToString(salt) + ":" + encoder.encodeToString(hash);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PasswordHash that && written().equals(that.written());
    }

    @Override
    public int hashCode() {
        return written().hashCode();
    }

    @Override
    public String toString() {
        return NAME;
    }
}
