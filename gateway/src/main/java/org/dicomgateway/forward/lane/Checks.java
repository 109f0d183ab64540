package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.forward.association.WakeSignal;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.process.LongLived;

/**
 * Asks servers about themselves at intervals, one after the other, and reports to their lanes. It has its own thread,
 * so a server that does not answer delays only these questions.
 */
final class Checks {

    private final ServerCheck check;
    private final Supplier<Collection<Lane>> lanes;
    private final InstantSource clock;
    private final WakeSignal wakeSignal = new WakeSignal();
    private final LaneMonitor laneMonitor;
    private final Map<String, Deadline> next = new HashMap<>();

    Checks(ServerCheck check, Supplier<Collection<Lane>> lanes, InstantSource clock) {
        this.check = check;
        this.lanes = lanes;
        this.clock = clock;
        this.laneMonitor = new LaneMonitor("forward-checks", wakeSignal, this::look);
    }

    void start() {
        laneMonitor.start();
    }

    LongLived thread() {
        return laneMonitor.thread();
    }

    /** Asks no server from now on. */
    void stop() {
        wakeSignal.close();
    }

    /** As {@link LaneMonitor#awaitEnd}. */
    boolean awaitEnd(long end) throws InterruptedException {
        return laneMonitor.awaitEnd(end);
    }

    private void look() {
        for (Lane lane : lanes.get()) {
            DestinationSettings destination = lane.settings();
            Deadline due = next.getOrDefault(destination.name(), Deadline.after(clock, Duration.ZERO));
            Optional<Duration> interval = destination.rest().map(RestSettings::interval);
            if (interval.isPresent() && due.passed() && !wakeSignal.isStopping()) {
                next.put(destination.name(), Deadline.after(clock, interval.get()));
                check.check(destination).ifPresent(lane::report);
            }
        }
    }
}
