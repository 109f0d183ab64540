package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.dicom.wire.OpenAssociation.StoreResponse;
import org.dicomgateway.dicom.wire.Response;
import org.dicomgateway.dicom.wire.ResponseTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The C-STORE requests of one association that were sent and have no response yet. Responses come in any order.
 *
 * <p>Two time limits. When a peer has sent no response at all for the response timeout, although one was due, it is
 * given up. And no response may take longer than that timeout for each request that awaited one when its own request
 * was complete: a peer may perform them one after another. With a single request both are the same limit.
 *
 * <p>For the thread that sends; responses come in that of the toolkit.
 */
final class PendingStores {

    private final long timeoutNanos;
    private final Map<Integer, Sent> sent = new LinkedHashMap<>();
    private final LinkedBlockingQueue<Integer> over = new LinkedBlockingQueue<>();
    private volatile long lastOver = System.nanoTime();

    /**
     * One request.
     *
     * @param begun when it was begun, in the time of {@link System#nanoTime}
     * @param complete when its last byte was sent
     * @param limit how long its response may take from then on, in nanoseconds
     */
    private record Sent(String what, Response response, long begun, long complete, long limit) {}

    PendingStores(Duration responseTimeout) {
        this.timeoutNanos = responseTimeout.toNanos();
    }

    boolean isEmpty() {
        return sent.isEmpty();
    }

    boolean contains(int messageId) {
        return sent.containsKey(messageId);
    }

    /** Before a request is sent: its response can come before its last byte is sent. */
    void begin(Response response) {
        int messageId = response.getMessageID();
        response.whenOver(() -> {
            lastOver = System.nanoTime();
            over.add(messageId);
        });
    }

    /** The last byte of a request was sent. */
    void complete(String what, Response response, long begun) {
        long limit = timeoutNanos * (sent.size() + 1);
        sent.put(response.getMessageID(), new Sent(what, response, begun, System.nanoTime(), limit));
    }

    /** A valid response that has come already. */
    Optional<StoreResponse> polled() {
        @Nullable Integer messageId = over.peek();
        @Nullable Sent request = messageId == null ? null : sent.get(messageId);
        Optional<Integer> status =
                request == null ? Optional.empty() : request.response().status();
        if (messageId == null || status.isEmpty()) {
            return Optional.empty();
        }
        over.remove();
        sent.remove(messageId);
        return Optional.of(new StoreResponse(messageId, status.get()));
    }

    /** Waits for the next response. */
    StoreResponse next() throws IOException, InterruptedException {
        while (true) {
            @Nullable Integer messageId = over.poll(Math.max(0, nanosLeft()), TimeUnit.NANOSECONDS);
            @Nullable Sent request = messageId == null ? null : sent.get(messageId);
            if (messageId != null && request != null) {
                int status = request.response().await(Duration.ZERO);
                sent.remove(messageId);
                return new StoreResponse(messageId, status);
            }
            checkTime();
        }
    }

    /** Fails when a response is overdue. */
    void checkTime() throws ResponseTimeoutException {
        if (!sent.isEmpty() && over.isEmpty() && nanosLeft() <= 0) {
            throw new ResponseTimeoutException();
        }
    }

    private long nanosLeft() {
        long now = System.nanoTime();
        long left = Long.MAX_VALUE;
        boolean oldest = true;
        for (Sent each : sent.values()) {
            left = Math.min(left, each.limit() - (now - each.complete()));
            if (oldest) {
                left = Math.min(left, timeoutNanos - Math.min(now - each.complete(), now - lastOver));
                oldest = false;
            }
        }
        return left;
    }

    /** What is awaited, for a message. */
    String what() {
        String first = sent.values().stream().map(Sent::what).findFirst().orElse("C-STORE");
        return sent.size() > 1 ? first + " and of " + (sent.size() - 1) + " more" : first;
    }

    /** When the oldest of them was begun. */
    long begun() {
        return sent.values().stream().map(Sent::begun).findFirst().orElseGet(System::nanoTime);
    }
}
