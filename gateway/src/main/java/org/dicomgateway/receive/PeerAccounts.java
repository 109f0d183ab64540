package org.dicomgateway.receive;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.RateLimiter;

/** What each peer uses of its limits. A peer is an address under a rule. For any number of threads. */
final class PeerAccounts {

    /**
     * How long the rate of a peer is remembered after its last association, so that a new association does not reset
     * it.
     */
    private static final Duration KEPT = Duration.ofSeconds(10);

    private record Key(String rule, String host) {}

    private final RateLimiter all;
    private final InstantSource clock;
    private final Map<Key, PeerAccount> accounts = new ConcurrentHashMap<>();

    /**
     * Creates the accounts, empty.
     *
     * @param all the rate limit of all peers together
     */
    PeerAccounts(RateLimiter all, InstantSource clock) {
        this.all = all;
        this.clock = clock;
    }

    /** Admits one more association. Empty when the peer already has its maximum. */
    Optional<PeerAdmission> admit(AccessRule rule, String host, boolean identityVerified) {
        Instant now = clock.instant();
        accounts.values().removeIf(account -> account.isIdleSince(now.minus(KEPT)));
        Key key = new Key(rule.name(), host);
        AtomicInteger nth = new AtomicInteger();
        PeerAccount account = accounts.compute(key, (same, known) -> {
            PeerAccount peer = known == null
                    ? new PeerAccount(new RateLimiter(rule.limits().rate(), clock), all, clock)
                    : known;
            nth.set(peer.hold());
            return peer;
        });
        if (nth.get() > rule.limits().associations().orElse(Integer.MAX_VALUE)) {
            account.release();
            return Optional.empty();
        }
        return Optional.of(new PeerAdmission(rule, account, identityVerified));
    }
}
