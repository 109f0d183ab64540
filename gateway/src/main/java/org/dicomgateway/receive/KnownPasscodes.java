package org.dicomgateway.receive;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.dicomgateway.security.Secret;

/**
 * Passcodes that were found right, so that a modality that opens an association for each image is not checked slowly each
 * time. Kept under a key that nobody has but this process. For any number of threads.
 */
final class KnownPasscodes {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;
    private final Map<String, byte[]> byUser = new ConcurrentHashMap<>();

    KnownPasscodes() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** It was found right. */
    void add(String user, Secret passcode) {
        byUser.put(user, code(passcode));
    }

    /** Whether it was found right before. */
    boolean contains(String user, Secret passcode) {
        byte[] known = byUser.get(user);
        return known != null && MessageDigest.isEqual(known, code(passcode));
    }

    private byte[] code(Secret passcode) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(passcode.value().getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
