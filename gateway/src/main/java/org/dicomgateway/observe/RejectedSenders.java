package org.dicomgateway.observe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.dicomgateway.dicom.acceptor.RefusedPeer;

/**
 * The senders that got no association within a day: who, why, how often. Anybody on the network can add to them, with
 * AE titles that they invent, so only {@value #KEPT} are kept, and the most frequent ones rather than others. The
 * counts by code include all. For any number of threads.
 *
 * <p>The forward log gets a line for the first rejection of a sender, and then at most one a minute.
 */
public final class RejectedSenders {

    /** How many senders are kept. */
    public static final int KEPT = 64;

    /** How long a sender is kept after its last rejection. */
    public static final Duration MEMORY = Duration.ofDays(1);

    /** The shortest time between two lines of the forward log about the same sender and code. */
    static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    /**
     * A sender that was rejected.
     *
     * @param peer who, and why the last time
     * @param count how often
     * @param first when the first time
     * @param last when the last time
     */
    public record Sender(RefusedPeer peer, long count, Instant first, Instant last) {}

    private record Key(String callingAe, String remoteHost, String code) {}

    /** {@code line} is when the forward log last got a line, {@code due} whether it gets one now. */
    private record Row(Sender sender, Instant line, boolean due) {}

    private final ForwardLog forwardLog;
    private final InstantSource clock;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Cache<Key, Row> rows = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfterWrite(MEMORY)
            .executor(Runnable::run)
            .build();

    /** Nobody was rejected yet. */
    public RejectedSenders(ForwardLog forwardLog, InstantSource clock) {
        this.forwardLog = forwardLog;
        this.clock = clock;
    }

    /**
     * Counts a peer that got no association.
     *
     * @param logged whether the gateway's log has a line about it; otherwise the forward log gets none, either
     */
    public void count(RefusedPeer peer, boolean logged) {
        Instant now = clock.instant();
        counts.computeIfAbsent(peer.code(), code -> new LongAdder()).increment();
        Key key = new Key(peer.callingAe(), peer.remoteHost(), peer.code());
        Row row = rows.asMap().compute(key, (same, known) -> {
            Sender sender = known == null
                    ? new Sender(peer, 1, now, now)
                    : new Sender(peer, known.sender.count() + 1, known.sender.first(), now);
            Instant line = known == null ? Instant.EPOCH : known.line;
            boolean due = logged && isDue(line, now);
            return new Row(sender, due ? now : line, due);
        });
        if (row.due) {
            forwardLog.rejected(peer, row.sender.count());
        }
    }

    /** Also when the clock was set back: too many lines are better than none. */
    private static boolean isDue(Instant line, Instant now) {
        return now.isBefore(line) || !now.isBefore(line.plus(BETWEEN_LINES));
    }

    /** The senders, the last one first. */
    public List<Sender> latest() {
        return rows.asMap().values().stream()
                .map(Row::sender)
                .sorted(Comparator.comparing(Sender::last).reversed())
                .toList();
    }

    /** How often each code was given, since the gateway started. */
    public Map<String, Long> counts() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((code, count) -> all.put(code, count.sum()));
        return all;
    }
}
