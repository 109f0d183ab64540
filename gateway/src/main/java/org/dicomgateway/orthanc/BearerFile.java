package org.dicomgateway.orthanc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dicomgateway.security.FileTrouble;

/** A bearer token (RFC 6750) in a file that another program renews. It is read for each request. */
record BearerFile(Path file) implements Authorization {

    private static final String SCHEME = "Bearer ";

    @Override
    public CompletableFuture<Optional<String>> header() {
        try {
            return CompletableFuture.completedFuture(Optional.of(now()));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private String now() throws IOException {
        return SCHEME + token(file);
    }

    /** Once more when the file was renewed since. */
    @Override
    public boolean refused(String header) {
        try {
            return !now().equals(header);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The content of a file with a token or a secret.
     *
     * @throws IOException when there is none, or it cannot stand in a header
     */
    static String token(Path file) throws IOException {
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(file + " cannot be read (" + FileTrouble.of(e) + ")", e);
        }
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IOException(file + " contains no token: it is empty, or has spaces or lines");
        }
        return token;
    }
}
