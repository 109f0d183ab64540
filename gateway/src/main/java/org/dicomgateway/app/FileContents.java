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
 * The content of some files at one moment, to compare with another moment. It compares content, so it is correct when a
 * file is replaced, a link points elsewhere, or a clock is set back.
 */
record FileContents(Map<Path, String> digests) {

    private static final String ABSENT = "";

    /** Copies the map. */
    FileContents {
        digests = Map.copyOf(digests);
    }

    /** The content of these files now. A file that cannot be read counts as absent. */
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
