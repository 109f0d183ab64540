package org.dicomgateway.cli.send;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.cli.send.FileScan.Found;
import org.dicomgateway.cli.send.FileScan.Unreadable;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.forward.outcome.Outcome;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of a sending, as text and as JSON, whose field names are an interface: add, do not rename.
 *
 * @param associations open at once, at most
 */
record SendReport(Peer peer, AeTitle calling, Found found, SendTally tally, Duration took, int associations) {

    private static final int MAX_REASONS = 20;
    private static final int MAX_FILES = 3;
    private static final int MAX_REASON = 300;

    /** Whether everything that is DICOM is stored now. */
    boolean isComplete() {
        return tally.failures().isEmpty() && found.unreadable().isEmpty();
    }

    /** The files that are not stored, for another try. */
    List<Path> left() {
        return Stream.concat(
                        found.unreadable().stream().map(Unreadable::path),
                        tally.failures().stream().map(failure -> failure.file().path()))
                .toList();
    }

    /** Without line ends. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        double seconds = seconds();
        lines.add(String.format(
                Locale.ROOT,
                "%d of %d instances stored by %s, %s in %.1f s: %.0f/s, %s/s, %s",
                tally.stored(),
                found.files().size(),
                peer,
                Progress.size(tally.storedBytes()),
                seconds,
                tally.stored() / seconds,
                Progress.size((long) (tally.storedBytes() / seconds)),
                counted(associations, "association")));
        tally.statuses()
                .forEach((status, count) -> lines.add(String.format(
                        Locale.ROOT, "%8d  %s %s", count, DimseStatus.format(status), DimseStatus.meaningOf(status))));
        long unanswered = tally.failures().stream()
                .filter(failure -> failure.status() == Outcome.NO_STATUS)
                .count();
        if (unanswered > 0) {
            lines.add(String.format(Locale.ROOT, "%8d  without an answer", unanswered));
        }
        if (tally.repeats() > 0) {
            lines.add("sent again: " + tally.repeats() + (tally.repeats() == 1 ? " time" : " times"));
        }
        if (found.notDicom() + found.dicomdirs() > 0) {
            lines.add("skipped: " + counted(found.notDicom(), "file") + " of other kinds, "
                    + counted(found.dicomdirs(), "DICOMDIR"));
        }
        return lines;
    }

    /** What went wrong, and with which files, but not endlessly; without line ends. */
    List<String> failures() {
        Map<String, List<Path>> byReason = new LinkedHashMap<>();
        found.unreadable().forEach(one -> add(byReason, one.reason(), one.path()));
        tally.failures().forEach(one -> add(byReason, one.reason(), one.file().path()));
        List<String> lines = new ArrayList<>();
        byReason.entrySet().stream().limit(MAX_REASONS).forEach(entry -> {
            List<Path> files = entry.getValue();
            lines.add("not stored, " + counted(files.size(), "file") + ": " + entry.getKey());
            files.stream().limit(MAX_FILES).forEach(file -> lines.add("  " + file));
            if (files.size() > MAX_FILES) {
                lines.add("  … and " + (files.size() - MAX_FILES) + " more (--left FILE lists all)");
            }
        });
        if (byReason.size() > MAX_REASONS) {
            lines.add("… and " + (byReason.size() - MAX_REASONS) + " other reasons (--json tells all)");
        }
        return lines;
    }

    private static void add(Map<String, List<Path>> byReason, String reason, Path file) {
        byReason.computeIfAbsent(printable(reason), one -> new ArrayList<>()).add(file);
    }

    /** All of it. */
    String json(JsonMapper json) {
        ObjectNode root = json.createObjectNode()
                .put("peer", peer.toString())
                .put("callingAe", calling.value())
                .put("instances", found.files().size())
                .put("stored", tally.stored())
                .put("storedBytes", tally.storedBytes())
                .put("seconds", took.toMillis() / 1000.0)
                .put("associations", associations)
                .put("sentAgain", tally.repeats());
        root.putObject("skipped").put("otherKinds", found.notDicom()).put("dicomdirs", found.dicomdirs());
        ArrayNode statuses = root.putArray("statuses");
        tally.statuses()
                .forEach((status, count) -> statuses.addObject()
                        .put("status", DimseStatus.format(status))
                        .put("meaning", DimseStatus.meaningOf(status))
                        .put("count", count));
        ArrayNode failures = root.putArray("failures");
        found.unreadable()
                .forEach(one -> failures.addObject()
                        .put("file", one.path().toString())
                        .putNull("sopInstanceUid")
                        .putNull("status")
                        .put("reason", printable(one.reason()))
                        .put("attempts", 0));
        tally.failures()
                .forEach(one -> failures.addObject()
                        .put("file", one.file().path().toString())
                        .put("sopInstanceUid", one.file().sopInstance().value())
                        .put("status", one.status() == Outcome.NO_STATUS ? null : DimseStatus.format(one.status()))
                        .put("reason", printable(one.reason()))
                        .put("attempts", one.attempts()));
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private double seconds() {
        return Math.max(0.001, took.toNanos() / 1e9);
    }

    private static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String printable(String reason) {
        return Text.printable(reason, MAX_REASON);
    }
}
