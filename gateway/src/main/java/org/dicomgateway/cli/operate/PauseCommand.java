package org.dicomgateway.cli.operate;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pauses a destination, or receiving. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = {
            "Sends nothing more to a destination until you resume it; a restart does not end the pause. Deliveries that"
                    + " have other candidates go there; the rest waits.",
            "",
            "In a cluster all gateways pause it, and those that join later or come back.",
            "",
            "pause receiver refuses new associations as a transient condition, so that modalities keep their images and"
                    + " try again. Instances that were received are still delivered. In a cluster, only the gateway that is"
                    + " asked refuses them."
        },
        exitCodeList = {
            "0:it is paused",
            "1:it could not be paused, or not by all gateways of the cluster",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} orthanc2 --reason 'new disk until 5 pm'",
            "  ${COMMAND-FULL-NAME} receiver --reason 'new disk'"
        })
public final class PauseCommand extends OperatorCommand {

    @Parameters(
            paramLabel = "WHICH",
            description = "A destination, as routing.conf names it, or the word receiver.",
            completionCandidates = RunningNames.OfDestinationsOrReceiver.class,
            converter = NameConverter.class)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String which;

    @Option(
            names = {"-r", "--reason"},
            paramLabel = "TEXT",
            description = "For other operators: who, why, until when.")
    private @Nullable String reason;

    @Option(
            names = "--gateway",
            paramLabel = "GATEWAY",
            description = "In a cluster: pause the destination on this gateway only.")
    private @Nullable String only;

    /** Receiving is that of one gateway. */
    @Override
    public void check() {
        if (only != null && which.equals(RunningNames.RECEIVER)) {
            throw misuse("receiving is paused by the gateway that is asked: ask gateway " + only + " itself");
        }
    }

    private String path() {
        return which.equals(RunningNames.RECEIVER) ? "/api/receiver" : "/api/destinations/" + which;
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (which.equals(RunningNames.RECEIVER)) {
            String answer = gateway.post(path() + "/pause", new Requests.Pause(Optional.ofNullable(reason)));
            print(answer, List.of("receiving is paused"));
            return ExitCode.DONE;
        }
        OrderText done = new OrderText();
        done.add(gateway.post(
                path() + "/pause",
                new Requests.PauseDestination(Optional.ofNullable(reason), Optional.ofNullable(only))));
        print(done.json(), done.lines("destination " + which + " is paused"));
        return done.exitCode();
    }
}
