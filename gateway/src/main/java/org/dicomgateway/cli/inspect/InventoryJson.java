package org.dicomgateway.cli.inspect;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Inventories as JSON, for scripts. The field names are an interface: add, do not rename. */
final class InventoryJson {

    private InventoryJson() {}

    /** An array with one object for each server that answered. */
    static String of(List<Inventory> inventories, boolean showPatients, JsonMapper json) {
        ArrayNode servers = json.createArrayNode();
        for (Inventory inventory : inventories) {
            ObjectNode server = servers.addObject()
                    .put("server", inventory.server())
                    .put("aeTitle", inventory.system().aeTitle())
                    .put("version", inventory.system().version())
                    .put("patients", inventory.statistics().patients())
                    .put("studies", inventory.statistics().studies())
                    .put("series", inventory.statistics().series())
                    .put("instances", inventory.statistics().instances())
                    .put("diskBytes", inventory.statistics().diskSize().bytes());
            ArrayNode studies = server.putArray("studyList");
            inventory.studies().forEach(study -> write(study, studies.addObject(), showPatients));
        }
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(servers);
    }

    private static void write(Inventory.Study study, ObjectNode node, boolean showPatients) {
        node.put("studyInstanceUid", study.uid())
                .put("date", study.date())
                .put("series", study.series())
                .put("instances", study.instances());
        ArrayNode modalities = node.putArray("modalities");
        study.modalities().forEach(modalities::add);
        if (showPatients) {
            node.put("patientId", study.patientId())
                    .put("patientName", study.patientName())
                    .put("description", study.description());
        }
    }
}
