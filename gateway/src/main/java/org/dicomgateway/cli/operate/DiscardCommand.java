package org.dicomgateway.cli.operate;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Discards deliveries for good. */
@Command(
        name = "discard",
        mixinStandardHelpOptions = true,
        description = "Discards parked or held deliveries for good: they are not delivered, and the spool deletes them."
                + " The reason is kept in the logs and in the history.",
        exitCodeList = {
            "0:done",
            "1:it could not be done, or there was no such delivery",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n")
public final class DiscardCommand extends OperatorCommand {

    @Mixin
    private final DeliveryChoice which = new DeliveryChoice();

    @Option(
            names = {"-r", "--reason"},
            required = true,
            paramLabel = "TEXT",
            description = "for anyone who looks for it later; no patient data")
    @SuppressWarnings("NullAway.Init") // required
    private String reason;

    @Override
    public void check() {
        if (which.isAnything()) {
            throw misuse("choose deliveries with --destination, --study or --delivery");
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.post(
                "/api/discard",
                new Requests.Discard(which.destination(), which.study(), which.delivery(), Optional.of(reason)));
        long count = Json.readAnswer(answer, Answers.Count.class).count();
        print(
                answer,
                List.of(
                        count == 0
                                ? "no such delivery is parked or held: nothing is discarded"
                                : Counted.deliveries(count, "is", "are") + " discarded"));
        return count > 0 ? ExitCode.DONE : ExitCode.FAILED;
    }
}
