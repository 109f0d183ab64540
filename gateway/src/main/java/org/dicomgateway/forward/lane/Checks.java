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
import org.dicomgateway.forward.association.Bell;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.process.LongLived;

/**
 * Asks servers about themselves now and then, one after the other in a thread of its own, and tells their lanes: one that
 * does not answer delays such questions to others, and nothing else.
 */
final class Checks {

    private final ServerCheck check;
    private final Supplier<Collection<Lane>> lanes;
    private final InstantSource clock;
    private final Bell bell = new Bell();
    private final Watch watch;
    private final Map<String, Deadline> next = new HashMap<>();

    Checks(ServerCheck check, Supplier<Collection<Lane>> lanes, InstantSource clock) {
        this.check = check;
        this.lanes = lanes;
        this.clock = clock;
        this.watch = new Watch("forward-checks", bell, this::look);
    }

    void start() {
        watch.start();
    }

    LongLived thread() {
        return watch.thread();
    }

    /** Asks nobody from now on. */
    void stop() {
        bell.close();
    }

    /** As {@link Watch#awaitEnd}. */
    boolean awaitEnd(long end) throws InterruptedException {
        return watch.awaitEnd(end);
    }

    private void look() {
        for (Lane lane : lanes.get()) {
            DestinationSettings destination = lane.settings();
            Deadline due = next.getOrDefault(destination.name(), Deadline.after(clock, Duration.ZERO));
            Optional<Duration> interval = destination.rest().map(RestSettings::interval);
            if (interval.isPresent() && due.passed() && !bell.isClosed()) {
                next.put(destination.name(), Deadline.after(clock, interval.get()));
                check.check(destination).ifPresent(lane::report);
            }
        }
    }
}
