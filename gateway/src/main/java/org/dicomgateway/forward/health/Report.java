package org.dicomgateway.forward.health;

import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Settlement;

/** Writes the line of the forward log for a settlement. */
public final class Report {

    private Report() {}

    /**
     * Logs the result of an attempt.
     *
     * @param passedOn whether another destination gets what this one refused, so that the delivery is not parked
     */
    public static void settled(Claim claim, Settlement settlement, boolean passedOn, long millis) {
        ForwardLog.Event refused = passedOn ? ForwardLog.Event.PASSED_ON : ForwardLog.Event.PARKED;
        settlement.match(
                done -> line(ForwardLog.Event.DELIVERED, claim, millis, done.status(), ""),
                retry -> line(ForwardLog.Event.RETRY, claim, millis, retry.status(), retry.reason()),
                parked -> line(refused, claim, millis, parked.status(), parked.reason()));
    }

    private static ForwardLog.Event line(ForwardLog.Event event, Claim claim, long millis, int status, String reason) {
        ForwardLog.outcome(
                event,
                claim.instance().subject(),
                claim.route(),
                claim.destination(),
                claim.attempts() + 1,
                millis,
                status,
                reason);
        return event;
    }
}
