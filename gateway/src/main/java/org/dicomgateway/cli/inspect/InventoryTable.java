package org.dicomgateway.cli.inspect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.dicom.values.Text;

/** Several inventories side by side, as text: one column for each server, one row for each study. */
final class InventoryTable {

    private static final int MAX_CELL = 64;

    private final List<Inventory> servers;
    private final int maxStudies;
    private final boolean showPatients;
    private final List<List<String>> rows = new ArrayList<>();

    /** Shows at most {@code maxStudies} studies, and names and IDs of patients only with {@code showPatients}. */
    InventoryTable(List<Inventory> servers, int maxStudies, boolean showPatients) {
        this.servers = servers;
        this.maxStudies = maxStudies;
        this.showPatients = showPatients;
    }

    /** The lines of the table, without line ends. */
    List<String> lines() {
        row("", Inventory::server);
        row("AE title", server -> server.system().aeTitle());
        row("Orthanc", server -> server.system().version());
        row("patients", server -> Long.toString(server.statistics().patients()));
        row("studies", server -> Long.toString(server.statistics().studies()));
        row("series", server -> Long.toString(server.statistics().series()));
        row("instances", server -> Long.toString(server.statistics().instances()));
        row("disk", server -> Progress.size(server.statistics().diskSize().bytes()));
        Map<String, Inventory.Study> studies = studies();
        if (!studies.isEmpty() && maxStudies > 0) {
            row("", server -> "");
            row("instances by study", server -> "");
            studies.values().stream()
                    .limit(maxStudies)
                    .forEach(study -> row("  " + title(study), server -> instancesOf(study, server)));
        }
        List<String> lines = new ArrayList<>(aligned());
        if (studies.size() > maxStudies && maxStudies > 0) {
            lines.add("  … and " + (studies.size() - maxStudies) + " more (--studies N shows N)");
        }
        return lines;
    }

    private void row(String title, Function<Inventory, String> cell) {
        List<String> row = new ArrayList<>(List.of(title));
        servers.forEach(server -> row.add(Text.printable(cell.apply(server), MAX_CELL)));
        rows.add(row);
    }

    /** Every study of any server, once, in the order of the servers. */
    private Map<String, Inventory.Study> studies() {
        Map<String, Inventory.Study> all = new LinkedHashMap<>();
        servers.forEach(server -> server.studies().forEach(study -> all.putIfAbsent(study.uid(), study)));
        return all;
    }

    private String title(Inventory.Study study) {
        String title = String.join(" ", study.date(), String.join("+", study.modalities()), study.uid());
        if (showPatients) {
            title += "  " + String.join(" | ", study.patientId(), study.patientName(), study.description());
        }
        return Text.printable(title.strip(), 2 * MAX_CELL);
    }

    private static String instancesOf(Inventory.Study wanted, Inventory server) {
        return server.studies().stream()
                .filter(study -> study.uid().equals(wanted.uid()))
                .mapToLong(Inventory.Study::instances)
                .mapToObj(Long::toString)
                .findFirst()
                .orElse("-");
    }

    private List<String> aligned() {
        List<Integer> widths = new ArrayList<>(Collections.nCopies(servers.size() + 1, 0));
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                widths.set(column, Math.max(widths.get(column), row.get(column).length()));
            }
        }
        return rows.stream().map(row -> aligned(row, widths)).toList();
    }

    /** Aligns the title to the left, and the servers' cells to the right. */
    private static String aligned(List<String> row, List<Integer> widths) {
        StringBuilder line = new StringBuilder(row.get(0));
        line.append(" ".repeat(widths.get(0) - row.get(0).length()));
        for (int column = 1; column < row.size(); column++) {
            line.append(" ".repeat(3 + widths.get(column) - row.get(column).length()))
                    .append(row.get(column));
        }
        return line.toString().stripTrailing();
    }
}
