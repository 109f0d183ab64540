package org.dicomgateway.events;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.forward.outcome.Backoff;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one receiver what waits for it, one event at a time, in a thread of its own. An event that fails is tried
 * again, with growing pauses, and the later ones about the same subject wait for it; others go on. After a failure the
 * receiver itself is left alone, too, for a pause that grows until it takes something.
 */
final class Courier {

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private static final Duration LOOK = Duration.ofMillis(200);
    /** A receiver that asks for more is asked again after this time. */
    private static final Duration LONGEST_WISH = Duration.ofHours(1);

    private static final int LONGEST_PROBLEM = 300;

    private final ReceiverSettings settings;
    private final Messenger messenger;
    private final EventStore store;
    private final Backoff backoff;
    private final InstantSource clock;
    private final Optional<LongLived> before;
    private final Repeating telling;
    private final AtomicLong taken = new AtomicLong();
    private volatile boolean stopped;
    private volatile State state = State.WELL;

    /** @param until the receiver is left alone until then */
    private record State(int failures, String problem, Optional<Instant> until, boolean gone) {
        static final State WELL = new State(0, "", Optional.empty(), false);
    }

    /** @param before the thread of the one that this one replaces; nothing is told before it has ended */
    Courier(
            ReceiverSettings settings,
            Messenger messenger,
            EventStore store,
            Backoff backoff,
            InstantSource clock,
            Optional<LongLived> before) {
        this.settings = settings;
        this.messenger = messenger;
        this.store = store;
        this.backoff = backoff;
        this.clock = clock;
        this.before = before;
        this.telling = new Repeating("events-" + settings.name(), LOOK, this::work);
    }

    ReceiverSettings settings() {
        return settings;
    }

    void start() {
        telling.start();
    }

    LongLived thread() {
        return telling.thread();
    }

    private void work() {
        if (before.filter(Thread::isAlive).isPresent()) {
            return;
        }
        try {
            boolean more = true;
            while (more && !stopped) {
                more = tellNext();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells the next event, if one is due. Returns whether the receiver took it. */
    boolean tellNext() throws InterruptedException {
        Instant now = clock.instant();
        State before = state;
        if (before.gone || before.until.filter(until -> isAhead(until, now)).isPresent()) {
            return false;
        }
        Optional<EventStore.Waiting> next = store.next(settings.name(), now, now.plus(LONGEST_WISH));
        if (next.isEmpty() || stopped) {
            return false;
        }
        EventStore.Waiting event = next.get();
        Attempt attempt = attempt(event);
        if (attempt.taken()) {
            store.taken(event.number(), clock.instant());
            taken.incrementAndGet();
            if (before.failures > 0) {
                LOG.info("receiver {} takes events again", settings.name());
            }
            state = State.WELL;
            return true;
        }
        failed(event, attempt, before);
        return false;
    }

    /** A defect is a failure like any other: without a pause, the same event would fail again at once, for ever. */
    private Attempt attempt(EventStore.Waiting event) throws InterruptedException {
        try {
            return messenger.tell(event);
        } catch (RuntimeException e) {
            LOG.error("telling receiver {} event {} failed unexpectedly", settings.name(), event.id(), e);
            return Attempt.failed("unexpected: " + e);
        }
    }

    /** What is further ahead than any pause was put off before the clock was set back. */
    private static boolean isAhead(Instant until, Instant now) {
        return until.isAfter(now) && !until.isAfter(now.plus(LONGEST_WISH));
    }

    private void failed(EventStore.Waiting event, Attempt attempt, State before) {
        Instant now = clock.instant();
        String problem = Text.printable(attempt.problem(), LONGEST_PROBLEM);
        Duration wish = attempt.pause()
                .map(wait -> wait.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : wait)
                .orElse(Duration.ZERO);
        store.failed(event.number(), now.plus(longer(backoff.delay(event.attempts() + 1), wish)), problem);
        int failures = before.failures + 1;
        state = new State(
                failures, problem, Optional.of(now.plus(longer(backoff.delay(failures), wish))), attempt.gone());
        if (failures == 1 || attempt.gone()) {
            LOG.warn(
                    "receiver {} has not taken event {} ({}): {}; {}",
                    settings.name(),
                    event.id(),
                    event.kind().word(),
                    problem,
                    attempt.gone()
                            ? "it is told nothing more until you run events retry, or change its settings"
                            : "it is tried again");
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** An operator wants it to be tried now. */
    void retry() {
        state = State.WELL;
    }

    ReceiverStatus status(EventStore.Backlog backlog) {
        State now = state;
        return new ReceiverStatus(
                settings.name(),
                true,
                settings.channel()
                        .match(
                                webhook -> "webhook " + webhook.url().getScheme() + "://"
                                        + webhook.url().getAuthority(),
                                mail -> "mail by " + mail.host()),
                backlog.waiting(),
                backlog.oldest(),
                backlog.waiting() >= settings.maxWaiting(),
                taken.get(),
                now.failures,
                now.problem,
                now.gone ? Optional.empty() : now.until,
                now.gone);
    }

    /** Begins nothing more. */
    void stop() {
        stopped = true;
        telling.close();
    }

    /** Waits for what is being told, after {@link #stop}. */
    void await(Duration atMost) {
        telling.close(atMost);
    }
}
