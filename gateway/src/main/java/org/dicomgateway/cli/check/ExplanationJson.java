package org.dicomgateway.cli.check;

import java.util.List;
import java.util.Locale;
import org.dicomgateway.cli.check.ExplainCommand.Explained;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.receive.AccessPreview;
import org.dicomgateway.route.Explanation.Finding;
import org.dicomgateway.route.Explanation.Leg;
import org.dicomgateway.route.Explanation.Route;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Explanations as JSON, for scripts. The field names are an interface: add, do not rename. */
final class ExplanationJson {

    private ExplanationJson() {}

    /** An array with one object for each file. */
    static String of(List<Explained> explained, JsonMapper json) {
        ArrayNode files = json.createArrayNode();
        for (Explained one : explained) {
            ObjectNode node = files.addObject()
                    .put("file", one.file().toString())
                    .put("callingAe", one.origin().calling().value())
                    .put("calledAe", one.origin().called().value())
                    .put("remoteHost", one.origin().remoteHost());
            ArrayNode access = node.putArray("access");
            one.access().forEach(answer -> write(answer, access.addObject()));
            ArrayNode routes = node.putArray("routes");
            one.explanation().routes().forEach(route -> write(route, routes.addObject()));
            node.put("held", one.explanation().legs().isEmpty());
            ArrayNode legs = node.putArray("deliveries");
            one.explanation().legs().forEach(leg -> write(leg, legs.addObject()));
        }
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(files);
    }

    private static void write(AccessPreview answer, ObjectNode node) {
        node.put("listener", answer.listener())
                .put(
                        "accepted",
                        answer.rejection().isEmpty() && answer.refusal().isEmpty())
                .put("rule", answer.rule().orElse(null))
                .put("rejection", answer.rejection().map(Rejection::code).orElse(null))
                .put(
                        "because",
                        answer.rejection()
                                .map(Rejection::text)
                                .or(answer::refusal)
                                .orElse(""));
    }

    private static void write(Route route, ObjectNode node) {
        node.put("route", route.name())
                .put("strategy", route.strategy())
                .put("fallback", route.fallback())
                .put("outcome", route.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        write(route.findings(), node.putArray("conditions"));
    }

    private static void write(List<Finding> findings, ArrayNode conditions) {
        for (Finding finding : findings) {
            ObjectNode node = conditions
                    .addObject()
                    .put("condition", finding.condition())
                    .put("holds", finding.holds())
                    .put("actual", finding.actual());
            if (!finding.parts().isEmpty()) {
                write(finding.parts(), node.putArray("conditions"));
            }
        }
    }

    private static void write(Leg leg, ObjectNode node) {
        node.put("route", leg.route()).put("copy", leg.copy());
        ArrayNode destinations = node.putArray("destinations");
        leg.destinations().forEach(destinations::add);
        node.put("decided", leg.decided()).put("remark", leg.remark());
    }
}
