package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.forward.health.BreakerState.Closed;
import org.dicomgateway.forward.health.BreakerState.HalfOpen;
import org.dicomgateway.forward.health.BreakerState.Open;
import org.dicomgateway.forward.outcome.Backoff;
import org.dicomgateway.forward.outcome.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides from reported results whether a destination is used. It opens after a number of failures in a row. After a
 * pause, one worker tries the destination again; each failed trial doubles the pause. It closes as soon as a delivery
 * succeeds. When stores had opened it and no delivery waits that could prove the destination, it is used again on
 * trial: one more failure opens it for a longer pause. Safe for any number of threads.
 */
public final class Breaker {

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    private final String lane;
    private final int threshold;
    private final Backoff pauses;
    private final InstantSource clock;
    private volatile BreakerState state;

    /**
     * Begins closed. When an earlier breaker for the same server was open, this one is too, since the same time: with
     * its new settings the server is tried at once.
     */
    public Breaker(
            DestinationSettings settings, InstantSource clock, RandomGenerator random, Optional<BreakerState> before) {
        DestinationSettings.BreakerSettings breaker = settings.breaker();
        this.lane = settings.name() + " (" + settings.address() + ")";
        this.threshold = breaker.failures();
        this.pauses = new Backoff(breaker.initialPause(), breaker.maxPause(), random);
        this.clock = clock;
        this.state = before.flatMap(this::stillOpen).orElseGet(() -> Closed.fresh(clock.instant()));
    }

    private Optional<BreakerState> stillOpen(BreakerState before) {
        Optional<HalfOpen> trial = before instanceof Open open
                ? Optional.of(open.tryAgain())
                : before instanceof HalfOpen halfOpen ? Optional.of(halfOpen) : Optional.empty();
        return trial.map(open -> open.reopenUnchanged(Deadline.after(clock, Duration.ZERO)));
    }

    /** Never waits. */
    public BreakerState state() {
        return state;
    }

    /** Never waits. */
    public boolean allowsTraffic() {
        return state.isClosed();
    }

    public boolean isHalfOpen() {
        return state instanceof HalfOpen;
    }

    /** A message for operators while the destination is on trial. */
    public Optional<String> complaint() {
        return state instanceof Closed closed && closed.isOnTrial()
                ? Optional.of("answers again, and has taken nothing since it was down: " + closed.why())
                : Optional.empty();
    }

    /** Whether something failed recently, so that only little should be risked at once. */
    public boolean isInDoubt() {
        return state.failures() > 0;
    }

    /** Whether it is time to try the destination again. */
    public boolean isTrialDue() {
        return state instanceof Open open && open.pause().passed();
    }

    /** When a destination that is not used is tried again; empty while it is used, or is being tried. */
    public Optional<Instant> nextTrial() {
        return state instanceof Open open ? Optional.of(open.pause().end()) : Optional.empty();
    }

    /**
     * Ends the pause: an operator wants the destination to be tried now. Asking again and again makes the pauses no
     * longer than they would be.
     *
     * @return false when the destination is used, so that there is nothing to try
     */
    public synchronized boolean tryNow() {
        if (state instanceof Open open && !open.pause().passed()) {
            state = open.dueNow(Deadline.after(clock, Duration.ZERO));
        }
        return !state.isClosed();
    }

    /** Whether the caller, and only the caller, must try the destination now and then call {@link #endTrial}. */
    public synchronized boolean startTrial() {
        if (state instanceof Open open && open.pause().passed()) {
            state = open.tryAgain();
            return true;
        }
        return false;
    }

    /** The trial has ended. If no result was reported, the same pause begins again. */
    public synchronized void endTrial() {
        if (state instanceof HalfOpen trial) {
            state = trial.reopenUnchanged(pause(trial.before().pauses()));
        }
    }

    /** A store succeeded. */
    public synchronized void delivered() {
        if (state instanceof Closed closed) {
            state = closed.cleared();
        } else {
            close();
        }
    }

    /** A store was answered, though not with success: the destination works, and is not at fault. */
    public synchronized void answered() {
        if (state instanceof Closed closed) {
            state = closed.cleared();
        } else if (state instanceof HalfOpen) {
            close();
        }
    }

    /** A C-ECHO was answered, or one caller was rejected, and there is nothing to store: the destination answers. */
    public synchronized void echoed() {
        if (state instanceof Closed closed && !closed.inStores()) {
            state = closed.cleared();
        } else if (state instanceof HalfOpen trial) {
            if (trial.before().inStores()) {
                state = trial.onTrial(clock.instant(), Math.max(1, threshold - 1));
            } else {
                close();
            }
        }
    }

    /**
     * The destination failed.
     *
     * @param inStore whether it failed during a store; otherwise during a call or a C-ECHO
     */
    public synchronized void failed(boolean inStore, String why) {
        if (state instanceof Closed closed) {
            Closed struck = closed.struck(clock.instant(), inStore, why);
            state = struck;
            if (struck.failures() >= threshold) {
                open(struck, struck.failures(), struck.firstFailure(), inStore, why);
            }
        } else if (state instanceof HalfOpen trial) {
            Open open = trial.reopen(inStore, pause(trial.before().pauses() + 1), why);
            state = open;
            LOG.warn(
                    "destination {} failed again, next trial in {}, {} failures in a row: {}",
                    lane,
                    DurationText.seconds(open.pause().remaining()),
                    open.failures(),
                    why);
        }
    }

    /** The destination answers stores but takes none: it refused several different instances in a row. */
    public synchronized void refusesAll(int instances, Instant first, String why) {
        if (state instanceof Closed closed) {
            open(closed, instances, first, true, why);
        }
    }

    /** The destination has answered neither stores nor a C-ECHO since then. It opens at once, without counting. */
    public synchronized void silent(Instant since, String why) {
        if (state instanceof Closed closed) {
            boolean first = closed.failures() == 0 || since.isBefore(closed.firstFailure());
            open(closed, closed.failures() + 1, first ? since : closed.firstFailure(), false, why);
        }
    }

    private void open(Closed closed, int failures, Instant first, boolean inStore, String why) {
        state = closed.open(clock.instant(), failures, first, inStore, pause(closed.pauses() + 1), why);
    }

    private void close() {
        Instant now = clock.instant();
        if (state instanceof Open open) {
            state = open.close(now);
        } else if (state instanceof HalfOpen trial) {
            state = trial.close(now);
        }
    }

    private Deadline pause(int n) {
        return Deadline.after(clock, pauses.delay(n));
    }
}
