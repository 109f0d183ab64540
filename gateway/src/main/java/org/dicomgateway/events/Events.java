package org.dicomgateway.events;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.dicomgateway.commit.ArchiveCommitments;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.events.EventStore.Looking;
import org.dicomgateway.events.EventStore.Told;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.forward.outcome.Backoff;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Receipt;

/**
 * Makes events, and tells them to their receivers. Each receiver is told at least once, in order for each study and
 * each other subject; the same event has the same id each time. A receiver that does not answer delays no delivery and
 * no other receiver.
 *
 * <p>While too many events wait for a receiver, no further ones are made for it. Nothing is lost by that: what it was
 * told is compared with what is, and a study that was complete meanwhile makes one event, later.
 */
public final class Events implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration COMPARE = Duration.ofSeconds(1);
    private static final Duration FORGET = Duration.ofHours(1);
    private static final int AT_ONCE = 1_000;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final EventStore store;
    private final SpoolView spool;
    private final Studies studies;
    private final Supplier<List<Condition>> conditions;
    private final TlsContexts tls;
    private final InstantSource clock;
    private final Duration history;
    private final Backoff backoff;
    private final Map<String, Courier> couriers = new ConcurrentSkipListMap<>();
    private final Repeating looking = new Repeating("events", LOOK, this::look);
    private final Repeating comparing = new Repeating("events-conditions", COMPARE, this::compare);
    private volatile RoutingSettings rules = new RoutingSettings(Map.of(), List.of());
    private Instant forgotten = Instant.EPOCH;

    Events(
            EventStore store,
            SpoolView spool,
            Supplier<List<Condition>> conditions,
            TlsContexts tls,
            InstantSource clock,
            Duration history,
            RandomGenerator random) {
        this.store = store;
        this.spool = spool;
        this.studies = new Studies(spool, store);
        this.conditions = conditions;
        this.tls = tls;
        this.clock = clock;
        this.history = history;
        this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
    }

    /**
     * Opens what is kept of events. Tells nobody before {@link #follow} and {@link #start}.
     *
     * @param file created when it is missing
     * @param lanes the destinations, as deliveries find them
     * @param commitments the destinations that are asked for storage commitment
     * @param history how long what was told is kept
     * @throws IOException when the file cannot be used; the message says what to do
     */
    public static Events open(
            Path file,
            SpoolView spool,
            Supplier<List<LaneView>> lanes,
            Supplier<List<ArchiveCommitments.Status>> commitments,
            TlsContexts tls,
            InstantSource clock,
            Duration history,
            RandomGenerator random)
            throws IOException {
        return new Events(
                EventStore.open(file),
                spool,
                new Conditions(spool, lanes, commitments, clock::instant),
                tls,
                clock,
                history,
                random);
    }

    /** Starts making and telling events. */
    public void start() {
        looking.start();
        comparing.start();
    }

    /** Sets the rules, with the receivers. A receiver whose settings changed is tried at once. */
    public synchronized void follow(RoutingSettings next) {
        use(next);
        couriers.forEach((name, courier) -> {
            if (!next.receivers().containsKey(name)) {
                courier.stop();
                couriers.remove(name);
            }
        });
        next.receivers().forEach((name, settings) -> {
            Optional<Courier> before = Optional.ofNullable(couriers.get(name));
            if (before.filter(courier -> courier.settings().equals(settings)).isEmpty()) {
                before.ifPresent(Courier::stop);
                Courier courier =
                        new Courier(settings, messenger(settings), store, backoff, clock, before.map(Courier::thread));
                couriers.put(name, courier);
                courier.start();
            }
        });
    }

    /** Makes events by these rules. Tells nobody. */
    void use(RoutingSettings next) {
        rules = next;
    }

    private Messenger messenger(ReceiverSettings settings) {
        return settings.channel()
                .match(
                        webhook -> new WebhookMessenger(
                                webhook, WebAccess.to(webhook.tls(), webhook.timeout(), tls), clock),
                        mail -> new MailMessenger(settings.name(), mail, tls));
    }

    void look() {
        RoutingSettings now = rules;
        see(now);
        for (ReceiverSettings receiver : now.receivers().values()) {
            if (store.backlog(receiver.name()).waiting() >= receiver.maxWaiting()) {
                continue;
            }
            if (receiver.wantsStudies()) {
                studies.look(receiver, now, clock.instant());
            }
        }
        forget();
    }

    void compare() {
        List<ReceiverSettings> told = rules.receivers().values().stream()
                .filter(receiver -> receiver.on().stream().anyMatch(kind -> !kind.isOfStudy()))
                .toList();
        if (told.isEmpty()) {
            return;
        }
        List<Condition> now = conditions.get();
        for (ReceiverSettings receiver : told) {
            boolean full = store.backlog(receiver.name()).waiting() >= receiver.maxWaiting();
            now.forEach(condition -> compare(receiver, condition, full));
        }
    }

    /**
     * Notes what has arrived since the last look. When nobody is told of studies, it begins anew with what comes then.
     */
    private void see(RoutingSettings now) {
        List<Looking> wanting = now.receivers().values().stream()
                .filter(ReceiverSettings::wantsStudies)
                .map(receiver -> new Looking(receiver.name(), receiver.quiet()))
                .toList();
        OptionalLong seen = store.seen();
        if (wanting.isEmpty()) {
            if (seen.isPresent()) {
                store.seen(OptionalLong.empty());
            }
            return;
        }
        if (seen.isEmpty()) {
            seen = OptionalLong.of(spool.lastReceived());
            store.seen(seen);
        }
        List<Receipt> receipts = spool.receivedAfter(seen.getAsLong(), AT_ONCE);
        while (!receipts.isEmpty()) {
            store.arrived(receipts, wanting, clock.instant());
            receipts = receipts.size() < AT_ONCE
                    ? List.of()
                    : spool.receivedAfter(receipts.get(receipts.size() - 1).instanceId(), AT_ONCE);
        }
    }

    private void compare(ReceiverSettings receiver, Condition condition, boolean full) {
        EventKind kind = condition.kind();
        boolean ofDestination = kind == EventKind.DESTINATION_DOWN;
        boolean wanted =
                receiver.on().contains(kind) || (ofDestination && receiver.on().contains(EventKind.DESTINATION_UP));
        if (!wanted) {
            return;
        }
        Instant now = clock.instant();
        Told told = store.told(receiver.name(), kind, condition.subject());
        if (condition.level() > told.level()) {
            Duration since = Duration.between(ofDestination ? condition.since() : told.at(), now);
            Duration atLeast = ofDestination ? receiver.downAfter() : receiver.quiet();
            if (!full && (since.isNegative() || since.compareTo(atLeast) >= 0)) {
                tell(receiver, kind, kind, condition, told, now);
            }
        } else if (condition.level() < told.level() && !(full && ofDestination)) {
            tell(receiver, kind, ofDestination ? EventKind.DESTINATION_UP : kind, condition, told, now);
        }
    }

    /** @param as what it is told as; when it has become better, only a destination that is up again is told */
    private void tell(
            ReceiverSettings receiver, EventKind kind, EventKind as, Condition condition, Told told, Instant now) {
        boolean worse = condition.level() > told.level();
        boolean tell = receiver.on().contains(as) && (worse || as == EventKind.DESTINATION_UP);
        Told after = new Told(condition.level(), worse ? now : told.at(), told.times() + (tell ? 1 : 0));
        Optional<EventStore.Draft> event = tell
                ? Optional.of(CloudEvent.of(
                        store.uuid(),
                        receiver.name(),
                        as,
                        condition.subject(),
                        Optional.empty(),
                        Integer.toString(after.times()),
                        now,
                        new LinkedHashMap<>(condition.data())))
                : Optional.empty();
        store.tell(receiver.name(), kind, condition.subject(), after, event, now);
    }

    private void forget() {
        Instant now = clock.instant();
        if (Duration.between(forgotten, now).abs().compareTo(FORGET) >= 0) {
            forgotten = now;
            store.forget(now.minus(history), rules.receivers().keySet());
        }
    }

    /** How each receiver does, also those that the rules no longer name, as long as something waits for them. */
    public List<ReceiverStatus> receivers() {
        TreeSet<String> names = new TreeSet<>(couriers.keySet());
        names.addAll(store.receiversWithBacklog());
        List<ReceiverStatus> all = new ArrayList<>();
        for (String name : names) {
            EventStore.Backlog backlog = store.backlog(name);
            Optional<Courier> courier = Optional.ofNullable(couriers.get(name));
            all.add(courier.map(each -> each.status(backlog))
                    .orElseGet(() -> new ReceiverStatus(
                            name,
                            false,
                            "",
                            backlog.waiting(),
                            backlog.oldest(),
                            false,
                            0,
                            0,
                            "the rules do not name it",
                            Optional.empty(),
                            false)));
        }
        return all;
    }

    /**
     * Events, the latest first.
     *
     * @param receiver only of this one; empty: of all
     * @param study only about this study; empty: about anything
     * @param onlyWaiting without those that were taken or discarded
     */
    public List<EventRecord> events(String receiver, String study, boolean onlyWaiting, int max) {
        return store.events(receiver, study, onlyWaiting, max);
    }

    /**
     * Tells what waits for a receiver now, also one that is gone. Returns how many events wait.
     *
     * @throws NoSuchElementException when there is no such receiver
     */
    public long retry(String receiver) {
        Courier courier = couriers.get(receiver);
        if (courier == null) {
            throw unknown(receiver);
        }
        long count = store.retry(receiver, clock.instant());
        courier.retry();
        return count;
    }

    /**
     * Gives up what waits for a receiver, for good. Returns how many events.
     *
     * @param id only this one; empty: all
     * @throws NoSuchElementException when there is no such receiver, and nothing waits for one of that name
     */
    public long discard(String receiver, String id) {
        if (receivers().stream().noneMatch(each -> each.name().equals(receiver))) {
            throw unknown(receiver);
        }
        return store.discard(receiver, id, clock.instant());
    }

    private NoSuchElementException unknown(String receiver) {
        List<String> known = receivers().stream().map(ReceiverStatus::name).toList();
        return new NoSuchElementException("no such receiver: " + receiver + "; there "
                + (known.isEmpty() ? "is none" : "are " + String.join(", ", known)));
    }

    /** The threads that must run until this is closed. */
    public List<LongLived> threads() {
        return Stream.concat(
                        Stream.of(looking.thread(), comparing.thread()),
                        couriers.values().stream().map(Courier::thread))
                .toList();
    }

    /** Makes and tells nothing more, and waits at most this long for what is being told. */
    public synchronized void stop(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        looking.close();
        comparing.close();
        couriers.values().forEach(Courier::stop);
        looking.close(grace);
        comparing.close(grace);
        couriers.values()
                .forEach(courier -> courier.await(Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()))));
        store.close();
    }

    /** Stops without a grace period. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
