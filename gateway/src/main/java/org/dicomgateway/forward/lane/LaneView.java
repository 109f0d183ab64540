package org.dicomgateway.forward.lane;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerReport;

/**
 * How a destination and its lane do, at one moment.
 *
 * @param destination the destination's name
 * @param peer whom it calls
 * @param state how it does, for operators
 * @param since when it came into that state
 * @param why what brought it there, for operators; empty when there is nothing to say
 * @param consecutiveFailures failures of the destination since something last worked
 * @param inFlight claims in the workers' hands
 * @param openAssociations associations open now
 * @param concurrency how many may deliver at once, as it is now; less than {@code maxAssociations} after too much
 * @param maxAssociations how many associations are allowed
 * @param bytesPerSecond how fast it takes instances; a guess as long as it took none
 * @param delivered deliveries done since the gateway started
 * @param retried attempts since then that will be repeated
 * @param parked deliveries given up since then
 * @param lastDelivered when the last delivery was done, since the gateway started
 * @param lastError why something last failed; empty when nothing did
 * @param report what the server last told about itself, if it is asked
 */
public record LaneView(
        String destination,
        Peer peer,
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
        Optional<ServerReport> report) {

    /** Whether deliveries may be chosen to go there. */
    public boolean usable() {
        return state.isUsable();
    }
}
