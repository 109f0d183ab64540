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

/** Tries parked deliveries again. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = "Tries parked deliveries again, from their first attempt.",
        exitCodeList = {
            "0:done, or nothing of it is parked",
            "1:it could not be done",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE,
            "4:no study has the Accession Number"
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} --destination orthanc1", "  ${COMMAND-FULL-NAME} --accession A4711"})
public final class RetryCommand extends OperatorCommand {

    @Option(names = "--all", description = "All parked deliveries.")
    private boolean all;

    @Mixin
    private final DeliveryChoice only = new DeliveryChoice();

    /** Requires a choice, so that a forgotten condition never retries everything. */
    @Override
    public void check() {
        if (all == only.isAnything()) {
            return;
        }
        throw misuse(
                all
                        ? "--all cannot be combined with another condition"
                        : "choose deliveries with --destination, --study, --accession or --delivery, or all with --all");
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        long count = 0;
        for (Optional<String> study : only.studies(gateway)) {
            String answer = gateway.post("/api/retry", new Requests.Retry(only.destination(), study, only.delivery()));
            count += Json.readAnswer(answer, Answers.Count.class).count();
        }
        print(
                Json.write(new Answers.Count(count)),
                List.of(
                        count == 0
                                ? "no such delivery is parked: nothing is tried again"
                                : Counted.deliveries(count, "is", "are") + " tried again"));
        return ExitCode.DONE;
    }
}
