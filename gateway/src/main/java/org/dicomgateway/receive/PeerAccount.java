package org.dicomgateway.receive;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.dicomgateway.config.settings.RateLimiter;

/** What one peer uses of its limits, over all its associations. For any number of threads. */
final class PeerAccount {

    /** How often a waiting thread checks whether its association still exists. */
    private static final Duration SLICE = Duration.ofMillis(200);

    private final RateLimiter own;
    private final RateLimiter all;
    private final InstantSource clock;
    private int open;
    private Instant lastUse;

    PeerAccount(RateLimiter own, RateLimiter all, InstantSource clock) {
        this.own = own;
        this.all = all;
        this.clock = clock;
        this.lastUse = clock.instant();
    }

    /** Counts one more open association. Returns the new number. */
    synchronized int hold() {
        return ++open;
    }

    synchronized void release() {
        open--;
        lastUse = clock.instant();
    }

    synchronized boolean isIdleSince(Instant time) {
        return open == 0 && lastUse.isBefore(time);
    }

    /** Whether this peer never has to wait. */
    boolean isUnlimited() {
        return own.isUnlimited() && all.isUnlimited();
    }

    /**
     * Waits until the rate limits of the peer and of the listener permit one more instance.
     *
     * @param over checked regularly: whether the association has ended
     * @return false when the association has ended
     */
    boolean awaitTurn(BooleanSupplier over) throws InterruptedException {
        return awaitTurn(own, over) && awaitTurn(all, over);
    }

    /** Counts the bytes of a received instance against the rates. The next instances wait for it. */
    void charge(long bytes) {
        own.charge(bytes);
        all.charge(bytes);
    }

    private static boolean awaitTurn(RateLimiter rateLimiter, BooleanSupplier over) throws InterruptedException {
        for (Duration wait = rateLimiter.go(0); !wait.isZero(); wait = rateLimiter.go(0)) {
            if (over.getAsBoolean()) {
                return false;
            }
            Thread.sleep(Math.max(1, Math.min(wait.toMillis(), SLICE.toMillis())));
        }
        return true;
    }
}
