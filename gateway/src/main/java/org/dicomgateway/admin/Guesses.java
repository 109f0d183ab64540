package org.dicomgateway.admin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Slows down who tries passwords. After some wrong ones from one source each further one closes the door to that source,
 * for twice as long as the last time; what knocks in the meantime is not even looked at. Of an IPv6 address the network
 * part counts, for whoever has one address there has all of them. Remembers a bounded number of sources.
 */
final class Guesses {

    private static final int FREE = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 8;
    private static final Duration MEMORY = Duration.ofMinutes(15);
    private static final int MAX_SOURCES = 10_000;
    private static final int NETWORK_BYTES = 8;
    private static final int IPV6_BYTES = 16;

    /** How often a source was wrong, and until when it waits. */
    private record Suspect(int wrong, long closedUntil) {}

    private final Cache<String, Suspect> sources;
    private final Ticker clock;

    Guesses(Ticker clock) {
        this.clock = clock;
        this.sources = Caffeine.newBuilder()
                .expireAfterWrite(MEMORY)
                .maximumSize(MAX_SOURCES)
                .ticker(clock)
                .build();
    }

    /** How long a source must wait before it is listened to again; zero: not at all. */
    Duration closedFor(InetAddress source) {
        Suspect suspect = sources.getIfPresent(key(source));
        long nanos = suspect == null ? 0 : suspect.closedUntil - clock.read();
        return Duration.ofNanos(Math.max(nanos, 0));
    }

    /** A source was wrong. */
    void wrong(InetAddress source) {
        sources.asMap().compute(key(source), (key, suspect) -> {
            int wrong = suspect == null ? 1 : suspect.wrong + 1;
            int doublings = Math.min(wrong - FREE, MAX_DOUBLINGS);
            long pause = doublings < 0
                    ? 0
                    : FIRST_PAUSE.multipliedBy(1L << doublings).toNanos();
            return new Suspect(wrong, clock.read() + pause);
        });
    }

    /** A source was right: it is forgiven. */
    void right(InetAddress source) {
        sources.invalidate(key(source));
    }

    private static String key(InetAddress source) {
        byte[] address = source.getAddress();
        byte[] network = address.length == IPV6_BYTES ? Arrays.copyOf(address, NETWORK_BYTES) : address;
        return HexFormat.of().formatHex(network);
    }
}
