package org.dicomgateway.forward;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.Peer;

/**
 * How a lane does, at one moment.
 *
 * @param destination the destination's name
 * @param peer whom it calls
 * @param state whether it delivers
 * @param since when it came into that state
 * @param why what brought it there, for operators; empty when there is nothing to say
 * @param consecutiveFailures failures of the destination since something last worked
 * @param inFlight claims in the workers' hands
 * @param openAssociations associations open now
 * @param delivered deliveries done since the gateway started
 * @param retried attempts since then that will be repeated
 * @param parked deliveries given up since then
 * @param lastDelivered when the last delivery was done, since the gateway started
 * @param lastError why something last failed; empty when nothing did
 */
public record LaneView(
        String destination,
        Peer peer,
        State state,
        Instant since,
        String why,
        int consecutiveFailures,
        int inFlight,
        int openAssociations,
        long delivered,
        long retried,
        long parked,
        Optional<Instant> lastDelivered,
        String lastError) {

    /** Whether a lane delivers. */
    public enum State {
        /** It delivers. */
        CLOSED,
        /** The destination is left alone for a while. */
        OPEN,
        /** The destination is being tried, by one delivery or C-ECHO. */
        HALF_OPEN
    }
}
