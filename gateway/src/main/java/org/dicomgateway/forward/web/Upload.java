package org.dicomgateway.forward.web;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.wire.AssociationException;

/**
 * A request whose body is written piece by piece, and its answer. Each step has its time limit. For one thread. After
 * an exception it is over.
 */
final class Upload {

    private final Exchange exchange;
    private final RequestBody body;
    private final RequestorSettings timeouts;
    private final CompletableFuture<HttpResponse<byte[]>> answer;
    private final CompletableFuture<HttpResponse<byte[]>> ended;
    private final long start = System.nanoTime();
    private Duration limit;

    Upload(
            Exchange exchange,
            RequestBody body,
            RequestorSettings timeouts,
            CompletableFuture<HttpResponse<byte[]>> answer) {
        this.exchange = exchange;
        this.body = body;
        this.timeouts = timeouts;
        this.answer = answer;
        this.ended = answer.whenComplete((response, failure) -> body.end());
        // For the connection and the TLS handshake.
        this.limit = timeouts.connectTimeout().multipliedBy(2);
    }

    /**
     * Writes a piece as soon as the server takes it.
     *
     * @return whether it took it; false: it wants no more, and has answered
     */
    boolean write(ByteBuffer piece) throws AssociationException {
        try {
            switch (body.await(limit)) {
                case OVER -> {
                    return false;
                }
                case LATE -> throw new TimeoutException("it takes no more data for " + limit.toSeconds() + " s");
                case READY -> body.write(piece);
            }
            limit = timeouts.writeTimeout();
            return true;
        } catch (Exception e) {
            throw failed(e);
        }
    }

    /**
     * Waits for the answer. A success that comes before all of the request was written is none: the server cannot have
     * what it did not read, which may be damaged.
     *
     * @param whole whether all of it was written
     */
    HttpResponse<byte[]> answer(boolean whole) throws AssociationException {
        try {
            if (whole) {
                body.complete();
            }
            HttpResponse<byte[]> response = ended.get(timeouts.responseTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (!whole && response.statusCode() / 100 == 2) {
                throw exchange.hasty(response.statusCode());
            }
            return response;
        } catch (AssociationException e) {
            throw e;
        } catch (Exception e) {
            throw failed(e);
        } finally {
            answer.cancel(true);
        }
    }

    /** The rest does not come: the server gets no complete request. */
    void fail(Throwable why) {
        body.fail(why);
        answer.cancel(true);
    }

    private AssociationException failed(Exception e) {
        answer.cancel(true);
        return exchange.failed(start, e);
    }
}
