package org.dicomgateway.cli.operate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.api.VerificationView;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.Found;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.dicom.values.Text;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks whether the destinations hold what was delivered, and sends again what they do not hold. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Checks whether the destinations hold what was delivered to them, as it was sent. Destinations with"
                    + " rest, dicomweb or verify.level can be checked.",
            "",
            "With --repair, what is missing is sent again, from the spool or from another destination that holds it."
                    + " What differs is reported; it is only sent again with --overwrite. Nothing is ever deleted."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:everything that was checked is there, as it was sent",
            "1:something is missing or differs, or could not be checked",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE,
            "4:no study is known that has the UID, Accession Number or Patient ID"
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} --study 1.2.840.113619.2.55.3",
            "  ${COMMAND-FULL-NAME} --accession A4711 --repair",
            "  ${COMMAND-FULL-NAME} --destination orthanc2 --since 2d --repair"
        })
public final class VerifyCommand extends OperatorCommand {

    private static final Duration FIRST_LOOK = Duration.ofMillis(200);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    private static final int MAX_TEXT = 200;
    private static final int MOST_SHOWN = 50;

    @Option(names = "--study", paramLabel = "UID", description = "Only of this Study Instance UID.")
    private @Nullable String study;

    @Option(names = "--accession", paramLabel = "NUMBER", description = "Only of this Accession Number.")
    private @Nullable String accession;

    @Option(names = "--patient", paramLabel = "ID", description = "Only of this Patient ID.")
    private @Nullable String patient;

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            description = "Only at this destination.",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class)
    private @Nullable String destination;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = OptionConverters.OfInstant.class,
            description =
                    "Only what was received since then: 30m, 8h or 2d ago, or a time like 2026-03-01T22:00, local or"
                            + " with an offset.")
    private @Nullable Instant since;

    @Option(names = "--all", description = "Everything that the gateway still knows.")
    private boolean all;

    @Option(names = "--repair", description = "Send again what is missing, and check it again.")
    private boolean repair;

    @Option(
            names = "--overwrite",
            description =
                    "Only with --repair: also send again what differs, or cannot be compared because the bytes are gone.")
    private boolean overwrite;

    @Override
    public void check() {
        boolean any = study == null && accession == null && patient == null && destination == null && since == null;
        if (any != all) {
            throw misuse(
                    all
                            ? "--all cannot be combined with another condition"
                            : "choose with --study, --accession, --patient, --destination or --since, or all with"
                                    + " --all");
        }
        if (overwrite && !repair) {
            throw misuse("--overwrite is only possible with --repair");
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (!isKnown(gateway)) {
            print("[]", List.of("no such study is known: it never arrived here, or is older than the history"));
            return ExitCode.NOT_FOUND;
        }
        String answer = gateway.post(
                "/api/verify",
                new Requests.Verify(
                        Optional.ofNullable(destination),
                        Optional.ofNullable(study),
                        Optional.ofNullable(patient),
                        Optional.ofNullable(accession),
                        Optional.ofNullable(since),
                        Optional.of(all),
                        Optional.of(repair),
                        Optional.of(overwrite)));
        VerificationView view = Json.readAnswer(answer, VerificationView.class);
        Duration pause = FIRST_LOOK;
        Instant told = Instant.now();
        while (!view.done() && hasSlept(pause)) {
            pause = pause.multipliedBy(2).compareTo(BETWEEN_LOOKS) < 0 ? pause.multipliedBy(2) : BETWEEN_LOOKS;
            answer = gateway.get("/api/verify/" + view.number());
            view = Json.readAnswer(answer, VerificationView.class);
            if (!isJson() && !view.done() && !Instant.now().isBefore(told.plus(BETWEEN_LINES))) {
                told = Instant.now();
                out().println(progress(view));
                out().flush();
            }
        }
        print(answer, lines(view));
        return isGood(view) ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** Whether there is anything that is asked for by name: nothing of it would be as good as all of it. */
    private boolean isKnown(RunningGateway gateway) throws RunningGatewayException {
        Map<String, String> named = new LinkedHashMap<>();
        Optional.ofNullable(study).ifPresent(uid -> named.put("study", uid));
        Optional.ofNullable(accession).ifPresent(number -> named.put("accession", number));
        Optional.ofNullable(patient).ifPresent(id -> named.put("patient", id));
        return named.isEmpty()
                || !Found.by(gateway, "/api/studies", named, 1).items().isEmpty();
    }

    /** False when interrupted: the gateway goes on without this command. */
    private static boolean hasSlept(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean isGood(VerificationView view) {
        return view.done()
                && view.destinations().stream()
                        .allMatch(
                                at -> at.problem().isEmpty() && at.missing() + at.differing() + at.unverifiable() == 0);
    }

    private static String progress(VerificationView view) {
        return view.destinations().stream()
                .map(at -> at.destination() + ": " + at.checked() + " checked"
                        + (at.sentAgain() > 0 ? ", " + at.sentAgain() + " sent again" : "")
                        + (at.done() ? ", done" : ""))
                .collect(Collectors.joining("; "));
    }

    private static List<String> lines(VerificationView view) {
        TextTable table = new TextTable(
                "destination",
                "checked",
                "verified",
                "missing",
                "differing",
                "unverifiable",
                "sent again",
                "repaired",
                "");
        view.destinations()
                .forEach(at -> table.row(
                        at.destination(),
                        Long.toString(at.checked()),
                        Long.toString(at.verified()),
                        Long.toString(at.missing()),
                        Long.toString(at.differing()),
                        Long.toString(at.unverifiable()),
                        Long.toString(at.sentAgain()),
                        Long.toString(at.repaired()),
                        Text.printable(at.problem(), MAX_TEXT)));
        List<String> lines = new ArrayList<>(table.lines());
        if (!view.items().isEmpty()) {
            lines.add("");
            TextTable items = new TextTable("state", "destination", "study", "instance", "");
            view.items().stream()
                    .limit(MOST_SHOWN)
                    .forEach(item -> items.row(
                            item.state(),
                            item.destination(),
                            Text.printable(item.studyInstanceUid(), MAX_TEXT),
                            item.sopInstanceUid(),
                            Text.printable(item.detail(), MAX_TEXT)));
            lines.addAll(items.lines());
            int more = view.items().size() - MOST_SHOWN;
            if (more > 0) {
                lines.add(String.format(Locale.ROOT, "… and %s more (--json shows them)", Counted.instances(more)));
            }
        }
        return lines;
    }
}
