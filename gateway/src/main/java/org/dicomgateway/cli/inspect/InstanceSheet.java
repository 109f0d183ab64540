package org.dicomgateway.cli.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.orthanc.Attribute;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.OrthancId;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Everything about one instance: the metadata of each server, and the attributes as one of the servers shows them. */
final class InstanceSheet {

    private static final int MAX_VALUE = 64;
    /** Only the server itself uses it. */
    private static final String INTERNAL = "MainDicomTagsSignature";

    private static final String HIDDEN = "(hidden)";
    private static final String SIZE = "bytes";
    private static final String MD5 = "MD5";

    /**
     * Groups about acquisition, relationship and image. The attributes in them that may identify a patient are below.
     */
    private static final Set<String> HARMLESS_GROUPS = Set.of("0002", "0018", "0020", "0028", "7fe0");

    private static final Set<String> HARMLESS = Set.of(
            "0008,0005",
            "0008,0008",
            "0008,0012",
            "0008,0013",
            "0008,0016",
            "0008,0018",
            "0008,001c",
            "0008,0020",
            "0008,0021",
            "0008,0022",
            "0008,0023",
            "0008,0030",
            "0008,0031",
            "0008,0032",
            "0008,0033",
            "0008,0060",
            "0008,0064",
            "0008,0070",
            "0008,1090");

    private static final Set<String> TELLING = Set.of("0018,1000", "0018,1030", "0020,0010", "0020,4000", "0028,4000");

    private final String sopInstance;
    private final Map<String, Map<String, String>> notes = new LinkedHashMap<>();
    private final boolean showPatients;
    private List<Attribute> attributes = List.of();
    private String teller = "";

    InstanceSheet(String sopInstance, boolean showPatients) {
        this.sopInstance = sopInstance;
        this.showPatients = showPatients;
    }

    /** Adds what a server that holds the instance says about it. */
    void add(String server, OrthancClient client, OrthancId id) throws OrthancException {
        Map<String, String> notes = new LinkedHashMap<>(client.metadata(id));
        notes.remove(INTERNAL);
        notes.put(SIZE, Long.toString(client.dicomSize(id).bytes()));
        notes.put(MD5, client.md5(id));
        if (teller.isEmpty()) {
            attributes = client.attributes(id);
            teller = server;
        }
        this.notes.put(server, notes);
    }

    /** Adds a server that does not hold the instance. */
    void addWithout(String server) {
        notes.put(server, Map.of());
    }

    /** The lines, without line ends. */
    List<String> lines() {
        List<String> heading = new ArrayList<>(List.of("instance " + sopInstance));
        heading.addAll(notes.keySet());
        TextTable table = new TextTable(heading.toArray(String[]::new));
        List<String> keys = notes.values().stream()
                .flatMap(one -> one.keySet().stream())
                .distinct()
                .toList();
        for (String key : keys) {
            List<String> row = new ArrayList<>(List.of("  " + key));
            notes.values().forEach(one -> row.add(printable(one.getOrDefault(key, "-"))));
            table.row(row.toArray(String[]::new));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.add("attributes, from " + teller
                + (showPatients ? "" : "; those that may identify a patient only with --show-patients"));
        attributes.forEach(one -> write(one, "  ", lines));
        return lines;
    }

    private void write(Attribute one, String indent, List<String> lines) {
        lines.add((indent + "(" + one.tag() + ") " + printable(one.keyword()) + "  " + printable(value(one)))
                .stripTrailing());
        if (isShown(one)) {
            for (int i = 0; i < one.items().size(); i++) {
                lines.add(indent + "  item " + (i + 1));
                one.items().get(i).forEach(inner -> write(inner, indent + "    ", lines));
            }
        }
    }

    private String value(Attribute one) {
        return isShown(one) ? one.value() : HIDDEN;
    }

    private boolean isShown(Attribute one) {
        String group = one.tag().substring(0, 4);
        return showPatients
                || HARMLESS.contains(one.tag())
                || (HARMLESS_GROUPS.contains(group) && !TELLING.contains(one.tag()));
    }

    private static String printable(String text) {
        String shown = Text.printable(text, MAX_VALUE);
        return text.length() > MAX_VALUE ? shown + "…" : shown;
    }

    /** The sheet as JSON. The field names are an interface: add, do not rename. */
    String json(JsonMapper json) {
        ObjectNode root = json.createObjectNode().put("sopInstanceUid", sopInstance);
        ArrayNode servers = root.putArray("servers");
        notes.forEach((server, told) -> {
            ObjectNode node = servers.addObject().put("server", server).put("held", !told.isEmpty());
            ObjectNode metadata = node.putObject("metadata");
            told.forEach(metadata::put);
        });
        write(attributes, root.putArray("attributes"));
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private void write(List<Attribute> dataset, ArrayNode target) {
        for (Attribute one : dataset) {
            ObjectNode node = target.addObject().put("tag", one.tag()).put("keyword", one.keyword());
            if (one.items().isEmpty()) {
                node.put("value", value(one));
            } else if (isShown(one)) {
                ArrayNode items = node.putArray("items");
                one.items().forEach(item -> write(item, items.addArray()));
            } else {
                node.put("value", HIDDEN);
            }
        }
    }
}
