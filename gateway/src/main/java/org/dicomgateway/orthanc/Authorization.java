package org.dicomgateway.orthanc;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a server is given as a login with each request. Never shows it in a message. For any number of threads. */
interface Authorization {

    /** No login. */
    Authorization NONE = of(Optional.empty());

    /**
     * The value of the header {@code Authorization}. It may take as long as one request to an authorization server.
     * It fails with an {@link IOException} when it cannot be had; the message names the file or the server, and what is
     * wrong. Who does not want to wait any longer cancels it, which disturbs no other.
     */
    CompletableFuture<Optional<String>> header();

    /** The server answered 401 to a request with this value. Returns whether another request may get further. */
    default boolean refused(String header) {
        return false;
    }

    /** The server took a request with this value. */
    default void accepted(String header) {}

    /** Always the same. */
    static Authorization of(Optional<String> header) {
        return () -> CompletableFuture.completedFuture(header);
    }
}
