package org.dicomgateway.cli.operate;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.ProgramName;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tries parked deliveries again. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = "Tries parked deliveries again, from their first attempt; in a cluster, those of all gateways."
                + " With --now, tries a destination that is down at once, not at its next attempt; in a cluster, that"
                + " of the gateway that is asked.",
        exitCodeList = {
            "0:done, or nothing of it is parked, or the destination of --now is not down",
            "1:it could not be done, or not by all gateways of the cluster; a paused destination cannot be tried",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE,
            "4:no study has the Accession Number"
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} --destination orthanc1",
            "  ${COMMAND-FULL-NAME} --accession A4711",
            "  ${COMMAND-FULL-NAME} --now orthanc2"
        })
public final class RetryCommand extends OperatorCommand {

    @Option(names = "--all", description = "All parked deliveries.")
    private boolean all;

    @Option(
            names = "--now",
            paramLabel = "NAME",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class,
            description = "A destination that is down: try it now.")
    private @Nullable String now;

    @Mixin
    private final DeliveryChoice only = new DeliveryChoice();

    /** Requires a choice, so that a forgotten condition never retries everything. */
    @Override
    public void check() {
        if (now != null) {
            if (all || !only.isAnything() || only.gateway().isPresent()) {
                throw misuse("--now cannot be combined with another condition");
            }
            return;
        }
        if (all == only.isAnything()) {
            return;
        }
        throw misuse(
                all
                        ? "--all cannot be combined with another condition"
                        : "choose deliveries with --destination, --study, --accession or --delivery, or all with"
                                + " --all; or a destination that is down with --now");
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (now != null) {
            return tryNow(gateway, now);
        }
        OrderText done = new OrderText();
        for (Optional<String> study : only.studies(gateway)) {
            done.add(gateway.post(
                    "/api/retry", new Requests.Retry(only.destination(), study, only.delivery(), only.gateway())));
        }
        print(
                done.json(),
                done.lines(
                        done.count() == 0
                                ? "no such delivery is parked: nothing is tried again"
                                : Counted.deliveries(done.count(), "is", "are") + " tried again"));
        return done.exitCode();
    }

    private int tryNow(RunningGateway gateway, String name) throws RunningGatewayException {
        try {
            print(
                    gateway.post("/api/destinations/" + name + "/try", Map.of()),
                    List.of("destination " + name + " is tried now; " + ProgramName.get()
                            + " status shows the result"));
        } catch (RunningGatewayException e) {
            if (!e.isConflict() || !isUsable(gateway, name)) {
                throw e;
            }
            print("{\"tried\":false}", List.of("destination " + name + " is not down: nothing to do"));
        }
        return ExitCode.DONE;
    }

    private static boolean isUsable(RunningGateway gateway, String name) throws RunningGatewayException {
        return Arrays.stream(Json.readAnswer(gateway.get("/api/destinations"), DestinationView[].class))
                .filter(each -> each.name().equals(name))
                .flatMap(each -> each.health().stream())
                .anyMatch(HealthView::usable);
    }
}
