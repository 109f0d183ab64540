package org.dicomgateway.config.settings;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much one sender may do: all associations of one address under one entry of {@code access} together, but for the last
 * two.
 *
 * @param associations open at once; one more is refused as a transient local limit
 * @param rate what goes over it waits
 * @param instanceSize bytes of a dataset; a larger one is refused
 * @param associationSize bytes of datasets on one association; more ends it
 */
public record PeerLimits(
        OptionalInt associations, RateLimit rate, Optional<DataSize> instanceSize, Optional<DataSize> associationSize) {

    /** No limit. */
    public static final PeerLimits UNLIMITED =
            new PeerLimits(OptionalInt.empty(), RateLimit.UNLIMITED, Optional.empty(), Optional.empty());
}
