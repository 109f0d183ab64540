package org.dicomgateway.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs events as the specification Standard Webhooks describes it: HMAC-SHA-256 over id, time and body, in the header
 * {@code Webhook-Signature}. The time is that of the attempt, so that a receiver can refuse what was recorded earlier.
 */
final class Signature {

    private static final String ALGORITHM = "HmacSHA256";

    /** The form in which libraries of the specification expect secrets: the rest is Base64. */
    private static final String PREFIX = "whsec_";

    private Signature() {}

    /**
     * The value of the header.
     *
     * @param secret as it is in its file
     * @throws IllegalArgumentException when the secret is not usable
     */
    static String of(String secret, String id, Instant at, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(secret), ALGORITHM));
            mac.update((id + "." + at.getEpochSecond() + ".").getBytes(UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static byte[] key(String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the secret is empty");
        }
        try {
            return secret.startsWith(PREFIX)
                    ? Base64.getDecoder().decode(secret.substring(PREFIX.length()))
                    : secret.getBytes(UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what follows " + PREFIX + " is not Base64", e);
        }
    }
}
