package org.dicomgateway.forward.outcome;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.spool.Settlement;

/** Turns the outcome of an attempt into a settlement: when to try again, and when to park. */
public final class RetryPolicy {

    /** A failed destination must be recognized within a few seconds, so the next attempt comes this soon. */
    private static final Duration STRIKE = Duration.ofSeconds(1);

    private final int maxAttempts;
    private final Backoff refused;
    private final Backoff deferred;

    public RetryPolicy(DestinationSettings settings, RandomGenerator random) {
        DestinationSettings.RetrySettings retry = settings.retry();
        Duration soon = min(STRIKE, min(retry.initialDelay(), settings.breaker().initialPause()));
        this.maxAttempts = retry.maxAttempts();
        this.refused = new Backoff(retry.initialDelay(), retry.maxDelay(), random);
        this.deferred = new Backoff(soon, retry.maxDelay(), random);
    }

    /**
     * Decides what happens to a delivery.
     *
     * @param attempts counted attempts before this one
     * @param held whether the lane is not sending anyway: a delivery that is not at fault is then due at once, and goes
     *     first when the lane continues
     */
    public Settlement settlement(int attempts, Outcome outcome, Instant now, boolean held) {
        return outcome.<Settlement>match(
                delivered -> new Settlement.Delivered(delivered.status()),
                trouble -> new Settlement.Retry(
                        held ? now : now.plus(deferred.delay(1)), false, trouble.status(), trouble.reason()),
                trouble -> refused(attempts, trouble, now, held),
                trouble -> new Settlement.Parked(trouble.status(), trouble.reason(), !trouble.anywhere()),
                busy -> new Settlement.Retry(
                        now.plus(held ? busy.pause() : max(busy.pause(), deferred.delay(1))),
                        false,
                        busy.status(),
                        busy.reason()));
    }

    private Settlement refused(int attempts, Outcome.Refused trouble, Instant now, boolean held) {
        if (trouble.counted() && attempts + 1 >= maxAttempts) {
            return new Settlement.Parked(
                    trouble.status(), "given up after " + times(attempts + 1) + ": " + trouble.reason());
        }
        Duration wait = refused.delay(Math.max(attempts + 1, trouble.times()));
        Instant due = held && !trouble.counted() ? now : now.plus(wait);
        return new Settlement.Retry(due, trouble.counted(), trouble.status(), trouble.reason());
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private static String times(int n) {
        return n == 1 ? "1 attempt" : n + " attempts";
    }
}
