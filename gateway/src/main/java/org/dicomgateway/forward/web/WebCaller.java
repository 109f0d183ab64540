package org.dicomgateway.forward.web;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.WebAccess;

/** Makes the requests of one connection, one after another, with the login. Any thread may abort it. */
final class WebCaller {

    private static final int UNAUTHORIZED = HttpURLConnection.HTTP_UNAUTHORIZED;

    private final URI base;
    private final WebAccess access;
    private final RequestorSettings timeouts;
    private volatile Runnable running = () -> {};
    private volatile boolean aborted;

    /** @param base with a slash at its end */
    WebCaller(URI base, WebAccess access, RequestorSettings timeouts) {
        this.base = base;
        this.access = access;
        this.timeouts = timeouts;
    }

    URI base() {
        return base;
    }

    /**
     * The login for the next request. An authorization server that hangs is waited for in bounded time, until it is
     * aborted.
     *
     * @throws NoLoginException when there is none
     */
    Optional<String> login() throws AssociationException, NoLoginException {
        CompletableFuture<Optional<String>> login = access.authorization();
        run(() -> login.cancel(true));
        try {
            return login.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException why) {
                throw new NoLoginException("no login for " + base + ": " + why.getMessage(), why);
            }
            throw new IllegalStateException("getting a login failed unexpectedly", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw brokenOff(e);
        } catch (CancellationException e) {
            throw brokenOff(e);
        }
    }

    private AssociationException brokenOff(Exception e) {
        return new AssociationException(AssociationException.Cause.CONNECTION_LOST, base + ": broken off", e);
    }

    /** The next request and its answer. */
    Exchange exchange() throws AssociationException {
        try {
            HttpClient client = access.client();
            Exchange exchange = new Exchange(base, client, timeouts, () -> access.leave(client));
            run(exchange::abort);
            return exchange;
        } catch (IOException e) {
            throw new AssociationException(AssociationException.Cause.CONNECT, base + ": " + e.getMessage(), e);
        }
    }

    private void run(Runnable abort) {
        running = abort;
        if (aborted) {
            abort.run();
        }
    }

    HttpRequest.Builder request(Optional<String> login, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        login.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    /** Whether the server refused a login that can be renewed. */
    boolean isRefused(HttpResponse<?> response, Optional<String> login) {
        if (login.isEmpty()) {
            return false;
        }
        if (response.statusCode() == UNAUTHORIZED) {
            return access.refused(login.get());
        }
        access.accepted(login.get());
        return false;
    }

    static String unauthorized() {
        return "HTTP 401 unauthorized: it does not know the login of this destination; check dicomweb.user or"
                + " dicomweb.auth";
    }

    /** Ends what it does, at once. */
    void abort() {
        aborted = true;
        running.run();
    }

    /** There is no login: the server was not asked. */
    static final class NoLoginException extends Exception {

        private static final long serialVersionUID = 1L;

        NoLoginException(String message, IOException cause) {
            super(message, cause);
        }

        /** As a failure of the destination. */
        AssociationException failure() {
            return new AssociationException(AssociationException.Cause.PROTOCOL, String.valueOf(getMessage()), this);
        }
    }
}
