package org.dicomgateway.cli;

import java.util.List;
import org.dicomgateway.admin.Answers;
import org.dicomgateway.admin.Json;
import org.dicomgateway.admin.Requests;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tries parked deliveries again. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = "Tries again what was parked, from its first attempt.",
        exitCodeList = {
            "0:done",
            "1:it could not be done",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n")
public final class RetryCommand extends OperatorCommand {

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Which which;

    /** Everything, or what meets all conditions that are given. */
    static final class Which {
        @Option(names = "--all", required = true, description = "whatever is parked")
        private boolean all;

        @ArgGroup(exclusive = false)
        private @Nullable DeliveryChoice only;
    }

    @Override
    int run(RunningGateway gateway) throws RunningGatewayException {
        DeliveryChoice only = which.all || which.only == null ? new DeliveryChoice() : which.only;
        String answer =
                gateway.post("/api/retry", new Requests.Retry(only.destination(), only.study(), only.delivery()));
        long count = Json.readAnswer(answer, Answers.Count.class).count();
        print(answer, List.of(count + " deliveries are tried again"));
        return ExitCode.DONE;
    }
}
