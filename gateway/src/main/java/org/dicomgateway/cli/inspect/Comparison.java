package org.dicomgateway.cli.inspect;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.inspect.Holdings.Row;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.orthanc.Level;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What several servers hold, side by side: one column for each server. */
final class Comparison {

    private static final int MAX_CELL = 120;

    private final Level level;
    private final List<Holdings> servers;
    private final boolean onlyDiffering;
    private final boolean showPatients;
    /** By identifier. The row is from the first server that holds it, and gives the title. */
    private final NavigableMap<String, Row> rows = new TreeMap<>();

    Comparison(Level level, List<Holdings> servers, boolean onlyDiffering, boolean showPatients) {
        this.level = level;
        this.servers = servers;
        this.onlyDiffering = onlyDiffering;
        this.showPatients = showPatients;
        servers.forEach(server -> server.rows().forEach(rows::putIfAbsent));
    }

    /** How many are not held by every server with the same number of instances. */
    long differing() {
        return rows.keySet().stream().filter(this::differs).count();
    }

    private boolean differs(String identifier) {
        Set<Long> counts = new HashSet<>();
        servers.forEach(server -> counts.add(instances(server, identifier)));
        return counts.size() > 1;
    }

    private static long instances(Holdings server, String identifier) {
        @Nullable Row row = server.rows().get(identifier);
        return row == null ? 0 : row.instances();
    }

    private List<Row> shown() {
        return rows.values().stream()
                .filter(row -> !onlyDiffering || differs(row.identifier()))
                .toList();
    }

    /** At most {@code limit} rows, without line ends. */
    List<String> lines(int limit) {
        List<String> heading = new ArrayList<>(List.of("", InspectQuery.plural(level), ""));
        servers.forEach(server -> heading.add(server.server()));
        if (showPatients) {
            heading.add("");
        }
        TextTable table = new TextTable(heading.toArray(String[]::new));
        List<Row> shown = shown();
        shown.stream().limit(limit).forEach(row -> table.row(cells(row)));
        List<String> lines = new ArrayList<>(table.lines());
        if (shown.size() > limit) {
            lines.add("… and " + (shown.size() - limit) + " more (--limit N shows N)");
        }
        if (servers.size() > 1) {
            lines.add(rows.size() + " " + InspectQuery.plural(level) + ", "
                    + (differing() == 0 ? "the same everywhere" : differing() + " not the same everywhere (!)"));
        }
        return lines;
    }

    private String[] cells(Row row) {
        List<String> cells = new ArrayList<>();
        cells.add(differs(row.identifier()) ? "!" : "");
        cells.add(row.identifier());
        cells.add(row.title());
        servers.forEach(server -> {
            long instances = instances(server, row.identifier());
            cells.add(instances == 0 ? "-" : Long.toString(instances));
        });
        if (showPatients) {
            cells.add(row.person());
        }
        return cells.stream().map(cell -> Text.printable(cell, MAX_CELL)).toArray(String[]::new);
    }

    /** A JSON array with an object for each row. The field names are an interface: add, do not rename. */
    String json(JsonMapper json) {
        ArrayNode all = json.createArrayNode();
        for (Row row : shown()) {
            ObjectNode node = all.addObject()
                    .put("level", level.name().toLowerCase(java.util.Locale.ROOT))
                    .put("identifier", row.identifier())
                    .put("same", !differs(row.identifier()));
            if (showPatients) {
                node.put("about", row.person());
            }
            ObjectNode instances = node.putObject("instances");
            servers.forEach(server -> instances.put(server.server(), instances(server, row.identifier())));
        }
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }
}
