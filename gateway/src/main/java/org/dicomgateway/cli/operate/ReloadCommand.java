package org.dicomgateway.cli.operate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import picocli.CommandLine.Command;

/** Reads the rules again. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description = "Reads routing.conf again now. Saving the file has the same effect within two seconds.",
        exitCodeList = {
            "0:the rules of the file are in force",
            "1:the file has problems, and the old rules stay in force",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}"})
public final class ReloadCommand extends OperatorCommand {

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.post("/api/reload", Map.of());
        ReloadView reload = Json.readAnswer(answer, ReloadView.class);
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (reload.outcome()) {
                    case APPLIED -> "version " + reload.version() + " of the rules is in force:";
                    case UNCHANGED -> "nothing changed; version " + reload.version() + " of the rules is in force";
                    case REFUSED ->
                        "refused, there are problems; version " + reload.version() + " of the rules stays in force:";
                });
        lines.addAll(reload.details());
        print(answer, lines);
        return reload.outcome() == ReloadView.Outcome.REFUSED ? ExitCode.FAILED : ExitCode.DONE;
    }
}
