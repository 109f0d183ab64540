package org.dicomgateway.cli.operate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.CommitmentsView.CommitmentView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import picocli.CommandLine.Command;

/** Lists the requests of storage commitment that are open or failed, of senders and towards destinations. */
@Command(
        name = "commitments",
        mixinStandardHelpOptions = true,
        description = "Lists the requests of storage commitment that are open, or that failed within about a week: what"
                + " each one waits for, or why it failed. Also lists the destinations that the gateway asks for it, and"
                + " how many copies they have not committed.",
        exitCodeList = {
            "0:none failed",
            "1:at least one failed, or its sender could not be told; or a destination reported a failure",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} --json"})
public final class CommitmentsCommand extends OperatorCommand {

    private static final int MAX_NOTE = 160;

    private final InstantSource clock;

    /** Uses the clock of the machine. */
    public CommitmentsCommand() {
        this(InstantSource.system());
    }

    public CommitmentsCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.get("/api/commitments");
        CommitmentsView all = Json.readAnswer(answer, CommitmentsView.class);
        print(answer, lines(all, clock.instant()));
        boolean well = all.items().stream().allMatch(CommitmentView::waits)
                && all.destinations().stream().allMatch(each -> each.failed() == 0);
        return well ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static List<String> lines(CommitmentsView all, Instant now) {
        List<String> lines = new ArrayList<>(ofSenders(all, now));
        if (!all.destinations().isEmpty()) {
            lines.add("");
            TextTable table = new TextTable("destination", "open", "failed", "oldest", "committed", "why");
            all.destinations()
                    .forEach(one -> table.row(
                            one.name(),
                            Long.toString(one.open()),
                            Long.toString(one.failed()),
                            one.oldest()
                                    .map(at -> Times.age(Duration.between(at, now)))
                                    .orElse(""),
                            Long.toString(one.committed()),
                            Text.printable(one.problem(), MAX_NOTE)));
            lines.addAll(table.lines());
        }
        return lines;
    }

    private static List<String> ofSenders(CommitmentsView all, Instant now) {
        if (all.senders().isEmpty()) {
            return List.of("no sender may request storage commitment (gateway.senders)");
        }
        if (all.items().isEmpty()) {
            return List.of("no request of storage commitment is open, and none failed");
        }
        TextTable table =
                new TextTable("sender", "state", "age", "instances", "failed", "attempts", "transaction", "why");
        all.items()
                .forEach(one -> table.row(
                        one.sender(),
                        one.state(),
                        Times.age(Duration.between(one.requestedAt(), now)),
                        Integer.toString(one.instances()),
                        Integer.toString(one.failed()),
                        Integer.toString(one.attempts()),
                        one.transactionUid(),
                        Text.printable(one.note(), MAX_NOTE)));
        return table.lines();
    }
}
