package org.dicomgateway.cli;

import java.util.List;
import java.util.Optional;
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
        exitCodeList = {"0:done", "1:the gateway could not be asked", "2:wrong usage or configuration"},
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
        private @Nullable Only only;
    }

    /** Conditions. */
    static final class Only {
        @Option(
                names = "--destination",
                paramLabel = "NAME",
                description = "only of this destination",
                converter = NameConverter.class)
        private @Nullable String destination;

        @Option(names = "--study", paramLabel = "UID", description = "only of this Study Instance UID")
        private @Nullable String study;

        @Option(names = "--delivery", paramLabel = "ID", description = "only this delivery")
        private @Nullable Long delivery;
    }

    @Override
    int run(RunningGateway gateway) throws RunningGatewayException {
        Only only = which.all || which.only == null ? new Only() : which.only;
        String answer = gateway.post(
                "/api/retry",
                new Requests.Retry(
                        Optional.ofNullable(only.destination),
                        Optional.ofNullable(only.study),
                        Optional.ofNullable(only.delivery)));
        long count = Json.readAnswer(answer, Answers.Count.class).count();
        print(answer, List.of(count + " deliveries are tried again"));
        return ExitCode.DONE;
    }
}
