package org.dicomgateway.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * What the password of a user is compared to when there is no such user, so that nobody learns from the time that takes who
 * there is. It is the hash of some user, because hashes differ in what they cost: always the same for one name, and which
 * one nobody can tell who does not know a key that is new with each process.
 */
public final class StandInHashes {

    private static final int KEY_BYTES = 32;

    private final List<PasswordHash> hashes;
    private final byte[] key = new byte[KEY_BYTES];

    /** Those of the users that there are. */
    public StandInHashes(List<PasswordHash> hashes) {
        this.hashes = List.copyOf(hashes);
        new SecureRandom().nextBytes(key);
    }

    /** For this name. To match it means nothing. Empty when nobody has a password: then there is nothing to be learned. */
    public Optional<PasswordHash> of(String name) {
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
