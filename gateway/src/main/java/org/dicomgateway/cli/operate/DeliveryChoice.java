package org.dicomgateway.cli.operate;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.cli.common.Studies;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Conditions on deliveries; a delivery must meet all that are given. */
final class DeliveryChoice {

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            description = "Only for this destination.",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class)
    private @Nullable String destination;

    @Option(
            names = "--study",
            paramLabel = "UID",
            converter = OptionConverters.OfUid.class,
            description = "Only of this Study Instance UID.")
    private @Nullable String study;

    @Option(names = "--accession", paramLabel = "NUMBER", description = "Only of this Accession Number.")
    private @Nullable String accession;

    @Option(names = "--delivery", paramLabel = "ID", description = "Only this delivery, by its number from parked.")
    private @Nullable Long delivery;

    @Option(
            names = "--gateway",
            paramLabel = "GATEWAY",
            description = "In a cluster: only those of this gateway. A delivery is one of the gateway that is asked"
                    + " unless this names another one.")
    private @Nullable String gateway;

    /** Whether no condition is given. The gateway alone is none. */
    boolean isAnything() {
        return destination == null && study == null && accession == null && delivery == null;
    }

    Optional<String> destination() {
        return Optional.ofNullable(destination);
    }

    /**
     * The studies to choose from, for one request each; a single empty one means any.
     *
     * @throws RunningGatewayException when there is no such destination, or no study with the Accession Number
     */
    List<Optional<String>> studies(RunningGateway gateway) throws RunningGatewayException {
        if (destination != null) {
            gateway.requireDestination(destination);
        }
        Optional<String> one = Optional.ofNullable(study);
        return accession == null
                ? List.of(one)
                : Studies.of(gateway, accession, one).stream().map(Optional::of).toList();
    }

    /** The only gateway of the cluster that is meant; empty: all. */
    Optional<String> gateway() {
        return Optional.ofNullable(gateway);
    }

    Optional<Long> delivery() {
        return Optional.ofNullable(delivery);
    }
}
