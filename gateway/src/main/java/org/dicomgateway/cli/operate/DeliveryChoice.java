package org.dicomgateway.cli.operate;

import java.util.Optional;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.RunningNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Conditions on deliveries; a delivery must meet all that are given. */
final class DeliveryChoice {

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            description = "only for this destination",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class)
    private @Nullable String destination;

    @Option(names = "--study", paramLabel = "UID", description = "only of this Study Instance UID")
    private @Nullable String study;

    @Option(names = "--delivery", paramLabel = "ID", description = "only this delivery, by its number from parked")
    private @Nullable Long delivery;

    /** Whether no condition is given. */
    boolean isAnything() {
        return destination == null && study == null && delivery == null;
    }

    Optional<String> destination() {
        return Optional.ofNullable(destination);
    }

    Optional<String> study() {
        return Optional.ofNullable(study);
    }

    Optional<Long> delivery() {
        return Optional.ofNullable(delivery);
    }
}
