package org.dicomgateway.admin.server;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.ServiceUnavailableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.LiveView;
import org.dicomgateway.admin.api.LogView;
import org.dicomgateway.observe.RecentEvents;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): once a second, what changed and
 * the new lines of the forward log. One thread writes to all listeners and never waits: a listener that does not read
 * is disconnected.
 */
public final class LiveEvents implements AutoCloseable {

    /** A browser has at most six connections to a server. More than a dozen operators need not listen. */
    public static final int MOST_LISTENERS = 32;

    private static final Duration TICK = Duration.ofSeconds(1);

    /** The status is also sent without a change, so that listener and proxy know that the connection works. */
    private static final int HEARTBEAT_TICKS = 5;

    private static final int LINES_PER_TICK = 50;

    private final Overview overview;
    private final RecentEvents recent;
    private final Set<EventStream> listeners = ConcurrentHashMap.newKeySet();
    private final Repeating telling = new Repeating("admin-events", TICK, this::tellAll);

    private String lastStatus = "";
    private long told;
    private int quiet;

    LiveEvents(Overview overview, RecentEvents recent) {
        this.overview = overview;
        this.recent = recent;
    }

    void start() {
        telling.start();
    }

    LongLived thread() {
        return telling.thread();
    }

    /** How many listeners there are. */
    int listeners() {
        return listeners.size();
    }

    void serve(Context context) {
        if (listeners.size() >= MOST_LISTENERS) {
            throw new ServiceUnavailableResponse("too many listeners to live events: " + MOST_LISTENERS);
        }
        context.status(HttpStatus.OK)
                .contentType("text/event-stream;charset=utf-8")
                .header("X-Accel-Buffering", "no");
        context.future(() -> {
            EventStream stream = new EventStream(context.res());
            listeners.add(stream);
            return stream.open(this::first).whenComplete((done, failure) -> listeners.remove(stream));
        });
    }

    /** The first event for a new listener. */
    private byte[] first() {
        return EventStream.event("status", Json.write(live()));
    }

    private LiveView live() {
        Instant now = Instant.now();
        return new LiveView(overview.status(now), overview.destinations(now));
    }

    private void tellAll() {
        RecentEvents.After news = recent.after(told, LINES_PER_TICK);
        told = news.count();
        if (listeners.isEmpty()) {
            return;
        }
        if (!news.events().isEmpty()) {
            send(EventStream.event("log", Json.write(LogView.of(news.events(), news.skipped()))));
        }
        String status = Json.write(live());
        if (!status.equals(lastStatus) || ++quiet >= HEARTBEAT_TICKS) {
            quiet = 0;
            lastStatus = status;
            send(EventStream.event("status", status));
        }
    }

    private void send(byte[] event) {
        listeners.forEach(listener -> listener.send(event));
    }

    /** Ends all streams. */
    @Override
    public void close() {
        telling.close();
        listeners.forEach(EventStream::end);
    }
}
