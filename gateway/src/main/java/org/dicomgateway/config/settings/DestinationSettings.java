package org.dicomgateway.config.settings;

import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/**
 * One server that instances are delivered to.
 *
 * @param name its key under {@code destinations}, as routes and logs call it
 * @param peer AE title, host and port
 * @param callingAe the AE title we call it by; empty: the one of the instance's sender ({@code preserve})
 * @param maxAssociations never more associations open to it than this, probes included
 * @param weight its share in weighted strategies, at least 1
 * @param requestor timeouts and PDU length
 * @param linger how long an association that has nothing to send waits for more before it is released
 * @param maxBatch instances taken at once for one association
 * @param retry when to try again, and when to park
 * @param breaker when to leave the server alone
 * @param probeInterval between two C-ECHO of a server that has nothing to receive, or is down
 * @param schedule when it may be sent to
 * @param maxRate how much it gets at most
 * @param rest its REST API, when that is to be checked as well
 */
public record DestinationSettings(
        String name,
        Peer peer,
        Optional<AeTitle> callingAe,
        int maxAssociations,
        int weight,
        RequestorSettings requestor,
        Duration linger,
        int maxBatch,
        RetrySettings retry,
        BreakerSettings breaker,
        Duration probeInterval,
        Schedule schedule,
        RateLimit maxRate,
        Optional<RestSettings> rest) {

    /** One that may be sent to always and as fast as it takes it, and has no REST API to check. */
    public DestinationSettings(
            String name,
            Peer peer,
            Optional<AeTitle> callingAe,
            int maxAssociations,
            int weight,
            RequestorSettings requestor,
            Duration linger,
            int maxBatch,
            RetrySettings retry,
            BreakerSettings breaker,
            Duration probeInterval) {
        this(
                name,
                peer,
                callingAe,
                maxAssociations,
                weight,
                requestor,
                linger,
                maxBatch,
                retry,
                breaker,
                probeInterval,
                Schedule.ALWAYS,
                RateLimit.UNLIMITED,
                Optional.empty());
    }

    /**
     * Exponential backoff of one delivery that the server refused.
     *
     * @param initialDelay before the second attempt
     * @param maxDelay upper bound of the growing delay
     * @param maxAttempts refused this often, a delivery is parked
     */
    public record RetrySettings(Duration initialDelay, Duration maxDelay, int maxAttempts) {}

    /**
     * When a server that fails is left alone.
     *
     * @param failures consecutive failures of the server itself that open the breaker
     * @param initialPause how long it stays open the first time; doubles with each failed probe
     * @param maxPause upper bound of the growing pause
     */
    public record BreakerSettings(int failures, Duration initialPause, Duration maxPause) {}
}
