package org.dicomgateway.cli.operate;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.InstanceView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StoryView;
import org.dicomgateway.admin.api.StudySentence;
import org.dicomgateway.admin.api.StudyView;
import org.dicomgateway.admin.events.EventView;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.Found;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.Uid;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where a study is. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows where a study is: a sentence for somebody who asks, when it came and from which sender, how far it"
                    + " got at each destination, why it did not get further, and which events about it were told. For one instance, it shows everything"
                    + " that happened, in order. Upper and lower case of an Accession Number do not matter.",
            "",
            "The gateway knows what is still in the spool, and what was delivered within gateway.spool.history.",
            "",
            "In a cluster it also shows what other gateways have of the study or the instance. The cluster's database"
                    + " knows Study and SOP Instance UIDs. What only another gateway received is found there by its"
                    + " Accession Number, its Patient ID or a Series Instance UID: ask that gateway."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:it is known, and delivered everywhere; no check found it missing or differing, and no destination"
                    + " refused to commit it",
            "1:it waits, or was parked or discarded, or is missing, differs or is not committed somewhere; or other"
                    + " gateways of the cluster could not be asked",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE,
            "4:it is not known"
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} A4711",
            "  ${COMMAND-FULL-NAME} 1.2.840.113619.2.55.3 --instances",
            "  ${COMMAND-FULL-NAME} 0815 --show-patients"
        })
public final class TraceCommand extends OperatorCommand {

    private static final int MAX_WHAT = 64;

    @Parameters(
            paramLabel = "WHAT",
            arity = "1",
            description = "A Study, Series or SOP Instance UID, an Accession Number or a Patient ID;"
                    + " it is tried as each of them, in this order.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private String what;

    @Option(names = "--instances", description = "Show the instances, and how far each got.")
    private boolean instances;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            converter = OptionConverters.OfLimit.class,
            description = "Studies or instances to show (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--show-patients", description = "Show Patient ID and Accession Number.")
    private boolean showPatients;

