package org.dicomgateway.cli.operate;

import java.util.List;
import java.util.Map;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
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
        description = "Tries parked deliveries again, from their first attempt. With --now, tries a destination that is"
                + " down at once, not at its next attempt.",
        exitCodeList = {
            "0:done",
            "1:it could not be done",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n")
public final class RetryCommand extends OperatorCommand {

    @Option(names = "--all", description = "all parked deliveries")
    private boolean all;

    @Option(
            names = "--now",
            paramLabel = "NAME",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class,
            description = "a destination that is down: try it now")
    private @Nullable String now;

    @Mixin
    private final DeliveryChoice only = new DeliveryChoice();

    /** Requires a choice, so that a forgotten condition never retries everything. */
    @Override
    public void check() {
        if (now != null) {
            if (all || !only.isAnything()) {
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
                        : "choose deliveries with --destination, --study or --delivery, or all with --all; or a"
                                + " destination that is down with --now");
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (now != null) {
            print(
                    gateway.post("/api/destinations/" + now + "/try", Map.of()),
                    List.of("destination " + now + " is tried now; scripts/gateway status shows the result"));
            return ExitCode.DONE;
        }
        String answer =
                gateway.post("/api/retry", new Requests.Retry(only.destination(), only.study(), only.delivery()));
        long count = Json.readAnswer(answer, Answers.Count.class).count();
        print(
                answer,
                List.of(
                        count == 0
                                ? "no such delivery is parked: nothing is tried again"
                                : Counted.deliveries(count, "is", "are") + " tried again"));
        return ExitCode.DONE;
    }
}
