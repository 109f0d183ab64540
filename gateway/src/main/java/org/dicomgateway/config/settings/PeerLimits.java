package org.dicomgateway.config.settings;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much one sender may send. The limits count all associations of one address under one entry of {@code access}
 * together, except the last two.
 *
 * @param associations open at the same time; one more is refused as a transient local limit
 * @param rate the maximum rate; instances above it wait
 * @param instanceSize the largest dataset in bytes; a larger one is refused
 * @param associationSize the most bytes of datasets on one association; more ends it
 */
public record PeerLimits(
        OptionalInt associations, RateLimit rate, Optional<DataSize> instanceSize, Optional<DataSize> associationSize) {

    /** No limit. */
    public static final PeerLimits UNLIMITED =
            new PeerLimits(OptionalInt.empty(), RateLimit.UNLIMITED, Optional.empty(), Optional.empty());
}