    /** What this gateway knows: as it answered, as lines, whether it is all delivered, and as what it was found. */
    private record Here(String json, List<String> lines, boolean done, String condition, List<String> studies) {}

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        Optional<Here> here = here(gateway);
        Optional<Elsewhere> elsewhere = Elsewhere.of(gateway);
        if (elsewhere.isEmpty()) {
            Here known = here.orElseGet(() -> new Here("[]", List.of(nothing()), false, "", List.of()));
            print(known.json(), known.lines());
            return here.isEmpty() ? ExitCode.NOT_FOUND : known.done() ? ExitCode.DONE : ExitCode.FAILED;
        }
        return inCluster(here, elsewhere.get());
    }

    private String nothing() {
        return "nothing is known of " + Text.printable(what, MAX_WHAT)
                + ": it never arrived here, or is older than the history";
    }

    private int inCluster(Optional<Here> here, Elsewhere elsewhere) {
        boolean found = isElsewhere(here, elsewhere);
        List<String> lines = new ArrayList<>(
                here.map(Here::lines).orElseGet(() -> List.of("gateway " + elsewhere.node() + ": " + nothing())));
        if (!found && elsewhere.missing().isEmpty()) {
            lines.add(nothingElsewhere(here, elsewhere));
        }
        if (found) {
            lines.add("");
        }
        lines.addAll(elsewhere.lines());
        print(elsewhere.json(here.map(Here::json).orElse("[]")), lines);
        if (here.isEmpty() && !found) {
            return elsewhere.missing().isEmpty() ? ExitCode.NOT_FOUND : ExitCode.FAILED;
        }
        return here.map(Here::done).orElse(true) && elsewhere.isDone() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** The database of the cluster knows Study and SOP Instance UIDs, and nothing of patients. */
    private boolean isElsewhere(Optional<Here> here, Elsewhere elsewhere) {
        if (here.isPresent() && !here.get().condition().equals("instance")) {
            boolean found = false;
            for (String study : here.get().studies()) {
                found |= isFound(elsewhere, "study", study);
            }
            return found;
        }
        return Uid.isValid(what)
                && ((here.isEmpty() && isFound(elsewhere, "study", what)) || isFound(elsewhere, "instance", what));
    }

    private boolean isFound(Elsewhere elsewhere, String condition, String uid) {
        return elsewhere.find(condition, uid, instances || condition.equals("instance"), limit);
    }

    private String nothingElsewhere(Optional<Here> here, Elsewhere elsewhere) {
        if (Uid.isValid(what) || here.isPresent()) {
            return "no other gateway of the cluster has anything of it";
        }
        return "the cluster's database knows Study and SOP Instance UIDs, not patients, accession numbers or series"
                + (elsewhere.others().isEmpty() ? "" : ": ask " + String.join(", ", elsewhere.others()) + " as well");
    }

    private Optional<Here> here(RunningGateway gateway) throws RunningGatewayException {
        for (String condition : Uid.isValid(what)
                ? List.of("study", "series", "instance", "accession", "patient")
                : List.of("accession", "patient")) {
            Map<String, String> conditions = Map.of(condition, what);
            Found studies = Found.by(gateway, "/api/studies", conditions, limit);
            if (!studies.items().isEmpty()) {
                return Optional.of(told(gateway, condition, conditions, studies));
            }
        }
        return Optional.empty();
    }

    private Here told(RunningGateway gateway, String condition, Map<String, String> conditions, Found studies)
            throws RunningGatewayException {
        List<StudyView> all = studies.as(StudyView.class);
        List<String> uids = all.stream()
                .map(StudyView::studyInstanceUid)
                .filter(uid -> !uid.isEmpty())
                .distinct()
                .toList();
        if (condition.equals("instance")) {
            List<InstanceView> found =
                    Found.by(gateway, "/api/instances", conditions, limit).as(InstanceView.class);
            return stories(gateway, found);
        }
        boolean done = all.stream().allMatch(TraceText::isDone) && !studies.more();
        if (instances) {
            Found found = Found.by(gateway, "/api/instances", conditions, limit);
            return new Here(
                    found.json(),
                    TraceText.instances(found.as(InstanceView.class), found.more(), showPatients),
                    done,
                    condition,
                    uids);
        }
        return new Here(studies.json(), text(gateway, all, studies.more(), condition), done, condition, uids);
    }

    /** A study that is asked for by its accession number is called so. */
    private List<String> text(RunningGateway gateway, List<StudyView> all, boolean more, String condition)
            throws RunningGatewayException {
        Map<String, List<EventView>> events = new HashMap<>();
        for (StudyView study : all) {
            if (!study.studyInstanceUid().isEmpty()) {
                Map<String, String> conditions = Map.of("study", study.studyInstanceUid(), "all", "true");
                events.put(
                        study.studyInstanceUid(),
                        Found.by(gateway, "/api/receivers/events", conditions, limit)
                                .as(EventView.class));
            }
        }
        String asked = condition.equals("accession") ? what : "";
        return TraceText.studies(
                all,
                more,
                showPatients,
                study -> StudySentence.of(
                        showPatients ? study.accessionNumber() : asked, study, ZoneId.systemDefault(), Instant.now()),
                events);
    }

    /** The history of each instance. An instance that was received twice has two. */
    private Here stories(RunningGateway gateway, List<InstanceView> all) throws RunningGatewayException {
        List<String> answers = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (InstanceView one : all) {
            String answer = gateway.get("/api/instances/" + one.id());
            answers.add(answer);
            List<StoryView.Happened> timeline =
                    Json.readAnswer(answer, Timeline.class).timeline();
            lines.addAll(TraceText.story(one, timeline, showPatients));
        }
        return new Here(
                "[" + String.join(",", answers) + "]",
                lines,
                all.stream().allMatch(TraceText::isDone),
                "instance",
                List.of());
    }

    private record Timeline(List<StoryView.Happened> timeline) {}
}
