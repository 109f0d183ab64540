package org.dicomgateway.config.settings;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether the gateway checks that a destination holds what was delivered to it.
 *
 * @param level what is checked
 * @param within how long after a delivery the check is done, unless the destination cannot be asked
 * @param again how long after a check the next one is due; empty: there is no next one
 * @param maxRate the maximum rate of checks
 */
public record VerifySettings(Level level, Duration within, Optional<Duration> again, RateLimit maxRate) {

    /** What is checked. */
    public enum Level {
        /** Nothing. */
        NONE,
        /** Whether the destination has the instance. */
        PRESENCE,
        /** Whether the destination has the instance, byte for byte as it was sent. */
        CONTENT
    }

    /** Nothing is checked. */
    public static final VerifySettings NONE =
            new VerifySettings(Level.NONE, Duration.ofHours(1), Optional.of(Duration.ofDays(30)), RateLimit.UNLIMITED);

    /** Whether deliveries are checked. */
    public boolean isOn() {
        return level != Level.NONE;
    }

    /**
     * How long after its delivery a check is due. Half of {@link #within}, so that the instances of a study are checked
     * together, and time is left to do it.
     */
    public Duration due() {
        return within.dividedBy(2);
    }
}
