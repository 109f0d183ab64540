package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.Optional;

/**
 * How a destination does now; what is counted here is counted since the gateway started.
 *
 * @param peer AE title and address
 * @param state up, degraded, down, paused or closed by schedule
 * @param since when it came into that state
 * @param why what brought it there; empty when there is nothing to say
 * @param usable whether deliveries may be chosen to go there
 * @param consecutiveFailures failures of the destination since something last worked
 * @param inFlight deliveries being made
 * @param openAssociations associations open now
 * @param concurrency how many may deliver at once, as it is now
 * @param maxAssociations how many associations are allowed
 * @param bytesPerSecond how fast it takes instances; a guess as long as it took none
 * @param delivered deliveries done
 * @param retried attempts that will be repeated
 * @param parked deliveries given up
 * @param lastDelivered when the last delivery was done
 * @param lastError why something last failed; empty when nothing did
 * @param server what the server tells of itself, if it is asked
 */
public record HealthView(
        String peer,
        String state,
        Instant since,
        String why,
        boolean usable,
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
        Optional<ServerView> server) {

    /**
     * What a server tells of itself by its REST API.
     *
     * @param version its software's version; empty when it could not be asked
     * @param diskUsedBytes what its storage takes; 0 when it could not be asked
     * @param storedInstances how many instances it holds; 0 when it could not be asked
     * @param error why it could not be asked
     */
    public record ServerView(String version, long diskUsedBytes, long storedInstances, Optional<String> error) {}
}
