package org.dicomgateway.cli.operate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.forward.health.DestinationState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Shows each destination, with what waits for it and its last failure. */
@Command(
        name = "destinations",
        mixinStandardHelpOptions = true,
        description = "Shows each destination: its state and the reason, what waits for it and how long, how fast it"
                + " takes instances, and its last failure.",
        exitCodeList = {
            "0:every destination of the rules can be used, or is closed by its schedule",
            "1:at least one cannot be used",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} orthanc1", "  ${COMMAND-FULL-NAME} --json"})
public final class DestinationsCommand extends OperatorCommand {

    private static final int MAX_REASON = 160;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "Only these destinations.",
            completionCandidates = RunningNames.OfDestinations.class)
    private List<String> names = List.of();

    private final InstantSource clock;

    /** Uses the clock of the machine. */
    public DestinationsCommand() {
        this(InstantSource.system());
    }

    public DestinationsCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        for (String name : names) {
            gateway.requireDestination(name);
        }
        List<JsonNode> answer = Json.readAnswer(gateway.get("/api/destinations"), JsonNode.class)
                .valueStream()
                .filter(one ->
                        names.isEmpty() || names.contains(one.path("name").asString("")))
                .toList();
        List<DestinationView> all = answer.stream()
                .map(one -> Json.readAnswer(one.toString(), DestinationView.class))
                .toList();
        print(answer.toString(), lines(all, clock.instant()));
        boolean usable = all.stream()
                .filter(one -> !one.state().equals(DestinationState.CLOSED_BY_SCHEDULE.toString()))
                .flatMap(one -> one.health().stream())
                .allMatch(HealthView::usable);
        return usable ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static List<String> lines(List<DestinationView> all, Instant now) {
        TextTable table = new TextTable(
                "destination",
                "address",
                "state",
                "for",
                "waiting",
                "size",
                "oldest",
                "in flight",
                "per s",
                "parked",
                "held");
        all.forEach(one -> table.row(
                one.name(),
                one.health().map(HealthView::peer).orElse("-"),
                one.state(),
                one.since().map(since -> age(since, now)).orElse("-"),
                Long.toString(one.waiting().instances()),
                Progress.size(one.waiting().bytes()),
                one.oldestWaiting().map(oldest -> age(oldest, now)).orElse("-"),
                Integer.toString(one.inFlight()),
                String.format(Locale.ROOT, "%.1f", one.deliveredPerSecond()),
                Long.toString(one.parked()),
                Long.toString(one.held())));
        List<String> lines = new ArrayList<>(table.lines());
        all.forEach(one -> {
            if (!one.why().isEmpty()) {
                lines.add(one.name() + " is " + one.state() + ": " + Text.printable(one.why(), MAX_REASON)
                        + nextAttempt(one, now));
            }
            // The reason of a server that is down is shown only once.
            one.lastError()
                    .filter(error -> !error.reason().equals(one.why()))
                    .ifPresent(error -> lines.add(one.name() + " last failed"
                            + error.at().map(at -> " " + Times.of(at)).orElse("") + ": "
                            + Text.printable(error.reason(), MAX_REASON)));
        });
        return lines;
    }

    private static String nextAttempt(DestinationView one, Instant now) {
        return one.health()
                .flatMap(HealthView::nextAttempt)
                .filter(next -> next.isAfter(now))
                .map(next -> "; next attempt in " + age(now, next))
                .orElse("");
    }

    private static String age(Instant since, Instant now) {
        return Times.age(Duration.between(since, now));
    }
}
