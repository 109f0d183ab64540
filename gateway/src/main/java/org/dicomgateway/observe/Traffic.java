package org.dicomgateway.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The traffic in and out, counted from the lines of the forward log: per second for rates, per minute for charts.
 * Kept in memory for two days, with bounded size. For any number of threads.
 */
public final class Traffic implements Consumer<ForwardEvent> {

    /** The time that one point of the history covers. */
    public static final Duration STEP = Duration.ofMinutes(1);

    /** How far back the history goes. */
    public static final Duration REACH = Duration.ofDays(2);

    private static final Set<ForwardLog.Event> FAILURES =
            Set.of(ForwardLog.Event.RETRY, ForwardLog.Event.PASSED_ON, ForwardLog.Event.PARKED);
    private static final int SECONDS = 64;
    private static final int AVERAGED = 10;
    private static final int MINUTES = (int) REACH.toMinutes();

    private final Slot[] seconds = new Slot[SECONDS];
    private final Slot[] minutes = new Slot[MINUTES];
    private final Map<String, Failure> failures = new HashMap<>();
    private final Senders senders = new Senders();

    /**
     * Averages over the last ten seconds.
     *
     * @param received instances per second
     * @param receivedBytes bytes per second
     * @param delivered deliveries per second, by destination
     */
    public record Rates(double received, double receivedBytes, Map<String, Double> delivered) {

        /** Copies the map. */
        public Rates {
            delivered = Map.copyOf(delivered);
        }

        /** Deliveries per second, all destinations together. */
        public double deliveredInAll() {
            return delivered.values().stream().mapToDouble(rate -> rate).sum();
        }
    }

    /**
     * One minute of the history.
     *
     * @param at the start of the minute
     * @param received number of instances
     * @param receivedBytes bytes of their datasets
     * @param delivered completed deliveries, by destination
     * @param failed number of failed attempts
     */
    public record Point(Instant at, long received, long receivedBytes, Map<String, Long> delivered, long failed) {

        /** Copies the map. */
        public Point {
            delivered = Map.copyOf(delivered);
        }
    }

    /**
     * The last failed delivery to a destination.
     *
     * @param reason for operators
     */
    public record Failure(Instant at, String reason) {}

    /**
     * A sender of the last hour.
     *
     * @param callingAe its AE title
     * @param received instances per second, averaged over the last ten seconds
     * @param receivedLastHour instances in the last hour, including the current minute
     * @param receivedBytesLastHour bytes of their datasets
     * @param last when the last one was received
     */
    public record Sender(
            String callingAe, double received, long receivedLastHour, long receivedBytesLastHour, Instant last) {}

    private static final class Slot {
        private final long number;
        private long received;
        private long receivedBytes;
        private long failed;
        private final Map<String, Long> delivered = new TreeMap<>();

        Slot(long number) {
            this.number = number;
        }

        void count(ForwardEvent event) {
            switch (event.event()) {
                case RECEIVED, HELD -> {
                    received++;
                    receivedBytes += Math.max(0, event.bytes());
                }
                case DELIVERED -> delivered.merge(event.destination(), 1L, Long::sum);
                case RETRY, PASSED_ON, PARKED -> failed++;
                case REFUSED, REJECTED, DISCARDED, SUPERSEDED -> {}
            }
        }
    }

    @Override
    public synchronized void accept(ForwardEvent event) {
        long second = event.at().getEpochSecond();
        slot(seconds, second).count(event);
        slot(minutes, second / STEP.toSeconds()).count(event);
        if (event.event() == ForwardLog.Event.RECEIVED || event.event() == ForwardLog.Event.HELD) {
            senders.received(event.calling(), event.bytes(), event.at());
        }
        if (FAILURES.contains(event.event())) {
            failures.put(event.destination(), new Failure(event.at(), event.reason()));
        }
    }

    private static Slot slot(Slot[] ring, long number) {
        int place = (int) Math.floorMod(number, (long) ring.length);
        @Nullable Slot slot = ring[place];
        if (slot == null || slot.number != number) {
            slot = new Slot(number);
            ring[place] = slot;
        }
        return slot;
    }

    private static Optional<Slot> find(Slot[] ring, long number) {
        @Nullable Slot slot = ring[(int) Math.floorMod(number, (long) ring.length)];
        return Optional.ofNullable(slot).filter(found -> found.number == number);
    }

    /** Rates over the last full seconds. */
    public synchronized Rates rates(Instant now) {
        long received = 0;
        long bytes = 0;
        Map<String, Double> delivered = new HashMap<>();
        for (long second = now.getEpochSecond() - AVERAGED; second < now.getEpochSecond(); second++) {
            Optional<Slot> slot = find(seconds, second);
            received += slot.map(found -> found.received).orElse(0L);
            bytes += slot.map(found -> found.receivedBytes).orElse(0L);
            slot.ifPresent(found -> found.delivered.forEach(
                    (destination, count) -> delivered.merge(destination, (double) count / AVERAGED, Double::sum)));
        }
        return new Rates((double) received / AVERAGED, (double) bytes / AVERAGED, delivered);
    }

    /** The minutes of this period until now, including the current minute. */
    public synchronized List<Point> history(Duration reach, Instant now) {
        long last = now.getEpochSecond() / STEP.toSeconds();
        List<Point> points = new ArrayList<>();
        for (long minute = last - Math.min(reach.toMinutes(), MINUTES) + 1; minute <= last; minute++) {
            Instant at = Instant.ofEpochSecond(minute * STEP.toSeconds());
            points.add(find(minutes, minute)
                    .map(slot -> new Point(at, slot.received, slot.receivedBytes, slot.delivered, slot.failed))
                    .orElseGet(() -> new Point(at, 0, 0, Map.of(), 0)));
        }
        return points;
    }

    /** The senders of the last hour, latest first. The number is bounded. */
    public synchronized List<Sender> senders(Instant now) {
        return senders.latest(now);
    }

    /** The last failed delivery to a destination. Empty when none failed since the gateway started. */
    public synchronized Optional<Failure> lastFailure(String destination) {
        return Optional.ofNullable(failures.get(destination));
    }
}
