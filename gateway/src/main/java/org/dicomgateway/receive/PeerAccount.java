package org.dicomgateway.receive;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.dicomgateway.config.settings.RateLimiter;

/** What one peer uses of its limits, with all its associations together. For any number of threads. */
final class PeerAccount {

    /** Between two looks at whether the association that waits is still wanted. */
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

    /** One more is open: how many that are now. */
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

    /** Whether nothing ever waits here. */
    boolean isUnlimited() {
        return own.isUnlimited() && all.isUnlimited();
    }

    /**
     * Waits until one more instance may come, by the peer's own pace and by that of all.
     *
     * @param over asked now and then whether the waiting is in vain
     * @return false when it is
     */
    boolean awaitTurn(BooleanSupplier over) throws InterruptedException {
        return awaitTurn(own, over) && awaitTurn(all, over);
    }

    /** What an instance had turned out to be; the next ones wait for it. */
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
