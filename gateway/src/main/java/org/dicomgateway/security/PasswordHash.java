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
 * A password as it may be kept: salted, and hashed by PBKDF2 (RFC 8018) with HMAC-SHA-512 so often that guessing is slow.
 * Written {@code pbkdf2-sha512:ITERATIONS:SALT:HASH}, the last two in Base64.
 */
public final class PasswordHash {

    private static final String NAME = "pbkdf2-sha512";
    private static final String ALGORITHM = "PBKDF2WithHmacSHA512";
    private static final Pattern FORMAT =
            Pattern.compile(NAME + ":(\\d{1,8}):([A-Za-z0-9+/]{16,200}={0,2}):([A-Za-z0-9+/]{32,200}={0,2})");

    /** What OWASP recommends for SHA-512; a guess takes a tenth of a second or so. */
    private static final int ITERATIONS = 210_000;

    /** Fewer are no protection; more would be a way to keep us busy. */
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

    /** Of a password, with a new salt. */
    public static PasswordHash make(Secret password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, derive(password, salt, ITERATIONS, HASH_BYTES));
    }

    /**
     * The hash in a text.
     *
     * @throws IllegalArgumentException with a message fit for an operator and without the text, when it is none
     */
    public static PasswordHash of(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no hash of a password; scripts/gateway hash-password makes one");
        }
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new IllegalArgumentException("a hash of " + iterations + " iterations; " + MIN_ITERATIONS + " to "
                    + MAX_ITERATIONS + " are taken; scripts/gateway hash-password makes one");
        }
        Base64.Decoder decoder = Base64.getDecoder();
        return new PasswordHash(iterations, decoder.decode(matcher.group(2)), decoder.decode(matcher.group(3)));
    }

    /** Whether this is the password. Takes the same time whether or not, and much of it: bound how often it is asked. */
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

    /** As it is written; nobody needs to read it, but it is what a configuration holds. */
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
