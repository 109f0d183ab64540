package org.dicomgateway.forward.lane;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Settlement;

/** When the deliveries of each route may be sent. Safe for any number of threads. */
final class RouteHours {

    /** The hours do not change while a thread reads them and settles claims by them. */
    private final ReadWriteLock changing = new ReentrantReadWriteLock();

    private Map<String, Schedule> schedules = Map.of();

    /**
     * Sets the hours. A route that is missing here is always open. When this returns, everything that was put off by
     * the old hours is settled.
     *
     * @return whether the hours have changed
     */
    boolean set(Map<String, Schedule> byRoute) {
        changing.writeLock().lock();
        try {
            boolean others = !schedules.equals(byRoute);
            schedules = Map.copyOf(byRoute);
            return others;
        } finally {
            changing.writeLock().unlock();
        }
    }

    /** Puts off the waiting claims whose route is closed. */
    void putOff(ClaimBatch claimBatch, Instant now) {
        changing.readLock().lock();
        try {
            claimBatch.settleIf(claim -> closed(claim, now));
        } finally {
            changing.readLock().unlock();
        }
    }

    /** The closed routes, and when each of them opens. */
    Map<String, Instant> openings(Instant now) {
        changing.readLock().lock();
        try {
            Map<String, Instant> openings = new HashMap<>();
            schedules.forEach((route, schedule) -> {
                if (!schedule.isOpen(now)) {
                    openings.put(route, schedule.nextOpen(now));
                }
            });
            return openings;
        } finally {
            changing.readLock().unlock();
        }
    }

    private Optional<Settlement> closed(Claim claim, Instant now) {
        Schedule schedule = schedules.getOrDefault(claim.route(), Schedule.ALWAYS);
        return schedule.isOpen(now)
                ? Optional.empty()
                : Optional.of(Settlement.Retry.untilOpen(claim.route(), schedule.nextOpen(now)));
    }
}
