package org.dicomgateway.receive;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.dicomgateway.config.match.IpAddress;

/**
 * Wrong passcodes, by the address that they came from: after a few it is left unheard for a while, for longer each time. An
 * IPv6 network of 64 bits counts as one address, since who has one has all of it. For any number of threads.
 */
final class FailedPasscodes {

    private static final int FREE = 5;
    private static final Duration FIRST_BLOCK = Duration.ofSeconds(1);
    private static final Duration LONGEST_BLOCK = Duration.ofMinutes(5);
    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final int MAX_ADDRESSES = 10_000;

    private record Wrong(int count, Instant blockedUntil) {}

    private final InstantSource clock;
    private final Cache<String, Wrong> byAddress;

    FailedPasscodes(InstantSource clock) {
        this.clock = clock;
        this.byAddress = Caffeine.newBuilder()
                .maximumSize(MAX_ADDRESSES)
                .expireAfterWrite(REMEMBERED)
                .ticker(() -> Duration.between(Instant.EPOCH, clock.instant()).toNanos())
                .build();
    }

    /** How long an address is still to be left unheard; empty when it is heard. */
    Optional<Duration> blockedFor(String host) {
        return Optional.ofNullable(byAddress.getIfPresent(networkOf(host)))
                .map(wrong -> Duration.between(clock.instant(), wrong.blockedUntil()))
                .filter(time -> !time.isNegative() && !time.isZero());
    }

    /** One more from this address. */
    void wrong(String host) {
        byAddress.asMap().compute(networkOf(host), (same, before) -> {
            int count = before == null ? 1 : before.count() + 1;
            return new Wrong(count, clock.instant().plus(blockAfter(count)));
        });
    }

    private static Duration blockAfter(int count) {
        if (count < FREE) {
            return Duration.ZERO;
        }
        int doublings = Math.min(count - FREE, 20);
        Duration block = FIRST_BLOCK.multipliedBy(1L << doublings);
        return block.compareTo(LONGEST_BLOCK) < 0 ? block : LONGEST_BLOCK;
    }

    private static String networkOf(String host) {
        return IpAddress.ofPeer(host).map(IpAddress::network).orElse(host);
    }
}
