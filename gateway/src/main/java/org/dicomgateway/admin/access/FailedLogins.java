package org.dicomgateway.admin.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Slows down who tries passwords. After some wrong ones for one user from one source each further one closes the door to
 * that user from there, for twice as long as the last time; what knocks in the meantime is not even looked at. Others
 * behind the same address are not shut out by it, nor is the same user from elsewhere. A name that no user has counts like
 * any other: nobody learns from this who there is. Of an IPv6 address the network part counts, for whoever has one address
 * there has all of them. Remembers a bounded number of them.
 */
public final class FailedLogins {

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

    public FailedLogins(Ticker clock) {
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
    public Duration closedFor(InetAddress source, String user) {
        Suspect suspect = suspects.getIfPresent(new Target(networkOf(source), user));
        long nanos = suspect == null ? 0 : suspect.closedUntil - clock.read();
        return Duration.ofNanos(Math.max(nanos, 0));
    }

    /** How often a source was wrong lately, about whomever. */
    int wrongFrom(InetAddress source) {
        return Optional.ofNullable(wrongFrom.getIfPresent(networkOf(source))).orElse(0);
    }

    /** A source was wrong about a user. */
    public void wrong(InetAddress source, String user) {
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
    public void right(InetAddress source, String user) {
        suspects.invalidate(new Target(networkOf(source), user));
    }

    private static String networkOf(InetAddress source) {
        byte[] address = source.getAddress();
        byte[] network = address.length == IPV6_BYTES ? Arrays.copyOf(address, NETWORK_BYTES) : address;
        return HexFormat.of().formatHex(network);
    }
}
