package org.dicomgateway.cli.operate;

import java.util.Optional;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.cli.common.Counted;
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
                + " The reason is kept in the logs and in the history. In a cluster, those of all gateways.",
        exitCodeList = {
            "0:done, or nothing of it is parked or held",
            "1:it could not be done, or not by all gateways of the cluster",
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
        OrderText done = new OrderText();
        for (Optional<String> study : which.studies(gateway)) {
            done.add(gateway.post(
                    "/api/discard",
                    new Requests.Discard(
                            which.destination(), study, which.delivery(), Optional.of(reason), which.gateway())));
        }
        print(
                done.json(),
                done.lines(
                        done.count() == 0
                                ? "no such delivery is parked or held: nothing is discarded"
                                : Counted.deliveries(done.count(), "is", "are") + " discarded"));
        return done.exitCode();
    }
}
