package org.dicomgateway.cli;

import java.util.Arrays;
import java.util.List;
import org.dicomgateway.admin.DestinationView;
import org.dicomgateway.admin.Json;
import org.dicomgateway.admin.StatusView;
import picocli.CommandLine.Command;

/** How the gateway does. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows how the running gateway, its rules and its destinations do.",
        exitCodeList = {
            "0:it runs, takes instances in and has sound rules",
            "1:one of that is not so",
            "2:wrong usage or configuration"
        },
        exitCodeListHeading = "Exit codes:%n")
public final class StatusCommand extends OperatorCommand {

    @Override
    int run(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.get("/api/status");
        String lanes = gateway.get("/api/destinations");
        StatusView status = Json.readAnswer(answer, StatusView.class);
        List<DestinationView> destinations = Arrays.asList(Json.readAnswer(lanes, DestinationView[].class));
        print(
                "{\"status\":" + answer + ",\"destinations\":" + lanes + "}",
                new StatusText(status, destinations).lines());
        boolean well = status.process().closedBecause().isEmpty()
                && status.rules().broken().isEmpty();
        return well ? ExitCode.DONE : ExitCode.FAILED;
    }
}
