package org.dicomgateway.forward.web;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.orthanc.BoundedBody;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Each step has its time limit; when one is over, the exchange is cancelled and its
 * connection is not used again. Used by one thread; any thread may abort it.
 */
final class Exchange {

    private final URI base;
    private final HttpClient client;
    private final RequestorSettings timeouts;
    private final Runnable leave;
    private volatile @Nullable CompletableFuture<?> running;
    private volatile boolean aborted;

    /** @param leave leaves the connections of the client, one of which has been silent for too long */
    Exchange(URI base, HttpClient client, RequestorSettings timeouts, Runnable leave) {
        this.leave = leave;
        this.base = base;
        this.client = client;
        this.timeouts = timeouts;
    }

    /** Sends a request without a body, or with a small one. */
    <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler) throws AssociationException {
        long start = System.nanoTime();
        CompletableFuture<HttpResponse<T>> answer = begin(request.build(), handler);
        try {
            return answer.get(
                    timeouts.connectTimeout()
                            .multipliedBy(2)
                            .plus(timeouts.responseTimeout())
                            .toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw failed(start, e);
        } finally {
            answer.cancel(true);
        }
    }

    /**
     * Begins a request with a body.
     *
     * @param length of the body; negative when it is not known
     */
    Upload post(HttpRequest.Builder request, long length, BodyHandler<byte[]> handler) {
        RequestBody body = new RequestBody(length);
        return new Upload(this, body, timeouts, begin(request.POST(body).build(), handler));
    }

    private <T> CompletableFuture<HttpResponse<T>> begin(HttpRequest request, BodyHandler<T> handler) {
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        running = answer;
        if (aborted) {
            answer.cancel(true);
        }
        return answer;
    }

    /** A success that came too early. */
    AssociationException hasty(int status) {
        return new AssociationException(
                Cause.PROTOCOL, base + " answered HTTP " + status + " before it had all instances", null);
    }

    /** Cancels it: the thread that waits gets an exception. */
    void abort() {
        aborted = true;
        CompletableFuture<?> answer = running;
        if (answer != null) {
            answer.cancel(true);
        }
    }

    AssociationException failed(long start, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        Throwable failure = e instanceof ExecutionException ? Objects.requireNonNullElse(e.getCause(), e) : e;
        if (failure instanceof Error error) {
            throw error;
        }
        Cause cause = causeOf(failure);
        if (cause == Cause.TIMEOUT) {
            leave.run();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        return new AssociationException(
                cause, base + ": " + wordsFor(cause, failure) + " (after " + millis + " ms)", failure);
    }

    private static Cause causeOf(Throwable failure) {
        if (failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLException
                || failure instanceof UnresolvedAddressException) {
            return Cause.CONNECT;
        }
        if (failure instanceof BoundedBody.TooLongException) {
            return Cause.PROTOCOL;
        }
        if (failure instanceof TimeoutException || failure instanceof HttpTimeoutException) {
            return Cause.TIMEOUT;
        }
        return failure instanceof InterruptedException
                        || failure instanceof CancellationException
                        || failure instanceof IOException
                ? Cause.CONNECTION_LOST
                : Cause.PROTOCOL;
    }

    private static String wordsFor(Cause cause, Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof UnresolvedAddressException) {
                return "no such host";
            }
        }
        String what = Objects.requireNonNullElse(
                failure.getMessage(), failure instanceof ConnectException ? "connection refused" : "" + failure);
        return switch (cause) {
            case CONNECT -> failure instanceof SSLException ? "no TLS connection: " + what : "no connection: " + what;
            case TIMEOUT -> "no answer in time" + (failure.getMessage() == null ? "" : ": " + what);
            case PROTOCOL -> failure instanceof IOException ? what : "a fault in the request: " + what;
            default ->
                failure instanceof CancellationException || failure instanceof InterruptedException
                        ? "broken off"
                        : "connection lost: " + what;
        };
    }
}
