package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DurationText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one destination. Keeps what {@link Diagnosis} makes of its signs, logs one line for each change, and
 * reports when the destination becomes usable or unusable. Safe for any number of threads; reading never waits.
 */
public final class Health {

    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    private static final Duration SOON = Duration.ofMillis(100);

    /** A state, when it began, and the reason. */
    public record Condition(DestinationState state, Instant since, String why) {}

    private final DestinationSettings settings;
    private final InstantSource clock;
    private final DestinationSignals destinationSignals;
    private final Consumer<Boolean> onUsable;
    private volatile Optional<String> paused;
    private volatile Optional<ServerReport> report = Optional.empty();
    private volatile Condition condition;
    private volatile long reviewedNanos = System.nanoTime();

    /**
     * Begins with the state that the signs show now.
     *
     * @param paused the reason, if an operator paused the destination
     * @param before its state until now, with other settings; a state that goes on began when it began
     * @param onUsable is called, in the thread that noticed, when the destination becomes usable or unusable
     */
    public Health(
            DestinationSettings settings,
            InstantSource clock,
            DestinationSignals destinationSignals,
            Optional<String> paused,
            Optional<Condition> before,
            Consumer<Boolean> onUsable) {
        this.settings = settings;
        this.clock = clock;
        this.destinationSignals = destinationSignals;
        this.paused = paused;
        this.onUsable = onUsable;
        Diagnosis first = Diagnosis.of(signs());
        Instant since = before.filter(state -> state.state() == first.state())
                .map(Condition::since)
                .orElseGet(clock::instant);
        this.condition = new Condition(first.state(), since, first.why());
    }

    /** An operator pauses the destination. */
    public void pause(String why) {
        paused = Optional.of(why);
        review();
    }

    /** An operator resumes the destination. */
    public void resume() {
        paused = Optional.empty();
        review();
    }

    /** Takes the server's report about itself. */
    public void report(ServerReport latest) {
        report = Optional.of(latest);
        review();
    }

    public boolean isPaused() {
        return paused.isPresent();
    }

    /** Whether operator and schedule allow traffic. */
    public boolean allowsTraffic() {
        return paused.isEmpty() && settings.schedule().isOpen(clock.instant());
    }

    public Condition condition() {
        return condition;
    }

    public Optional<ServerReport> report() {
        return report;
    }

    /**
     * As {@link #review}, after each of many stores. While the destination is up, a tenth of a second is soon enough
     * for what one more store can change; to look at all signs takes longer than to claim a delivery.
     */
    public void reviewSoon() {
        boolean up = condition.state() == DestinationState.UP
                && destinationSignals.breaker().state().isClosed();
        if (!up || System.nanoTime() - reviewedNanos > SOON.toNanos()) {
            review();
        }
    }

    /** Checks whether the state has changed. Call it after an event, and from time to time. */
    public void review() {
        Condition before;
        Condition now;
        synchronized (this) {
            before = condition;
            Diagnosis found = Diagnosis.of(signs());
            boolean same = found.state() == before.state();
            now = new Condition(found.state(), same ? before.since() : clock.instant(), found.why());
            condition = now;
            reviewedNanos = System.nanoTime();
            if (!same) {
                log(before, now);
            }
        }
        if (before.state().isUsable() != now.state().isUsable()) {
            onUsable.accept(now.state().isUsable());
        }
    }

    private Diagnosis.Signs signs() {
        Instant now = clock.instant();
        Optional<Instant> closedUntil = settings.schedule().isOpen(now)
                ? Optional.empty()
                : Optional.of(settings.schedule().nextOpen(now));
        List<String> others = Diagnosis.present(List.of(
                destinationSignals
                        .faultAttribution()
                        .complaint()
                        .or(() -> destinationSignals.breaker().complaint()),
                destinationSignals.titles().complaint(),
                destinationSignals.pendingResponses().complaint(),
                destinationSignals.concurrency().complaint(),
                destinationSignals.retryAfter().complaint(),
                report.flatMap(ServerReport::error).map(error -> "the check of its REST API failed: " + error)));
        List<String> complaints = Stream.concat(destinationSignals.symptoms().complaints().stream(), others.stream())
                .toList();
        return new Diagnosis.Signs(
                paused, closedUntil, destinationSignals.breaker().state(), complaints);
    }

    private void log(Condition before, Condition now) {
        String was = before.state() + " for " + DurationText.seconds(Duration.between(before.since(), now.since()));
        switch (now.state()) {
            case DOWN -> {
                BreakerState state = destinationSignals.breaker().state();
                LOG.warn(
                        "destination {} ({}) is down, {} in a row, after first failure {} ago, was {}: {}",
                        settings.name(),
                        settings.address(),
                        state.failures() == 1 ? "1 failure" : state.failures() + " failures",
                        DurationText.seconds(Duration.between(state.firstFailure(), now.since())),
                        was,
                        now.why());
            }
            case DEGRADED ->
                LOG.warn(
                        "destination {} ({}) is degraded, was {}: {}",
                        settings.name(),
                        settings.address(),
                        was,
                        now.why());
            case UP -> LOG.info("destination {} ({}) is up, was {}", settings.name(), settings.address(), was);
            case PAUSED, CLOSED_BY_SCHEDULE ->
                LOG.info(
                        "destination {} ({}) is {} {}, was {}",
                        settings.name(),
                        settings.address(),
                        now.state(),
                        now.why(),
                        was);
        }
    }
}
