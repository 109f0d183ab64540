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
import org.dicomgateway.dicom.values.ByteSize;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream of live events to one listener, written without waiting. Events that the connection does not take yet are
 * kept. When too many are kept, the listener is disconnected. Safe for any number of threads.
 */
final class EventStream implements WriteListener {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** How many bytes may wait for a listener. */
    static final int MOST_BYTES_BEHIND = 512 * ByteSize.KIB;

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

    /** An event in its format on the wire. */
    static byte[] event(String name, String data) {
        return ("event: " + name + "\ndata: " + data.replace("\n", "\ndata: ") + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Starts to write; the request must already be asynchronous.
     *
     * @param first the first event for the listener
     * @return completes when the listener has left, or was disconnected
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

    /** Writes an event now, or as soon as the connection takes it. */
    synchronized void send(byte[] event) {
        if (ended.isDone()) {
            return;
        }
        if (bytesWaiting + event.length > MOST_BYTES_BEHIND) {
            LOG.info("a listener to live events does not read them, and is disconnected");
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

    /**
     * Writes while the connection takes more. When it does not, it calls {@link #onWritePossible} as soon as it does.
     */
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
        LOG.debug("a listener to live events has left", failure);
        end();
    }

    /** Closes the stream. */
    void end() {
        ended.complete(null);
    }
}
