package org.dicomgateway.forward.health;

import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.dicomgateway.config.settings.DestinationSettings;

/**
 * All that is noticed of one destination, each part by itself.
 *
 * @param breaker whether it fails
 * @param faultAttribution whose trouble that is
 * @param titles by which AE titles it can be called
 * @param symptoms what is not as it should be while it delivers
 * @param pendingResponses what it owes an answer to
 * @param concurrency how much of it at once it takes
 * @param tally what it got
 */
public record DestinationSignals(
        Breaker breaker,
        FaultAttribution faultAttribution,
        CallingTitles titles,
        Symptoms symptoms,
        PendingResponses pendingResponses,
        Concurrency concurrency,
        Tally tally) {

    /** For a destination of which nothing is known yet. */
    public static DestinationSignals of(
            DestinationSettings settings, InstantSource clock, RandomGenerator random, Tally tally) {
        Breaker breaker = new Breaker(settings, clock, random);
        return new DestinationSignals(
                breaker,
                new FaultAttribution(breaker, clock),
                new CallingTitles(settings, clock, random),
                new Symptoms(clock),
                new PendingResponses(clock),
                new Concurrency(settings.name(), settings.maxAssociations(), clock),
                tally);
    }
}
