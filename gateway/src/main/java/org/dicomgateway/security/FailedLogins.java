package org.dicomgateway.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Wrong passwords, by the user and the network they came from. After five, that user is closed to that network, for one
 * second, then twice as long for each further one, up to 256 seconds. Other users, and the same user from elsewhere,
 * are not affected. A name that no user has counts like any other: the answer does not show which users there are. Of
 * an IPv6 address the network part counts, because its owner has all addresses of that network. Remembers at most
 * {@value #MAX_REMEMBERED}, for 15 minutes each. For any number of threads.
 */
final class FailedLogins {

    private static final int FREE = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 8;
    private static final Duration MEMORY = Duration.ofMinutes(15);
    private static final int MAX_REMEMBERED = 10_000;
    private static final int NETWORK_BYTES = 8;
    private static final int IPV6_BYTES = 16;

    /** Whose password is tried from where. */
    private record Target(String network, String user) {}

    /** How often that was wrong, and until when it waits. */
    private record Suspect(int wrong, long closedUntil) {}

    private final Cache<Target, Suspect> suspects;
    private final Cache<String, Integer> wrongFrom;
    private final Ticker clock;

    FailedLogins(Ticker clock) {
        this.clock = clock;
        this.suspects = remembering(clock);
        this.wrongFrom = remembering(clock);
    }

    private static <K, V> Cache<K, V> remembering(Ticker clock) {
        return Caffeine.newBuilder()
                .expireAfterWrite(MEMORY)
                .maximumSize(MAX_REMEMBERED)
                .ticker(clock)
                .build();
    }

    /** How long a source must wait before it is listened to again about this user; zero: not at all. */
    Duration closedFor(InetAddress source, String user) {
        Suspect suspect = suspects.getIfPresent(new Target(networkOf(source), user));
        long nanos = suspect == null ? 0 : suspect.closedUntil - clock.read();
        return Duration.ofNanos(Math.max(nanos, 0));
    }

    /** How often a source was wrong lately, about whomever. */
    int wrongFrom(InetAddress source) {
        return Optional.ofNullable(wrongFrom.getIfPresent(networkOf(source))).orElse(0);
    }

    /** A source was wrong about a user. */
    void wrong(InetAddress source, String user) {
        String network = networkOf(source);
        wrongFrom.asMap().merge(network, 1, Integer::sum);
        suspects.asMap().compute(new Target(network, user), (target, suspect) -> {
            int wrong = suspect == null ? 1 : suspect.wrong + 1;
            int doublings = Math.min(wrong - FREE, MAX_DOUBLINGS);
            long pause = doublings < 0
                    ? 0
                    : FIRST_PAUSE.multipliedBy(1L << doublings).toNanos();
            return new Suspect(wrong, clock.read() + pause);
        });
    }

    /** A source was right about a user: that much is forgiven. */
    void right(InetAddress source, String user) {
        suspects.invalidate(new Target(networkOf(source), user));
    }

    /** What counts as one source: an IPv4 address, or the network of an IPv6 address. */
    static String networkOf(InetAddress source) {
        byte[] address = source.getAddress();
        byte[] network = address.length == IPV6_BYTES ? Arrays.copyOf(address, NETWORK_BYTES) : address;
        return HexFormat.of().formatHex(network);
    }
}
