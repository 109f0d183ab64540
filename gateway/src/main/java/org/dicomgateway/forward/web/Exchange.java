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
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.orthanc.BoundedBody;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Each step has its time limit; when one is over, the exchange is cancelled and its
 * connection is not used again. Used by one thread; any thread may abort it.
 */
final class Exchange {

    private static final int PIECE = 64 * ByteSize.KIB;

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
     * Posts a request. A success that comes before all of it was sent is none: the server cannot have the instance, and
     * what was not read may be damaged.
     *
     * @throws IOException when {@code body} throws it; the server then gets no complete request
     */
    <T> HttpResponse<T> send(HttpRequest.Builder request, StowRequest content, BodyHandler<T> handler)
            throws AssociationException, IOException {
        long start = System.nanoTime();
        RequestBody body = new RequestBody(content.length());
        CompletableFuture<HttpResponse<T>> answer = begin(request.POST(body).build(), handler);
        CompletableFuture<HttpResponse<T>> ended = answer.whenComplete((response, failure) -> body.end());
        try {
            boolean whole = write(content, body);
            HttpResponse<T> response = ended.get(timeouts.responseTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (!whole) {
                refuseSuccess(response.statusCode());
            }
            return response;
        } catch (UnreadableContentException e) {
            body.fail(e);
            throw e.failure();
        } catch (AssociationException e) {
            throw e;
        } catch (Exception e) {
            throw failed(start, e);
        } finally {
            answer.cancel(true);
        }
    }

    private <T> CompletableFuture<HttpResponse<T>> begin(HttpRequest request, BodyHandler<T> handler) {
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        running = answer;
        if (aborted) {
            answer.cancel(true);
        }
        return answer;
    }

    private void refuseSuccess(int status) throws AssociationException {
        if (status / 100 == 2) {
            throw new AssociationException(
                    Cause.PROTOCOL, base + " answered HTTP " + status + " before it had the whole instance", null);
        }
    }

    /** Returns whether all of it was sent, and was right. */
    private boolean write(StowRequest content, RequestBody body)
            throws InterruptedException, TimeoutException, UnreadableContentException {
        // For the connection and the TLS handshake.
        Duration limit = timeouts.connectTimeout().multipliedBy(2);
        while (true) {
            switch (body.await(limit)) {
                case OVER -> {
                    // The client may have had the last piece already: it may not ask for more before the answer.
                    return content.isRead();
                }
                case LATE -> throw new TimeoutException("it takes no more data for " + limit.toSeconds() + " s");
                case READY -> {
                    byte[] piece = new byte[PIECE];
                    int n = read(content, piece);
                    if (n == 0) {
                        body.complete();
                        return true;
                    }
                    body.write(ByteBuffer.wrap(piece, 0, n));
                }
            }
            limit = timeouts.writeTimeout();
        }
    }

    private static int read(StowRequest content, byte[] piece) throws UnreadableContentException {
        try {
            return content.read(piece);
        } catch (IOException e) {
            throw new UnreadableContentException(e);
        }
    }

    /** Cancels it: the thread that waits gets an exception. */
    void abort() {
        aborted = true;
        CompletableFuture<?> answer = running;
        if (answer != null) {
            answer.cancel(true);
        }
    }

    private AssociationException failed(long start, Exception e) {
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

    /** The dataset could not be read: a fault of the gateway, not of the server. */
    private static final class UnreadableContentException extends Exception {

        private static final long serialVersionUID = 1L;

        private final IOException failure;

        UnreadableContentException(IOException failure) {
            super(failure);
            this.failure = failure;
        }

        IOException failure() {
            return failure;
        }
    }
}
