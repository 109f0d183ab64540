package org.dicomgateway.cli.operate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.events.EventControls;
import org.dicomgateway.admin.events.EventView;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.Found;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists events, tells them now, or discards them. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists the events that wait for their receivers, and why; with --all also those that were taken or"
                    + " discarded, within gateway.spool.history.",
            "",
            "With retry, what waits for a receiver is told now, also when it said that it is gone. With discard, what"
                    + " waits for it is given up for good."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:done",
            "1:listed, and an event has failed at least once",
            "2:wrong usage or configuration, or there is no such receiver",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} --study 1.2.840.113619.2.55.3 --all",
            "  ${COMMAND-FULL-NAME} retry radiology-bot",
            "  ${COMMAND-FULL-NAME} discard radiology-bot --reason 'it was replaced'"
        })
public final class EventsCommand extends OperatorCommand {

    private static final int MAX_WHY = 120;

    /** What is done. */
    enum Action {
        list,
        retry,
        discard
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            defaultValue = "list",
            description = "list, retry or discard (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // has a default
    private Action action;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RECEIVER",
            defaultValue = "",
            description = "The receiver; retry and discard need it.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String receiver;

    @Option(
            names = "--study",
            paramLabel = "UID",
            defaultValue = "",
            description = "List only events about this study.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String study;

    @Option(names = "--all", description = "List also events that were taken or discarded.")
    private boolean all;

    @Option(names = "--event", paramLabel = "ID", description = "Discard only this event.")
    private Optional<String> event = Optional.empty();

    @Option(
            names = {"-r", "--reason"},
            paramLabel = "TEXT",
            description = "discard needs it, for anyone who looks for it later; no patient data.")
    private Optional<String> reason = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            converter = OptionConverters.OfLimit.class,
            description = "Events to list (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    public void check() {
        if (action != Action.list && receiver.isEmpty()) {
            throw misuse("name the receiver: " + action + " RECEIVER");
        }
        if (action == Action.discard && reason.isEmpty()) {
            throw misuse("discard needs --reason");
        }
        if (action != Action.discard && (reason.isPresent() || event.isPresent())) {
            throw misuse("--reason and --event belong to discard");
        }
        if (action != Action.list && (all || !study.isEmpty())) {
            throw misuse("--all and --study belong to list");
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (action == Action.list) {
            return list(gateway);
        }
        String answer = action == Action.retry
                ? gateway.post("/api/receivers/retry", new EventControls.Retry(Optional.of(receiver)))
                : gateway.post(
                        "/api/receivers/discard", new EventControls.Discard(Optional.of(receiver), event, reason));
        long count = Json.readAnswer(answer, Answers.Count.class).count();
        String done = action == Action.retry ? " told now" : " discarded";
        print(answer, List.of(Counted.of(count, "event is", "events are") + done));
        return ExitCode.DONE;
    }

    private int list(RunningGateway gateway) throws RunningGatewayException {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("receiver", receiver);
        conditions.put("study", study);
        conditions.put("all", Boolean.toString(all));
        Found found = Found.by(gateway, "/api/receivers/events", conditions, limit);
        List<EventView> events = found.as(EventView.class);
        print(found.json(), lines(events));
        return events.stream().allMatch(each -> each.why().isEmpty()) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private List<String> lines(List<EventView> events) {
        return events.isEmpty() ? List.of(all ? "no event is known" : "no event waits") : table(events);
    }

    /** One row for each event. */
    static List<String> table(List<EventView> events) {
        TextTable table = new TextTable("event", "receiver", "about", "made", "state", "attempts", "id", "why");
        events.forEach(one -> table.row(
                one.kind(),
                one.receiver(),
                Text.printable(one.subject(), MAX_WHY),
                Times.of(one.madeAt()),
                one.settledAt().map(at -> one.state() + " " + Times.of(at)).orElse(one.state()),
                Integer.toString(one.attempts()),
                one.id(),
                Text.printable(one.why(), MAX_WHY)));
        return table.lines();
    }
}
