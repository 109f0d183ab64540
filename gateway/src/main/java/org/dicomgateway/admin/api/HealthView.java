package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The health of a destination now. All counts are since the gateway started.
 *
 * @param peer AE title and address
 * @param state up, degraded, down, paused or closed by schedule
 * @param since when this state began
 * @param why the reason for this state; empty when there is nothing to say
 * @param usable whether deliveries may be routed to it
 * @param consecutiveFailures failures of the destination since the last success
 * @param inFlight deliveries in progress
 * @param openAssociations associations open now
 * @param concurrency how many workers may deliver at once now
 * @param maxAssociations how many associations are allowed
 * @param bytesPerSecond how fast it takes instances; a guess until it has taken some
 * @param delivered deliveries done
 * @param retried attempts that will be repeated
 * @param parked deliveries that were parked
 * @param lastDelivered when the last delivery was done
 * @param lastError the reason for the last failure; empty when there was none
 * @param server the server's report about itself, if it is asked
 * @param nextAttempt when a destination that is down is tried again; empty when it is not down, or is being tried
 * @param transforms the names of its transforms, in their order; empty: it gets what was received
 * @param deidentifies whether one of them de-identifies
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
        Optional<ServerView> server,
        Optional<Instant> nextAttempt,
        List<String> transforms,
        boolean deidentifies) {

    /**
     * A server's report about itself, from its REST API.
     *
     * @param version the version of its software; empty when the check failed
     * @param diskUsedBytes the size of its storage; 0 when the check failed
     * @param storedInstances how many instances it holds; 0 when the check failed
     * @param error why the check failed
     */
    public record ServerView(String version, long diskUsedBytes, long storedInstances, Optional<String> error) {}
}
