package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RouteSettings.Hold;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.forward.association.AssociationLimit;
import org.dicomgateway.forward.association.Connector;
import org.dicomgateway.forward.association.LaneConnectors;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.health.Tally;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.transcode.Transcoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what the spool has for the given destinations, with one lane for each. Safe for any number of threads.
 *
 * <p>It settles every claim, also when it is stopped. When the process is killed, the spool makes the claims pending
 * again.
 */
public final class Forwarder implements AutoCloseable {

    /** How long threads have to notice an abort. A connection that is still being opened ends by its own timeout. */
    private static final Duration AFTER_ABORT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

    private record Target(String name, String address) {}

    private final Outbox outbox;
    private final Transcoder transcoder;
    private final ForwardLog forwardLog;
    private final Connector.Factory connectors;
    private final Consumer<String> onUsabilityChange;
    private final SharedPlaces places;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Checks checks;
    private final RouteHours hours;
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final List<Lane> leaving = new ArrayList<>();
    private final Map<Target, AssociationLimit> limits = new HashMap<>();
    private final Map<String, Tally> tallies = new HashMap<>();
    private final Map<String, String> paused = new HashMap<>();
    private boolean started;
    private boolean stopped;

    /**
     * Creates a forwarder. It sends nothing before {@link #start}.
     *
     * @param transcoder brings instances into transfer syntaxes that destinations take
     * @param connectors makes the connectors with which a lane calls its destination; used twice for each lane
     * @param check asks destinations that have a REST API about themselves, at intervals, in a thread of its own
     * @param onUsabilityChange called with a destination's name, in any thread, whenever what {@link #prospects} says
     *     about its usability may have changed, either way; must not block
     * @param places the places at destinations that other gateways share
     * @param random for jitter; used only while lanes are made
     */
    public Forwarder(
            Outbox outbox,
            Transcoder transcoder,
            ForwardLog forwardLog,
            Connector.Factory connectors,
            ServerCheck check,
            Consumer<String> onUsabilityChange,
            SharedPlaces places,
            InstantSource clock,
            RandomGenerator random) {
        this.outbox = outbox;
        this.transcoder = transcoder;
        this.hours = new RouteHours(outbox);
        this.forwardLog = forwardLog;
        this.connectors = connectors;
        this.places = places;
        this.clock = clock;
        this.random = random;
        this.onUsabilityChange = onUsabilityChange;
        this.checks = new Checks(check, lanes::values, clock);
    }

    /**
     * Starts delivering to these destinations.
     *
     * @param routes when the deliveries of each route may be sent; a route that is missing here is always open
     * @param pausedBefore destinations that an operator paused, with the reason
     */
    public synchronized void start(
            Collection<DestinationSettings> destinations,
            Map<String, Schedule> routes,
            Map<String, String> pausedBefore) {
        if (started || stopped) {
            return;
        }
        started = true;
        paused.putAll(pausedBefore);
        checks.start();
        update(destinations, routes);
    }

    /**
     * Delivers to these destinations from now on, and to no others. A lane whose settings did not change continues. A
     * lane that changed or vanished finishes the instances it is sending and gives the rest back. Its successor starts
     * at once, and both together stay within the association limit. A server that is down stays down, since the same
     * time, and the successor tries it at once. Paused destinations stay paused. Does nothing
     * before {@link #start} or after {@link #stop}.
     *
     * @param routes when the deliveries of each route may be sent; a route that is missing here is always open.
     *     Deliveries that were put off under other hours follow the new ones
     */
    public synchronized void update(Collection<DestinationSettings> destinations, Map<String, Schedule> routes) {
        if (!started || stopped) {
            return;
        }
        boolean otherHours = hours.set(routes);
        leaving.removeIf(Lane::hasEnded);
        Map<String, DestinationSettings> wanted = new TreeMap<>();
        destinations.forEach(settings -> wanted.put(settings.name(), settings));
        for (Lane lane : List.copyOf(lanes.values())) {
            String name = lane.settings().name();
            if (!wanted.containsKey(name)) {
                lanes.remove(name);
                dismiss(lane);
                usabilityChanged(name);
            }
        }
        for (DestinationSettings settings : wanted.values()) {
            Lane before = lanes.get(settings.name());
            if (before == null || !before.settings().equals(settings)) {
                // There is never a time without a lane, or all waiting deliveries would be sent elsewhere.
                add(settings, Optional.ofNullable(before));
                Optional.ofNullable(before).ifPresent(this::dismiss);
                usabilityChanged(settings.name());
            }
        }
        if (otherHours) {
            outbox.hoursChanged(hours.openings(clock.instant()));
        }
    }

    /**
     * Holds the deliveries of these routes until their study is complete, and those of no other. Deliveries that were
     * held under other settings follow the new ones.
     */
    public synchronized void hold(Map<String, Hold> routes) {
        if (hours.hold(routes)) {
            outbox.hoursChanged(hours.openings(clock.instant()));
        }
    }

