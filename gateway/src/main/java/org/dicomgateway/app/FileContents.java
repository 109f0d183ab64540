package org.dicomgateway.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * What stands in some files at one moment, to be compared with another moment. By content: neither a file that was
 * replaced, nor a link that points elsewhere now, nor a clock that went back deceives it.
 */
record FileContents(Map<Path, String> digests) {

    private static final String ABSENT = "";

    /** Copies the map. */
    FileContents {
        digests = Map.copyOf(digests);
    }

    /** Of these files, now; one that cannot be read is as good as absent. */
    static FileContents of(Collection<Path> files) {
        Map<Path, String> digests = new HashMap<>();
        files.forEach(file -> digests.put(file, digest(file)));
        return new FileContents(digests);
    }

    private static String digest(Path file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(digest);
        } catch (IOException e) {
            return ABSENT;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
