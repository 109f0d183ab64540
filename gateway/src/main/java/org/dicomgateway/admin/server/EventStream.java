package org.dicomgateway.admin.server;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener's stream of events, written without waiting: what the connection does not take is kept until it does, and
 * when that is too much the listener is dropped. For any number of threads.
 */
final class EventStream implements WriteListener {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** What a listener may be behind. */
    static final int MOST_BYTES_BEHIND = 512 * 1024;

    private final HttpServletResponse response;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int bytesWaiting;
    private boolean started;
    private boolean flushed = true;
    private @Nullable ServletOutputStream out;

    EventStream(HttpServletResponse response) {
        this.response = response;
    }

    /** An event as it goes over the line. */
    static byte[] event(String name, String data) {
        return ("event: " + name + "\ndata: " + data.replace("\n", "\ndata: ") + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Begins to write; the request must be asynchronous by now.
     *
     * @param first what the listener gets first
     * @return completes when the listener is gone, or dropped
     */
    CompletableFuture<Void> open(Supplier<byte[]> first) {
        send(first.get());
        try {
            ServletOutputStream stream = response.getOutputStream();
            synchronized (this) {
                out = stream;
            }
            stream.setWriteListener(this);
        } catch (IOException e) {
            onError(e);
        }
        return ended;
    }

    /** Has an event written, now or as soon as the connection takes it. */
    synchronized void send(byte[] event) {
        if (ended.isDone()) {
            return;
        }
        if (bytesWaiting + event.length > MOST_BYTES_BEHIND) {
            LOG.info("a listener to live events does not read them, and is dropped");
            end();
            return;
        }
        waiting.addLast(event);
        bytesWaiting += event.length;
        if (started) {
            pump();
        }
    }

    @Override
    public synchronized void onWritePossible() {
        started = true;
        pump();
    }

    /** The connection says whether it takes more; when it does not, it calls {@link #onWritePossible} once it does. */
    private void pump() {
        ServletOutputStream stream = out;
        if (stream == null || ended.isDone()) {
            return;
        }
        try {
            while (stream.isReady()) {
                byte @Nullable [] next = waiting.pollFirst();
                if (next != null) {
                    bytesWaiting -= next.length;
                    flushed = false;
                    stream.write(next);
                } else if (!flushed) {
                    flushed = true;
                    stream.flush();
                } else {
                    return;
                }
            }
        } catch (IOException | IllegalStateException e) {
            onError(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        LOG.debug("a listener to live events is gone", failure);
        end();
    }

    /** Closes the stream. */
    void end() {
        ended.complete(null);
    }
}
