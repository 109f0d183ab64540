package org.dicomgateway.cli;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.Requests;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pauses a destination. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Sends nothing more to a destination until it is resumed, restarts included."
                + " What has other candidates goes there; the rest waits.",
        exitCodeList = {"0:it is paused", "1:it could not be", "2:wrong usage or configuration"},
        exitCodeListHeading = "Exit codes:%n")
public final class PauseCommand extends OperatorCommand {

    @Parameters(paramLabel = "DESTINATION", description = "as routing.conf names it", converter = NameConverter.class)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String destination;

    @Option(
            names = {"-r", "--reason"},
            paramLabel = "TEXT",
            description = "for other operators: who, why, until when")
    private @Nullable String reason;

    @Override
    int run(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.post(
                "/api/destinations/" + destination + "/pause", new Requests.Pause(Optional.ofNullable(reason)));
        print(answer, List.of("destination " + destination + " is paused"));
        return ExitCode.DONE;
    }
}
