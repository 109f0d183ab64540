package org.dicomgateway.forward;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.Schedule;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Settlement;

/** When the deliveries of each route may be sent. For any number of threads. */
final class RouteHours {

    private volatile Map<String, Schedule> schedules = Map.of();

    /** From now on these; a route that is not among them is always open. */
    void set(Map<String, Schedule> byRoute) {
        schedules = Map.copyOf(byRoute);
    }

    /** What becomes of a claim whose route is closed now; empty when it is open. */
    Optional<Settlement> closed(Claim claim, Instant now) {
        Schedule schedule = schedules.getOrDefault(claim.route(), Schedule.ALWAYS);
        if (schedule.isOpen(now)) {
            return Optional.empty();
        }
        Instant due = schedule.nextOpen(now);
        return Optional.of(new Settlement.Retry(
                due, false, Outcome.NO_STATUS, "route " + claim.route() + " is closed until " + due));
    }
}
