package org.dicomgateway.receive.web;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.http.ConnectionWatch;
import org.dicomgateway.http.WatchedConnector;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a listener, within the limits that associations have. A connection over them gets an answer, as
 * long as there are few of those; others are closed. One that does not send its request, or does not take its answer
 * in time is closed. For any number of threads.
 */
final class WebConnections implements ConnectionWatch {

    private static final int REFUSALS_AT_ONCE = 16;

    private static final class Line {
        private final String host;
        private final @Nullable String excess;
        private @Nullable Duration limit;
        private long since;

        private Line(String host, @Nullable String excess) {
            this.host = host;
            this.excess = excess;
        }
    }

    private final AcceptorSettings settings;
    private final LongSupplier nanoTime;
    private final Map<EndPoint, Line> lines = new HashMap<>();

    WebConnections(AcceptorSettings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    @Override
    public void opened(EndPoint endPoint) {
        boolean tooMany;
        synchronized (this) {
            String host = hostOf(endPoint.getRemoteSocketAddress());
            Line line = new Line(host, excess(host));
            turn(line, settings.requestTimeout());
            lines.put(endPoint, line);
            tooMany = line.excess != null && lines.size() - within() > REFUSALS_AT_ONCE;
        }
        if (tooMany) {
            endPoint.close();
        }
    }

    @Override
    public synchronized void closed(EndPoint endPoint) {
        lines.remove(endPoint);
    }

    /** A request begins. Returns why its connection is one too many; null: it is not. */
    synchronized @Nullable String begin(EndPoint endPoint) {
        @Nullable Line line = lines.get(WatchedConnector.wire(endPoint));
        if (line == null) {
            return "the connection is closed";
        }
        line.limit = null;
        return line.excess;
    }

    /** The answer goes out. */
    synchronized void answering(EndPoint endPoint) {
        turn(lines.get(WatchedConnector.wire(endPoint)), settings.writeTimeout());
    }

    /** The answer is out, and ends the connection: for so long, its sender may read it. */
    synchronized void lingering(EndPoint endPoint, Duration atMost) {
        turn(lines.get(WatchedConnector.wire(endPoint)), atMost);
    }

    /** The answer is out: the next request may come. */
    synchronized void answered(EndPoint endPoint) {
        turn(lines.get(WatchedConnector.wire(endPoint)), settings.idleTimeout());
    }

    @Override
    public void closeOverdue() {
        List<EndPoint> overdue;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            overdue = lines.entrySet().stream()
                    .filter(line -> isOverdue(line.getValue(), now))
                    .map(Map.Entry::getKey)
                    .toList();
        }
        overdue.forEach(EndPoint::close);
    }

    /** The number of connections within the limits. */
    synchronized int size() {
        return within();
    }

    private int within() {
        return (int) lines.values().stream().filter(line -> line.excess == null).count();
    }

    private @Nullable String excess(String host) {
        int max = settings.maxAssociations();
        if (within() >= max) {
            return "all " + max + " connections are in use (max-associations)";
        }
        int maxOfHost = settings.maxAssociationsPerHost().orElse(max);
        long ofHost = lines.values().stream()
                .filter(line -> line.excess == null && line.host.equals(host))
                .count();
        return ofHost >= maxOfHost
                ? "all " + maxOfHost + " connections of " + host + " are in use (max-associations-per-host)"
                : null;
    }

    private void turn(@Nullable Line line, Duration limit) {
        if (line != null) {
            line.limit = limit;
            line.since = nanoTime.getAsLong();
        }
    }

    private static boolean isOverdue(Line line, long now) {
        return line.limit != null && now - line.since > line.limit.toNanos();
    }

    private static String hostOf(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress()
                : "";
    }
}
