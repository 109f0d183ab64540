package org.dicomgateway.admin.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.http.ConnectionWatch;
import org.dicomgateway.http.WatchedConnector;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of the web server. The server closes a connection that takes too long to send its request or to take
 * its answer. When there are too many connections, it closes one of the address that has most: the one that has waited
 * longest. So a caller that sends its request at once is served, however many others only connect. A connection whose
 * request is being worked on is never closed. Safe for any number of threads.
 */
public final class Connections implements ConnectionWatch {

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private static final long SECOND = 1_000_000_000L;
    private static final long TELL_EVERY = 60 * SECOND;

    /** What a connection waits for. */
    private enum Waiting {
        FOR_REQUEST,
        FOR_US,
        FOR_READER
    }

    private static final class Line {
        private final EndPoint endPoint;
        private final String host;
        private Waiting waiting = Waiting.FOR_REQUEST;
        private long since;
        private long unread;

        private Line(EndPoint endPoint, String host, long since) {
            this.endPoint = endPoint;
            this.host = host;
            this.since = since;
        }

        private boolean isOurs() {
            return waiting == Waiting.FOR_US;
        }
    }

    private final HttpLimits limits;
    private final LongSupplier nanoTime;
    private final Map<EndPoint, Line> lines = new HashMap<>();
    private long closedForRoom;
    private long toldAt;
    private boolean told;

    public Connections(HttpLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    @Override
    public void opened(EndPoint endPoint) {
        Optional<EndPoint> surplus;
        synchronized (this) {
            Line line = new Line(endPoint, hostOf(endPoint.getRemoteSocketAddress()), nanoTime.getAsLong());
            lines.put(endPoint, line);
            surplus = lines.size() > limits.connections() ? Optional.of(victim(line)) : Optional.empty();
            // Removed at once: before it reports that it is closed, more connections may come that need the room.
            surplus.ifPresent(lines::remove);
        }
        surplus.ifPresent(each -> closeForRoom(List.of(each)));
    }

    @Override
    public synchronized void closed(EndPoint endPoint) {
        lines.remove(endPoint);
    }

    /** The whole request has arrived: the connection now waits for the gateway. */
    public void working(EndPoint endPoint) {
        turn(endPoint, Waiting.FOR_US, 0);
    }

    /** The answer is ready: the connection now waits until the caller has taken it. */
    public void answering(EndPoint endPoint, long bytes) {
        turn(endPoint, Waiting.FOR_READER, bytes);
        closeForRoom(unreadTooMuch(endPoint));
    }

    /** The caller has taken the answer: the next request may come. */
    public void answered(EndPoint endPoint) {
        turn(endPoint, Waiting.FOR_REQUEST, 0);
    }

    @Override
    public void closeOverdue() {
        List<EndPoint> overdue;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            overdue = lines.values().stream()
                    .filter(line -> !line.isOurs()
                            && now - line.since > limits.patience().toNanos())
                    .map(line -> line.endPoint)
                    .toList();
        }
        overdue.forEach(EndPoint::close);
    }

    /** How many there are. */
    public synchronized int size() {
        return lines.size();
    }

    private synchronized void turn(EndPoint endPoint, Waiting waiting, long bytes) {
        Line line = lines.get(WatchedConnector.wire(endPoint));
        if (line != null) {
            line.waiting = waiting;
            line.since = nanoTime.getAsLong();
            line.unread = bytes;
        }
    }

    private EndPoint victim(Line newest) {
        Map<String, Long> byHost =
                lines.values().stream().collect(Collectors.groupingBy(line -> line.host, Collectors.counting()));
        return waiting()
                .filter(line -> line != newest)
                .min(Comparator.<Line>comparingLong(line -> -byHost.getOrDefault(line.host, 0L))
                        .thenComparingLong(line -> line.since))
                .orElse(newest)
                .endPoint;
    }

    private Stream<Line> waiting() {
        return lines.values().stream().filter(line -> !line.isOurs());
    }

    /** The connections that have taken longest over their answers, until the rest is within the limit. */
    private synchronized List<EndPoint> unreadTooMuch(EndPoint newest) {
        long unread = lines.values().stream().mapToLong(line -> line.unread).sum();
        List<EndPoint> slow = new ArrayList<>();
        List<Line> oldestFirst = lines.values().stream()
                .filter(line ->
                        line.waiting == Waiting.FOR_READER && !line.endPoint.equals(WatchedConnector.wire(newest)))
                .sorted(Comparator.comparingLong(line -> line.since))
                .toList();
        for (Line line : oldestFirst) {
            if (unread <= limits.unreadBytes()) {
                break;
            }
            unread -= line.unread;
            slow.add(line.endPoint);
        }
        slow.forEach(lines::remove);
        return slow;
    }

    /** Must run outside the lock: an end point may report at once that it is closed. */
    private void closeForRoom(List<EndPoint> surplus) {
        if (surplus.isEmpty()) {
            return;
        }
        surplus.forEach(EndPoint::close);
        synchronized (this) {
            closedForRoom += surplus.size();
            long now = nanoTime.getAsLong();
            if (told && now - toldAt < TELL_EVERY) {
                return;
            }
            told = true;
            toldAt = now;
            LOG.info(
                    "the operators' interface has too many connections: closed {} that kept it waiting, to make room"
                            + " (logged once a minute)",
                    closedForRoom);
            closedForRoom = 0;
        }
    }

    private static String hostOf(SocketAddress address) {
        return address instanceof InetSocketAddress internet ? internet.getHostString() : "";
    }
}
