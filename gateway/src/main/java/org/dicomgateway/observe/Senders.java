package org.dicomgateway.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The senders of the last hour, by calling AE title. A permitted sender can invent AE titles, so only the latest few
 * are kept. Not safe for use by several threads.
 */
final class Senders {

    /** How many senders are kept. */
    static final int MOST = 64;

    /** How long an inactive sender is kept. */
    static final Duration MEMORY = Duration.ofHours(1);

    private static final int SLOTS = 16;
    private static final int AVERAGED = 10;
    private static final int MINUTE = 60;
    private static final int MINUTES = (int) MEMORY.toMinutes();

    private final Map<String, Track> tracks = new LatestFew();

    /** The senders, latest last. When there are too many, the eldest is removed. */
    private static final class LatestFew extends LinkedHashMap<String, Track> {
        private static final long serialVersionUID = 1L;

        LatestFew() {
            super(SLOTS, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Track> eldest) {
            return size() > MOST;
        }
    }

    /** The counts of one sender: per second for its rate, per minute for the last hour. */
    private static final class Track {
        private final long[] second = new long[SLOTS];
        private final long[] count = new long[SLOTS];
        private final long[] minute = new long[MINUTES];
        private final long[] instances = new long[MINUTES];
        private final long[] bytes = new long[MINUTES];
        private Instant last = Instant.EPOCH;

        void count(Instant at, long size) {
            countSecond(at);
            int slot = (int) Math.floorMod(at.getEpochSecond() / MINUTE, (long) MINUTES);
            if (minute[slot] != at.getEpochSecond() / MINUTE) {
                minute[slot] = at.getEpochSecond() / MINUTE;
                instances[slot] = 0;
                bytes[slot] = 0;
            }
            instances[slot]++;
            bytes[slot] += Math.max(0, size);
            last = at;
        }

        private void countSecond(Instant at) {
            int slot = (int) Math.floorMod(at.getEpochSecond(), (long) SLOTS);
            if (second[slot] != at.getEpochSecond()) {
                second[slot] = at.getEpochSecond();
                count[slot] = 0;
            }
            count[slot]++;
        }

        /** The sum over the last hour. The current, incomplete minute is the last of its minutes. */
        long lastHour(long[] counted, Instant now) {
            long sum = 0;
            for (int slot = 0; slot < MINUTES; slot++) {
                sum += now.getEpochSecond() / MINUTE - minute[slot] < MINUTES ? counted[slot] : 0;
            }
            return sum;
        }

        Traffic.Sender of(String callingAe, Instant now) {
            return new Traffic.Sender(callingAe, perSecond(now), lastHour(instances, now), lastHour(bytes, now), last);
        }

        double perSecond(Instant now) {
            long sum = 0;
            for (int slot = 0; slot < SLOTS; slot++) {
                long age = now.getEpochSecond() - second[slot];
                sum += age >= 1 && age <= AVERAGED ? count[slot] : 0;
            }
            return (double) sum / AVERAGED;
        }
    }

    void received(String callingAe, long bytes, Instant at) {
        tracks.computeIfAbsent(callingAe, title -> new Track()).count(at, bytes);
    }

    /** The senders, latest first. */
    List<Traffic.Sender> latest(Instant now) {
        tracks.values().removeIf(track -> track.last.isBefore(now.minus(MEMORY)));
        return tracks.entrySet().stream()
                .map(entry -> entry.getValue().of(entry.getKey(), now))
                .sorted(Comparator.comparing(Traffic.Sender::last).reversed())
                .toList();
    }
}
