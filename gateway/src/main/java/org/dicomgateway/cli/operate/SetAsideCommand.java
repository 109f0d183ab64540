package org.dicomgateway.cli.operate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.api.SetAsideView;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Lists spool files without a known instance, takes them in, or deletes them. */
@Command(
        name = "set-aside",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists the spool files without a known instance: after damage of the disk or of the ledger, or after a"
                    + " crash at the wrong moment. None is delivered or deleted until you decide.",
            "",
            "set-aside take-in ID... takes them in as if they arrived now: the present rules plan them.",
            "set-aside discard ID... deletes them for good."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:done; with list: nothing is set aside",
            "1:it could not be done; with list: something is set aside",
            "2:wrong usage or configuration, or there is no such file",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} take-in 4711",
            "  ${COMMAND-FULL-NAME} discard 4711 --reason 'sent again'"
        })
public final class SetAsideCommand extends OperatorCommand {

    private static final int MAX_REASON = 120;

    /** The action. */
    enum Action {
        LIST,
        TAKE_IN,
        DISCARD;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            defaultValue = "list",
            converter = OfAction.class,
            description = "list, take-in or discard (default: ${DEFAULT-VALUE}).")
    private Action action = Action.LIST;

    @Parameters(index = "1..*", paramLabel = "ID", description = "Numbers of files, from list.")
    private List<String> files = List.of();

    private List<Long> numbers = List.of();

    @Option(
            names = {"-r", "--reason"},
            paramLabel = "TEXT",
            description = "Only with discard: for anyone who looks for it later; no patient data.")
    private @Nullable String reason;

    private static final class OfAction implements ITypeConverter<Action> {
        @Override
        public Action convert(String text) {
            return Arrays.stream(Action.values())
                    .filter(action -> action.toString().equals(text))
                    .findFirst()
                    .orElseThrow(
                            () -> new TypeConversionException("'" + text + "' is not one of list, take-in, discard"));
        }
    }

    @Override
    public void check() {
        if ((action == Action.LIST) != files.isEmpty()) {
            throw misuse(action == Action.LIST ? "list takes no numbers" : "give the numbers that set-aside lists");
        }
        try {
            numbers = files.stream().map(new OptionConverters.OfLong()::convert).toList();
        } catch (TypeConversionException e) {
            throw misuse(e.getMessage() + ": give the numbers that set-aside lists");
        }
        if ((action == Action.DISCARD) != (reason != null)) {
            throw misuse(action == Action.DISCARD ? "discard needs --reason" : "only discard takes --reason");
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (action == Action.LIST) {
            String answer = gateway.get("/api/set-aside");
            List<SetAsideView> files =
                    Json.readAnswer(answer, SetAsideView.All.class).items();
            print(answer, lines(files));
            return files.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        }
        for (long number : numbers) {
            if (action == Action.TAKE_IN) {
                String answer = gateway.post("/api/set-aside/" + number + "/take-in", Map.of());
                long instance = Json.readAnswer(answer, Answers.TakenIn.class).instanceId();
                print(answer, List.of("file " + number + " is taken in: number " + instance + " in the spool"));
            } else {
                String answer = gateway.post(
                        "/api/set-aside/" + number + "/discard", new Requests.DiscardFile(Optional.ofNullable(reason)));
                print(answer, List.of("file " + number + " is deleted"));
            }
        }
        return ExitCode.DONE;
    }

    private static List<String> lines(List<SetAsideView> files) {
        if (files.isEmpty()) {
            return List.of("nothing is set aside");
        }
        TextTable table = new TextTable(
                "file", "written", "from", "size", "modality", "study", "instance", "class", "why not readable");
        files.forEach(file -> table.row(
                Long.toString(file.number()),
                Times.of(file.writtenAt()),
                orDash(file.callingAe()),
                Progress.size(file.bytes()),
                orDash(file.modality()),
                orDash(file.studyInstanceUid()),
                orDash(file.sopInstanceUid()),
                orDash(file.sopClassUid()),
                Text.printable(file.problem(), MAX_REASON)));
        return new ArrayList<>(table.lines());
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : Text.printable(text, MAX_REASON);
    }
}
