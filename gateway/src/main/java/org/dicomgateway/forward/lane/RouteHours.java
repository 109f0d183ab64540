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

/** When the deliveries of each route may be sent. For any number of threads. */
final class RouteHours {

    /** Nobody is between asking what the hours are and settling by it while they are changed. */
    private final ReadWriteLock changing = new ReentrantReadWriteLock();

    private Map<String, Schedule> schedules = Map.of();

    /**
     * From now on these; a route that is not among them is always open. When this returns, whatever was put off by the
     * hours before is settled.
     *
     * @return whether they are others than before
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

    /** Puts off what waits in the hand and whose route is closed. */
    void putOff(ClaimBatch claimBatch, Instant now) {
        changing.readLock().lock();
        try {
            claimBatch.settleIf(claim -> closed(claim, now));
        } finally {
            changing.readLock().unlock();
        }
    }

    /** The routes that are closed, and when each opens. */
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
