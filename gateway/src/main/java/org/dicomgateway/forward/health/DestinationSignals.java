package org.dicomgateway.forward.health;

import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dicomgateway.config.settings.DestinationSettings;

/**
 * Everything that the gateway observes about one destination, each part by itself.
 *
 * @param breaker whether it fails
 * @param faultAttribution whether the destination or the instance is at fault
 * @param titles which calling AE titles it accepts
 * @param symptoms what is wrong while it delivers
 * @param pendingResponses the answers it owes
 * @param concurrency how many associations it can handle at once
 * @param retryAfter until when it asked to be left alone
 * @param tally what was delivered to it
 */
public record DestinationSignals(
        Breaker breaker,
        FaultAttribution faultAttribution,
        CallingTitles titles,
        Symptoms symptoms,
        PendingResponses pendingResponses,
        Concurrency concurrency,
        RetryAfter retryAfter,
        Tally tally) {

    /** The signals of a destination. Of what was known about the same server before, only that it was down counts. */
    public static DestinationSignals of(
            DestinationSettings settings,
            InstantSource clock,
            RandomGenerator random,
            Tally tally,
            Optional<DestinationSignals> before) {
        Breaker breaker = new Breaker(settings, clock, random, before.map(signals -> signals.breaker.state()));
        return new DestinationSignals(
                breaker,
                new FaultAttribution(breaker, clock),
                new CallingTitles(settings, clock, random),
                new Symptoms(clock, settings.isWeb() ? "a query" : "a C-ECHO"),
                new PendingResponses(clock),
                new Concurrency(settings.maxAssociations(), clock),
                new RetryAfter(clock),
                tally);
    }
}
