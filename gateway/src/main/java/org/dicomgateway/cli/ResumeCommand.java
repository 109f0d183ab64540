package org.dicomgateway.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Resumes a destination. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Sends again to a destination that was paused.",
        exitCodeList = {
            "0:it is resumed",
            "1:it was not paused, or could not be asked",
            "2:wrong usage or configuration"
        },
        exitCodeListHeading = "Exit codes:%n")
public final class ResumeCommand extends OperatorCommand {

    @Parameters(paramLabel = "DESTINATION", description = "as routing.conf names it", converter = NameConverter.class)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String destination;

    @Override
    int run(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.post("/api/destinations/" + destination + "/resume", Map.of());
        print(answer, List.of("destination " + destination + " is resumed"));
        return ExitCode.DONE;
    }
}
