package org.dicomgateway.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * What a password is compared with when there is no such user, so that the time it takes does not show which users
 * there are. It is the hash of another user, because hashes differ in cost: always the same one for one name, chosen
 * with a key that is new in each process.
 */
final class StandInHashes {

    private static final int KEY_BYTES = 32;

    private final List<PasswordHash> hashes;
    private final byte[] key = new byte[KEY_BYTES];

    StandInHashes(List<PasswordHash> hashes) {
        this.hashes = List.copyOf(hashes);
        new SecureRandom().nextBytes(key);
    }

    /** For this name. A match means nothing. Empty when no user has a password. */
    Optional<PasswordHash> of(String name) {
        return hashes.isEmpty()
                ? Optional.empty()
                : Optional.of(hashes.get(Math.floorMod(digest(name), hashes.size())));
    }

    private int digest(String name) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(key);
            return ByteBuffer.wrap(sha.digest(name.getBytes(StandardCharsets.UTF_8)))
                    .getInt();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
