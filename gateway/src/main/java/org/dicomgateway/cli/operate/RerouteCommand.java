package org.dicomgateway.cli.operate;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves the deliveries that wait for one destination to another. */
@Command(
        name = "reroute",
        mixinStandardHelpOptions = true,
        description = "Moves what waits, is held or is parked for one destination to another, for good."
                + " What the other one already has is not sent twice. (any) in quotes is what waits because none of its"
                + " destinations can be used.",
        exitCodeList = {
            "0:done, or nothing waits, is held or is parked there",
            "1:it could not be done",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} orthanc2 orthanc3", "  ${COMMAND-FULL-NAME} '(any)' orthanc3"})
public final class RerouteCommand extends OperatorCommand {

    @Parameters(
            index = "0",
            paramLabel = "FROM",
            description = "A destination, whether or not routing.conf still names it, or '(any)'.",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.OrAny.class)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String from;

    @Parameters(
            index = "1",
            paramLabel = "TO",
            description = "A destination that routing.conf names.",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String to;

    @Option(
            names = "--identified",
            description = "Also when FROM gets de-identified instances and TO does not: they leave with the patient's"
                    + " data.")
    private boolean identified;

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        String source = from.equals(NameConverter.ANY) ? "" : from;
        String answer = gateway.post(
                "/api/reroute",
                new Requests.Reroute(
                        Optional.of(source), Optional.of(to), identified ? Optional.of(true) : Optional.empty()));
        long count = Json.readAnswer(answer, Answers.Count.class).count();
        print(
                answer,
                List.of(
                        count == 0
                                ? "nothing waits, is held or is parked for " + from + ": nothing goes to " + to
                                : Counted.deliveries(count, "goes", "go") + " from " + from + " to " + to));
        return ExitCode.DONE;
    }
}
