package org.dicomgateway.forward.lane;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.dicomgateway.config.settings.RouteSettings.Hold;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Settlement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the deliveries of each route may be sent: within its hours, and, if it holds them, when their study is complete.
 * Whether it is, the spool says each time; nothing is remembered here, so a restart changes nothing. Safe for any
 * number of threads.
 */
final class RouteHours {

    private static final Logger LOG = LoggerFactory.getLogger(RouteHours.class);

    /** The hours do not change while a thread reads them and settles claims by them. */
    private final ReadWriteLock changing = new ReentrantReadWriteLock();

    private final Outbox outbox;
    private Map<String, Schedule> schedules = Map.of();
    private Map<String, Hold> holds = Map.of();

    /** @param outbox knows what has arrived of a study */
    RouteHours(Outbox outbox) {
        this.outbox = outbox;
    }

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

    /** Sets the routes that hold their deliveries; as {@link #set}. */
    boolean hold(Map<String, Hold> byRoute) {
        changing.writeLock().lock();
        try {
            boolean others = !holds.equals(byRoute);
            holds = Map.copyOf(byRoute);
            return others;
        } finally {
            changing.writeLock().unlock();
        }
    }

    /** Puts off the waiting claims whose route is closed, or whose study is not complete. */
    void putOff(ClaimBatch claimBatch, Instant now) {
        changing.readLock().lock();
        try {
            Map<String, Optional<Instant>> known = new HashMap<>();
            claimBatch.settleIf(claim -> closed(claim, now).or(() -> incomplete(claim, now, known)));
        } finally {
            changing.readLock().unlock();
        }
    }

    /** Whether deliveries of this route are sent at once. */
    boolean isOpen(String route, Instant now) {
        changing.readLock().lock();
        try {
            return !holds.containsKey(route)
                    && schedules.getOrDefault(route, Schedule.ALWAYS).isOpen(now);
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

    /** @param known when the last instance of each study arrived, as far as that was asked for this batch */
    private Optional<Settlement> incomplete(Claim claim, Instant now, Map<String, Optional<Instant>> known) {
        Optional<Hold> hold = Optional.ofNullable(holds.get(claim.route()));
        String study = claim.instance().studyInstanceUid();
        if (hold.isEmpty() || study.isEmpty()) {
            return Optional.empty();
        }
        Instant end = claim.instance().receivedAt().plus(hold.get().atMost());
        Instant last;
        try {
            Optional<Instant> asked = known.get(study);
            if (asked == null) {
                asked = outbox.lastReceived(study);
                known.put(study, asked);
            }
            last = asked.orElse(claim.instance().receivedAt());
        } catch (Outbox.NotNowException e) {
            LOG.debug("it is unknown whether study {} is complete", study, e);
            last = now;
        }
        Instant rest = last.plus(hold.get().quiet());
        // A time of receipt that is to come is one before the clock was set back: nothing waits for it.
        return last.isAfter(now) || !now.isBefore(rest) || !now.isBefore(end)
                ? Optional.empty()
                : Optional.of(Settlement.Retry.untilComplete(
                        claim.route(),
                        rest.isBefore(end) ? rest : end,
                        hold.get().quiet(),
                        hold.get().atMost()));
    }

    private Optional<Settlement> closed(Claim claim, Instant now) {
        Schedule schedule = schedules.getOrDefault(claim.route(), Schedule.ALWAYS);
        return schedule.isOpen(now)
                ? Optional.empty()
                : Optional.of(Settlement.Retry.untilOpen(claim.route(), schedule.nextOpen(now)));
    }
}
