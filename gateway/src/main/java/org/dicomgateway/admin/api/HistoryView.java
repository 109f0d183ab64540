package org.dicomgateway.admin.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dicomgateway.observe.Traffic;

/**
 * Received and delivered instances over time.
 *
 * @param step length of a point in seconds
 * @param points in order of time, without gaps; the last one is not complete yet
 */
public record HistoryView(long step, List<Point> points) {

    /** Copies the list. */
    public HistoryView {
        points = List.copyOf(points);
    }

    /**
     * A period of time.
     *
     * @param at its start
     * @param received instances received
     * @param receivedBytes bytes of their datasets
     * @param delivered deliveries done, by destination
     * @param failed attempts that failed
     */
    public record Point(Instant at, long received, long receivedBytes, Map<String, Long> delivered, long failed) {

        /** Copies the map. */
        public Point {
            delivered = Map.copyOf(delivered);
        }
    }

    public static HistoryView of(Traffic traffic, Duration reach, Instant now) {
        return new HistoryView(
                Traffic.STEP.toSeconds(),
                traffic.history(reach, now).stream()
                        .map(point -> new Point(
                                point.at(), point.received(), point.receivedBytes(), point.delivered(), point.failed()))
                        .toList());
    }
}
