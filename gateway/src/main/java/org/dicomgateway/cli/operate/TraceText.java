package org.dicomgateway.cli.operate;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.admin.api.InstanceView;
import org.dicomgateway.admin.api.StoryView;
import org.dicomgateway.admin.api.StudyView;
import org.dicomgateway.admin.events.EventView;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.cli.common.SyntaxName;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;

/** Where studies and instances are, as lines of text without line ends. */
final class TraceText {

    private static final int MAX_VALUE = 64;
    private static final int MAX_REASON = 160;
    private static final List<String> WRONG = List.of("missing", "differing");

    private TraceText() {}

    /**
     * Whether no delivery of the study waits, is parked, held or discarded, or was found to be missing or differing, or
     * was reported as not committed, and every instance has a route.
     */
    static boolean isDone(StudyView study) {
        return study.unrouted() == 0
                && study.destinations().stream()
                        .allMatch(at -> at.pending()
                                        + at.parked()
                                        + at.held()
                                        + at.discarded()
                                        + at.missing()
                                        + at.differing()
                                        + at.uncommitted()
                                == 0);
    }

    /** Whether every delivery of the instance is done, and it has a route. */
    static boolean isDone(InstanceView instance) {
        return instance.routed()
                && instance.deliveries().stream()
                        .allMatch(one ->
                                List.of("delivered", "merged", "superseded").contains(one.state())
                                        && one.check()
                                                .filter(check -> WRONG.contains(check.state()))
                                                .isEmpty()
                                        && !isUncommitted(one));
    }

    private static boolean isUncommitted(DeliveryView one) {
        return one.commitment().filter(said -> said.state().equals("failed")).isPresent();
    }

    static List<String> studies(
            List<StudyView> studies,
            boolean more,
            boolean showPatients,
            Function<StudyView, String> sentence,
            Map<String, List<EventView>> events) {
        List<String> lines = new ArrayList<>();
        for (StudyView study : studies) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.add(sentence.apply(study));
            lines.add("study " + printable(study.studyInstanceUid()) + "  "
                    + printable(study.modality().replace(',', '+')) + ", "
                    + Counted.instances(study.instances()) + ", "
                    + Progress.size(study.bytes())
                    + (showPatients ? who(study.accessionNumber(), study.patientId()) : ""));
            lines.add("received " + Times.of(study.firstReceivedAt()) + " to " + Times.of(study.lastReceivedAt())
                    + " from " + printable(String.join(", ", study.callingAes())));
            if (study.unrouted() > 0) {
                lines.add("held: " + Counted.instances(study.unrouted()) + ", no route applies");
            }
            if (!study.destinations().isEmpty()) {
                TextTable table = new TextTable(
                        "destination",
                        "delivered",
                        "pending",
                        "parked",
                        "held",
                        "superseded",
                        "discarded",
                        "verified",
                        "committed",
                        "why");
                study.destinations()
                        .forEach(at -> table.row(
                                at.destination().isEmpty() ? NameConverter.ANY : at.destination(),
                                Long.toString(at.delivered()),
                                Long.toString(at.pending()),
                                Long.toString(at.parked()),
                                Long.toString(at.held()),
                                Long.toString(at.superseded()),
                                Long.toString(at.discarded()),
                                verified(at),
                                committed(at),
                                reason(at.why())));
                lines.addAll(table.lines());
            }
            List<EventView> told = events.getOrDefault(study.studyInstanceUid(), List.of());
            if (!told.isEmpty()) {
                lines.addAll(EventsCommand.table(told));
            }
        }
        return withRest(lines, more);
    }

    /** How many are verified, and what was found to be wrong. */
    private static String verified(StudyView.At at) {
        return at.verified()
                + (at.missing() > 0 ? ", " + at.missing() + " missing" : "")
                + (at.differing() > 0 ? ", " + at.differing() + " differing" : "");
    }

    /** How many are committed, and how many were reported as not committed. */
    private static String committed(StudyView.At at) {
        return at.committed() + (at.uncommitted() > 0 ? ", " + at.uncommitted() + " not" : "");
    }

    static List<String> instances(List<InstanceView> instances, boolean more, boolean showPatients) {
        TextTable table = new TextTable("instance", "received", "from", "deliveries", "");
        instances.forEach(one -> table.row(
                one.sopInstanceUid(),
                Times.of(one.receivedAt()),
                printable(one.callingAe()),
                one.routed()
                        ? one.deliveries().stream().map(TraceText::state).collect(joining(", "))
                        : "held: no route applies",
                showPatients ? who(one.accessionNumber(), one.patientId()).substring(2) : ""));
        return withRest(new ArrayList<>(table.lines()), more);
    }

    private static String state(DeliveryView one) {
        return one.destination().orElse(NameConverter.ANY) + " "
                + one.check()
                        .filter(check -> one.state().equals("delivered"))
                        .map(DeliveryView.Check::state)
                        .orElse(one.state())
                + one.commitment()
                        .filter(said -> one.state().equals("delivered"))
                        .map(said -> said.state().equals("committed") ? " and committed" : ", not committed")
                        .orElse("");
    }

    static List<String> story(InstanceView one, List<StoryView.Happened> timeline, boolean showPatients) {
        List<String> lines = new ArrayList<>();
        lines.add("instance " + one.sopInstanceUid() + "  " + printable(one.modality()) + ", "
                + Progress.size(one.bytes())
                + (showPatients ? who(one.accessionNumber(), one.patientId()) : ""));
        one.deliveries()
                .forEach(delivery -> delivery.sentAs()
                        .ifPresent(uid -> lines.add("at "
                                + delivery.destination().orElse(NameConverter.ANY) + " it is " + printable(uid))));
        one.deliveries()
                .forEach(delivery -> delivery.transcoded()
                        .ifPresent(syntax -> lines.add("at "
                                + delivery.destination().orElse(NameConverter.ANY) + " it is in "
                                + SyntaxName.of(syntax))));
        lines.add("study " + printable(one.studyInstanceUid()) + ", series " + printable(one.seriesInstanceUid()));
        lines.add("from " + printable(one.callingAe()) + " at " + printable(one.remoteHost()) + ", called "
                + printable(one.calledAe()) + "; number " + one.id() + " in the spool");
        TextTable table = new TextTable("time", "event", "destination", "route", "status", "");
        timeline.forEach(event -> table.row(
                Times.exact(event.at()),
                event.event(),
                event.destination(),
                event.route(),
                event.status().orElse(""),
                repeated(event) + reason(event.reason())));
        lines.addAll(table.lines());
        return lines;
    }

    private static String repeated(StoryView.Happened event) {
        return event.times() > 1
                ? String.format(Locale.ROOT, "%d times, last %s; ", event.times(), Times.of(event.lastAt()))
                : "";
    }

    private static List<String> withRest(List<String> lines, boolean more) {
        if (more) {
            lines.add("… and more (--limit N shows N)");
        }
        return lines;
    }

    private static String who(String accession, String patient) {
        return ", accession " + printable(accession) + ", patient " + printable(patient);
    }

    private static String printable(String text) {
        return text.isEmpty() ? "-" : Text.printable(text, MAX_VALUE);
    }

    private static String reason(String text) {
        return Text.printable(text, MAX_REASON);
    }
}
