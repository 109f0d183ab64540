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
            "0:done, or nothing of it is parked or held",
            "1:it could not be done",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE,
            "4:no study has the Accession Number"
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} --delivery 7168 --reason 'sent twice'",
            "  ${COMMAND-FULL-NAME} --accession A4711 --destination orthanc1 --reason 'sent by hand'"
        })
public final class DiscardCommand extends OperatorCommand {

    @Mixin
    private final DeliveryChoice which = new DeliveryChoice();

    @Option(
            names = {"-r", "--reason"},
            required = true,
            paramLabel = "TEXT",
            description = "For anyone who looks for it later; no patient data.")
    @SuppressWarnings("NullAway.Init") // required
    private String reason;

    @Override
    public void check() {
        if (which.isAnything()) {
            throw misuse("choose deliveries with --destination, --study, --accession or --delivery");
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        long count = 0;
        for (Optional<String> study : which.studies(gateway)) {
            String answer = gateway.post(
                    "/api/discard",
                    new Requests.Discard(which.destination(), study, which.delivery(), Optional.of(reason)));
            count += Json.readAnswer(answer, Answers.Count.class).count();
        }
        print(
                Json.write(new Answers.Count(count)),
                List.of(
                        count == 0
                                ? "no such delivery is parked or held: nothing is discarded"
                                : Counted.deliveries(count, "is", "are") + " discarded"));
        return ExitCode.DONE;
    }
}
