package org.dicomgateway.cli.operate;

import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.admin.api.InstanceView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StoryView;
import org.dicomgateway.admin.api.StudySentence;
import org.dicomgateway.admin.api.StudyView;
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
                    + " got at each destination, and why it did not get further. For one instance, it shows everything"
                    + " that happened, in order. Upper and lower case of an Accession Number do not matter.",
            "",
            "The gateway knows what is still in the spool, and what was delivered within gateway.spool.history."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:it is known, and delivered everywhere; no check found it missing or differing, and no destination"
                    + " refused to commit it",
            "1:it waits, or was parked or discarded, or is missing, differs or is not committed somewhere",
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

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        for (String condition : Uid.isValid(what)
                ? List.of("study", "series", "instance", "accession", "patient")
                : List.of("accession", "patient")) {
            Map<String, String> conditions = Map.of(condition, what);
            Found studies = Found.by(gateway, "/api/studies", conditions, limit);
            if (!studies.items().isEmpty()) {
                return tell(gateway, condition, conditions, studies);
            }
        }
        print(
                "[]",
                List.of("nothing is known of " + Text.printable(what, MAX_WHAT)
                        + ": it never arrived here, or is older than the history"));
        return ExitCode.NOT_FOUND;
    }

    private int tell(RunningGateway gateway, String condition, Map<String, String> conditions, Found studies)
            throws RunningGatewayException {
        List<StudyView> all = studies.as(StudyView.class);
        if (condition.equals("instance")) {
            List<InstanceView> found =
                    Found.by(gateway, "/api/instances", conditions, limit).as(InstanceView.class);
            stories(gateway, found);
            return found.stream().allMatch(TraceText::isDone) ? ExitCode.DONE : ExitCode.FAILED;
        }
        if (instances) {
            Found found = Found.by(gateway, "/api/instances", conditions, limit);
            print(found.json(), TraceText.instances(found.as(InstanceView.class), found.more(), showPatients));
        } else {
            print(studies.json(), text(all, studies.more(), condition));
        }
        return all.stream().allMatch(TraceText::isDone) && !studies.more() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** A study that is asked for by its accession number is called so. */
    private List<String> text(List<StudyView> all, boolean more, String condition) {
        String asked = condition.equals("accession") ? what : "";
        return TraceText.studies(
                all,
                more,
                showPatients,
                study -> StudySentence.of(
                        showPatients ? study.accessionNumber() : asked, study, ZoneId.systemDefault(), Instant.now()));
    }

    /** Prints the history of each instance. An instance that was received twice has two. */
    private void stories(RunningGateway gateway, List<InstanceView> all) throws RunningGatewayException {
        Map<InstanceView, String> answers = new LinkedHashMap<>();
        for (InstanceView one : all) {
            answers.put(one, gateway.get("/api/instances/" + one.id()));
        }
        if (isJson()) {
            print("[" + String.join(",", answers.values()) + "]", List.of());
            return;
        }
        for (Map.Entry<InstanceView, String> answer : answers.entrySet()) {
            List<StoryView.Happened> timeline =
                    Json.readAnswer(answer.getValue(), Timeline.class).timeline();
            TraceText.story(answer.getKey(), timeline, showPatients).forEach(out()::println);
        }
    }

    private record Timeline(List<StoryView.Happened> timeline) {}
}
