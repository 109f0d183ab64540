package org.dicomgateway.config.settings;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much a destination gets at most, on average over a few seconds.
 *
 * @param instances per second; empty: as many as it takes
 * @param bytes of datasets per second; empty: as many as it takes
 */
public record RateLimit(OptionalInt instances, Optional<DataSize> bytes) {

    /** No limit. */
    public static final RateLimit UNLIMITED = new RateLimit(OptionalInt.empty(), Optional.empty());
}