    /**
     * Sends nothing more to a destination until {@link #resume}. Instances that are being sent are finished. Pausing
     * again changes the reason.
     *
     * @param why for operators; may be empty
     * @return whether the destination exists
     */
    public synchronized boolean pause(String destination, String why) {
        Lane lane = lanes.get(destination);
        if (lane == null) {
            return false;
        }
        paused.put(destination, why);
        lane.pause(why);
        return true;
    }

    /**
     * Sends to a destination again.
     *
     * @return whether it was paused
     */
    public synchronized boolean resume(String destination) {
        boolean was = paused.remove(destination) != null;
        Lane lane = lanes.get(destination);
        if (was && lane != null) {
            lane.resume();
        }
        return was;
    }

    /**
     * Tries a destination that is down now, not at its next attempt. Returns at once.
     *
     * @return whether it is down; a paused or closed destination is not
     */
    public boolean tryNow(String destination) {
        return Optional.ofNullable(lanes.get(destination)).map(Lane::tryNow).orElse(false);
    }

    /** The status of each destination by name, for choosing among them. Never waits. */
    public Map<String, DestinationStatus> prospects() {
        return lanes.values().stream()
                .map(Lane::destinationStatus)
                .collect(Collectors.toUnmodifiableMap(DestinationStatus::destination, Function.identity()));
    }

    /** The threads that must always run: two for each lane, and the one that asks servers about themselves. */
    public List<LongLived> threads() {
        return Stream.concat(Stream.of(checks.thread()), lanes.values().stream().flatMap(Lane::threads))
                .toList();
    }

    /** Whether instances are being sent to this destination now. */
    public boolean isSending(String destination) {
        return Optional.ofNullable(lanes.get(destination))
                .filter(lane -> lane.view().inFlight() > 0)
                .isPresent();
    }

    /** The state of each lane, by name. */
    public List<LaneView> views() {
        return lanes.values().stream()
                .map(Lane::view)
                .sorted(Comparator.comparing(LaneView::destination))
                .toList();
    }

    /**
     * Sends nothing more. Waits at most {@code grace} for the instances that are being sent and for their associations
     * to be released, then aborts these associations. An interrupt ends the wait, and the thread stays interrupted.
     *
     * @return whether all threads have ended: a call to a host that does not answer ends only when it times out
     */
    public boolean stop(Duration grace) {
        List<Lane> ending = dismissAll();
        if (awaitEnd(ending, grace)) {
            return true;
        }
        LOG.info("stopping: aborting what is still being sent after {} ms", grace.toMillis());
        ending.forEach(Lane::abort);
        return awaitEnd(ending, AFTER_ABORT);
    }

    /** Stops without grace, unless {@link #stop} has already stopped it. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private void add(DestinationSettings settings, Optional<Lane> before) {
        String name = settings.name();
        AssociationLimit limit = limits.computeIfAbsent(
                new Target(name, settings.address()),
                target -> new AssociationLimit(name, settings.maxAssociations(), places));
        limit.resize(settings.maxAssociations());
        boolean known = tallies.containsKey(name);
        Tally tally = tallies.computeIfAbsent(name, any -> new Tally(clock));
        LaneConnectors laneConnectors = LaneConnectors.of(settings, connectors);
        RandomGenerator own = new SplittableRandom(random.nextLong());
        Lane.Surroundings around = new Lane.Surroundings(
                outbox, transcoder, forwardLog, clock, own, limit, tally, hours, this::usabilityChanged);
        Lane lane = new Lane(
                settings,
                laneConnectors,
                around,
                Optional.ofNullable(paused.get(name)),
                before.filter(old -> old.settings().address().equals(settings.address())));
        lanes.put(name, lane);
        if (!known) {
            outbox.onWork(name, () -> wake(name));
            outbox.onComing(name, (instance, route) -> expect(name, instance, route));
        }
        lane.start();
        LOG.info("destination {}: delivering to {}", name, settings.address());
    }

    private void usabilityChanged(String name) {
        try {
            onUsabilityChange.accept(name);
        } catch (RuntimeException e) {
            LOG.error("reporting a usability change of destination {} failed", name, e);
        }
    }

    private void wake(String name) {
        Lane lane = lanes.get(name);
        if (lane != null) {
            lane.wake();
        }
    }

    private void expect(String name, Instance instance, String route) {
        Lane lane = lanes.get(name);
        if (lane != null) {
            lane.expect(instance, route);
        }
    }

    private void dismiss(Lane lane) {
        leaving.add(lane);
        lane.stop();
        LOG.info(
                "destination {}: no longer delivering to {}",
                lane.settings().name(),
                lane.settings().address());
    }

    private synchronized List<Lane> dismissAll() {
        stopped = true;
        checks.stop();
        lanes.values().forEach(this::dismiss);
        lanes.clear();
        return List.copyOf(leaving);
    }

    private boolean awaitEnd(List<Lane> ending, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        try {
            for (Lane lane : ending) {
                if (!lane.awaitEnd(end)) {
                    return false;
                }
            }
            return checks.awaitEnd(end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
