package org.dicomgateway.forward.lane;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerReport;

/**
 * The state of a destination and its lane at one moment.
 *
 * @param destination the destination's name
 * @param address where the lane calls: AE title, host and port, or a URL
 * @param state the state of the destination, for operators
 * @param since when this state began
 * @param why the reason for this state, for operators; empty when there is nothing to say
 * @param consecutiveFailures failures of the destination since the last success
 * @param inFlight claims that workers hold
 * @param openAssociations associations open now
 * @param concurrency how many workers may deliver at once now; less than {@code maxAssociations} after an overload
 * @param maxAssociations how many associations are allowed
 * @param bytesPerSecond how fast it takes instances; a guess until it has taken some
 * @param delivered deliveries done since the gateway started
 * @param retried attempts since then that will be repeated
 * @param parked deliveries parked since then
 * @param lastDelivered when the last delivery was done, since the gateway started
 * @param lastError the reason for the last failure; empty when there was none
 * @param report the server's last report about itself, if it is asked
 * @param nextAttempt when a destination that is down is tried again; empty when it is not down, or is being tried
 * @param transforms the names of its transforms, in their order; empty: it gets what was received
 * @param deidentifies whether one of them de-identifies
 */
public record LaneView(
        String destination,
        String address,
        DestinationState state,
        Instant since,
        String why,
        int consecutiveFailures,
        int inFlight,
        int openAssociations,
        int concurrency,
        int maxAssociations,
        double bytesPerSecond,
        long delivered,
        long retried,
        long parked,
        Optional<Instant> lastDelivered,
        String lastError,
        Optional<ServerReport> report,
        Optional<Instant> nextAttempt,
        List<String> transforms,
        boolean deidentifies) {

    /** Whether deliveries may be routed to it. */
    public boolean usable() {
        return state.isUsable();
    }
}
