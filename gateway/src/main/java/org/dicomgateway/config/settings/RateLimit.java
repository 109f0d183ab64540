package org.dicomgateway.config.settings;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A maximum rate, on average over a few seconds.
 *
 * @param instances per second; empty: unlimited
 * @param bytes bytes of datasets per second; empty: unlimited
 */
public record RateLimit(OptionalInt instances, Optional<DataSize> bytes) {

    /** No limit. */
    public static final RateLimit UNLIMITED = new RateLimit(OptionalInt.empty(), Optional.empty());
}
