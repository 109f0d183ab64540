package org.dicomgateway.cli.operate;

import java.util.Optional;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.RunningNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Conditions on deliveries; those that are given must all be met. */
final class DeliveryChoice {

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            description = "only of this destination",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class)
    private @Nullable String destination;

    @Option(names = "--study", paramLabel = "UID", description = "only of this Study Instance UID")
    private @Nullable String study;

    @Option(names = "--delivery", paramLabel = "ID", description = "only this delivery, as parked numbers it")
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
