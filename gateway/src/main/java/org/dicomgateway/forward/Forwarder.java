package org.dicomgateway.forward;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.dicomgateway.config.DestinationSettings;
import org.dicomgateway.dicom.Peer;
import org.dicomgateway.dicom.Requestor;
import org.dicomgateway.dicom.RequestorSettings;
import org.dicomgateway.spool.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what the spool has for the destinations it is given, by one lane each. For any number of threads.
 *
 * <p>Whatever it claimed it settles, also when it is stopped; when it is killed, the spool has the claims pending again.
 */
public final class Forwarder implements AutoCloseable {

    /** After an abort, for threads to notice; what is still connecting is left to its own timeout. */
    private static final Duration AFTER_ABORT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

    private record Target(String name, Peer peer) {}

    private final Outbox outbox;
    private final Function<RequestorSettings, Requestor> requestors;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final List<Lane> leaving = new ArrayList<>();
    private final Map<Target, AssociationLimit> limits = new HashMap<>();
    private final Map<String, Tally> tallies = new HashMap<>();
    private boolean stopped;

    /**
     * Sends nothing before {@link #start}.
     *
     * @param requestors makes what a lane calls its destination with; asked once for each lane
     * @param random for jitter; asked only while lanes are made
     */
    public Forwarder(
            Outbox outbox,
            Function<RequestorSettings, Requestor> requestors,
            InstantSource clock,
            RandomGenerator random) {
        this.outbox = outbox;
        this.requestors = requestors;
        this.clock = clock;
        this.random = random;
    }

    /** Starts delivering to these destinations. */
    public void start(Collection<DestinationSettings> destinations) {
        update(destinations);
    }

    /**
     * From now on delivers to these destinations, and no others. A lane whose settings did not change goes on. One that
     * changed or vanished finishes the instances it is sending and gives the rest back; its successor starts at once, and
     * both together stay within the association limit. After {@link #stop} this does nothing.
     */
    public synchronized void update(Collection<DestinationSettings> destinations) {
        if (stopped) {
            return;
        }
        leaving.removeIf(Lane::hasEnded);
        Map<String, DestinationSettings> wanted = new TreeMap<>();
        destinations.forEach(settings -> wanted.put(settings.name(), settings));
        for (Lane lane : List.copyOf(lanes.values())) {
            if (!lane.settings().equals(wanted.get(lane.settings().name()))) {
                dismiss(lane);
            }
        }
        wanted.values().stream()
                .filter(settings -> !lanes.containsKey(settings.name()))
                .forEach(this::add);
    }

    /** How each lane does, by name. */
    public List<LaneView> views() {
        return lanes.values().stream()
                .map(Lane::view)
                .sorted(Comparator.comparing(LaneView::destination))
                .toList();
    }

    /**
     * Sends nothing more. Waits at most {@code grace} for the instances that are being sent and for their associations to
     * be released, then aborts these. An interrupt ends the wait, and stays set.
     *
     * @return whether no thread is left: a call to a host that does not answer ends only when it times out
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

    /** Stops without grace, if {@link #stop} did not already. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private void add(DestinationSettings settings) {
        String name = settings.name();
        AssociationLimit limit = limits.computeIfAbsent(
                new Target(name, settings.peer()), target -> new AssociationLimit(settings.maxAssociations()));
        limit.resize(settings.maxAssociations());
        boolean known = tallies.containsKey(name);
        Tally tally = tallies.computeIfAbsent(name, any -> new Tally());
        Requestor requestor = requestors.apply(settings.requestor());
        RandomGenerator own = new SplittableRandom(random.nextLong());
        Lane lane = new Lane(settings, outbox, requestor, clock, own, limit, tally);
        lanes.put(name, lane);
        if (!known) {
            outbox.onWork(name, () -> wake(name));
        }
        lane.start();
        LOG.info("destination {}: delivering to {}", name, settings.peer());
    }

    private void wake(String name) {
        Lane lane = lanes.get(name);
        if (lane != null) {
            lane.wake();
        }
    }

    private void dismiss(Lane lane) {
        lanes.remove(lane.settings().name());
        leaving.add(lane);
        lane.stop();
        LOG.info(
                "destination {}: no longer delivering to {}",
                lane.settings().name(),
                lane.settings().peer());
    }

    private synchronized List<Lane> dismissAll() {
        stopped = true;
        List.copyOf(lanes.values()).forEach(this::dismiss);
        return List.copyOf(leaving);
    }

    private static boolean awaitEnd(List<Lane> ending, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        try {
            for (Lane lane : ending) {
                if (!lane.awaitEnd(end)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
