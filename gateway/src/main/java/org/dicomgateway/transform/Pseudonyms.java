package org.dicomgateway.transform;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Pseudonyms by HMAC-SHA-256 (RFC 2104). Without the key, nobody can find out what was replaced, also not by trying all
 * values that are likely. With one key, every gateway makes the same ones.
 */
final class Pseudonyms {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String UUID_ROOT = "2.25.";
    private static final int UID_BYTES = 16;
    private static final int ID_BYTES = 10;
    private static final String DIGITS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
    private static final int BITS = 5;

    /** Study, series and frame of reference are the same in many instances. */
    private static final int REMEMBERED = 256;

    /** With the key; copied for each use. */
    private final Mac keyed;

    private final Map<String, String> uids = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param hex the key, in hexadecimal digits */
    Pseudonyms(String hex) {
        try {
            this.keyed = Mac.getInstance(ALGORITHM);
            keyed.init(new SecretKeySpec(HexFormat.of().parseHex(hex), ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** A text that tells keys apart, and from which the key cannot be found. */
    String fingerprint() {
        return HexFormat.of().formatHex(hmac("fingerprint of the key"), 0, 8);
    }

    /** The UID for a UID: 128 bits below the root for UUIDs (PS3.5 B.2). */
    String uid(String original) {
        synchronized (uids) {
            return uids.computeIfAbsent(original, this::newUid);
        }
    }

    private String newUid(String original) {
        byte[] bits = Arrays.copyOf(hmac(original), UID_BYTES);
        return UUID_ROOT + new BigInteger(1, bits);
    }

    /** The ID for a Patient ID of this issuer, which may be empty: 16 letters and digits, 80 bits. */
    String patientId(String issuer, String patientId) {
        byte[] bits = hmac("patient-id", issuer, patientId);
        BigInteger number = new BigInteger(1, Arrays.copyOf(bits, ID_BYTES));
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_BYTES * Byte.SIZE / BITS; i++) {
            id.append(DIGITS.charAt(number.shiftRight(i * BITS).intValue() & (DIGITS.length() - 1)));
        }
        return id.toString();
    }

    /** By how many days the dates of a patient go back: from 1 to {@code within}. */
    int daysBack(String issuer, String patientId, int within) {
        long number = ByteBuffer.wrap(hmac("dates", issuer, patientId)).getLong();
        return (int) Long.remainderUnsigned(number, within) + 1;
    }

    /** With several parts, each has its length before it, so that no two lists give the same bytes. */
    private byte[] hmac(String... parts) {
        try {
            Mac mac = (Mac) keyed.clone();
            for (String part : parts) {
                byte[] text = part.getBytes(StandardCharsets.UTF_8);
                if (parts.length > 1) {
                    mac.update(ByteBuffer.allocate(Integer.BYTES)
                            .putInt(text.length)
                            .flip());
                }
                mac.update(text);
            }
            return mac.doFinal();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(ALGORITHM + " of this Java platform cannot be copied", e);
        }
    }
}
