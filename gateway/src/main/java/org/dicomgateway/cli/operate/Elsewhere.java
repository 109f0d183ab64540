package org.dicomgateway.cli.operate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.cluster.CopyView;
import org.dicomgateway.admin.cluster.WhereaboutsView;
import org.dicomgateway.cli.common.Found;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import tools.jackson.databind.JsonNode;

/**
 * What other gateways of the cluster have, as the gateway that is asked finds it in the cluster's database. When that
 * does not answer, it says so: what is known here is shown all the same.
 */
final class Elsewhere {

    private static final int MAX_TEXT = 160;
    private static final List<String> DONE = List.of("delivered", "merged", "superseded");

    private final RunningGateway gateway;
    private final StatusView.Cluster cluster;
    private final List<JsonNode> items = new ArrayList<>();
    private final List<CopyView> copies = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private boolean done = true;
    private boolean more;
    private String missing = "";

    private Elsewhere(RunningGateway gateway, StatusView.Cluster cluster) {
        this.gateway = gateway;
        this.cluster = cluster;
    }

    /** Empty when the gateway is in no cluster. */
    static Optional<Elsewhere> of(RunningGateway gateway) throws RunningGatewayException {
        return gateway.cluster().map(cluster -> new Elsewhere(gateway, cluster));
    }

    /** The name of the gateway that is asked. */
    String node() {
        return cluster.node();
    }

    /** The names of the others at work. */
    Set<String> others() {
        return cluster.others();
    }

    /** A question to the gateway about others. */
    private interface Question {
        boolean ask() throws RunningGatewayException;
    }

    /** One question that finds no database is enough: each takes seconds. */
    private boolean isFound(Question question) {
        if (!missing.isEmpty()) {
            return false;
        }
        try {
            return question.ask();
        } catch (RunningGatewayException e) {
            Set<String> all = new TreeSet<>();
            cluster.members().forEach(member -> all.add(member.node()));
            all.remove(cluster.node());
            missing = Text.printable(String.valueOf(e.getMessage()), MAX_TEXT) + "; what "
                    + (all.isEmpty() ? "other gateways have" : "is at " + String.join(", ", all)) + " is not known";
            return false;
        }
    }

    /**
     * Looks for a study or an instance.
     *
     * @param condition {@code study} or {@code instance}
     * @param each whether its copies are shown one by one
     * @return whether other gateways have, or had, anything of it
     */
    boolean find(String condition, String uid, boolean each, int limit) {
        return isFound(() -> {
            WhereaboutsView found = Json.readAnswer(
                    gateway.get("/api/cluster/whereabouts?" + condition + "=" + uid), WhereaboutsView.class);
            if (!found.empty()) {
                items.add(node(found));
                done &= isDone(found);
                lines.add(condition + " " + uid + " at other gateways of the cluster:");
                if (each) {
                    copies(Map.of(condition, uid), limit);
                    showCopies();
                } else {
                    summary(found);
                }
                holders(found);
            }
            return !found.empty();
        });
    }

    private static JsonNode node(Object value) {
        return Json.readAnswer(Json.write(value), JsonNode.class);
    }

    private static boolean isDone(WhereaboutsView found) {
        return found.gateways().stream().allMatch(each -> each.unfinished() == 0)
                && found.copies().stream().allMatch(each -> DONE.contains(each.state()));
    }

    private void summary(WhereaboutsView found) {
        TextTable table = new TextTable("gateway", "destination", "copies", "state", "since", "why");
        found.copies()
                .forEach(at -> table.row(
                        at.gateway(),
                        at.destination().orElse(NameConverter.ANY),
                        Long.toString(at.count()),
                        at.state(),
                        Times.of(at.since()),
                        Text.printable(at.reason(), MAX_TEXT)));
        if (!found.copies().isEmpty()) {
            lines.addAll(table.lines());
        }
    }

    private void holders(WhereaboutsView found) {
        for (WhereaboutsView.HolderView holder : found.gateways()) {
            lines.add(holder.gateway() + (holder.state().equals("working") ? "" : ", which is " + holder.state() + ",")
                    + " has " + holder.instances() + (holder.instances() == 1 ? " instance, " : " instances, ")
                    + holder.unfinished() + " unfinished"
                    + (holder.unrouted() > 0 ? ", " + holder.unrouted() + " held: no route applies" : "")
                    + "; received " + Times.of(holder.firstReceivedAt()) + " to "
                    + Times.of(holder.lastReceivedAt()));
        }
    }

    /** Looks for copies one by one. Returns whether there are any. */
    boolean copies(Map<String, String> conditions, int limit) {
        return isFound(() -> {
            Found found = Found.by(gateway, "/api/cluster/copies", conditions, limit);
            items.addAll(found.items());
            more |= found.more();
            found.as(CopyView.class).forEach(copies::add);
            return !found.items().isEmpty();
        });
    }

    /** The copies that were found. */
    List<CopyView> copies() {
        return copies;
    }

    private void showCopies() {
        if (copies.isEmpty()) {
            return;
        }
        TextTable table = new TextTable("instance", "gateway", "delivery", "destination", "state", "since", "why");
        copies.forEach(copy -> table.row(
                copy.sopInstanceUid(),
                copy.gateway(),
                Long.toString(copy.delivery()),
                copy.destination().orElse(NameConverter.ANY),
                copy.state(),
                Times.of(copy.since()),
                Text.printable(copy.reason(), MAX_TEXT)));
        lines.addAll(table.lines());
        copies.clear();
    }

    /** Whether there are more than were asked for. */
    boolean more() {
        return more;
    }

    /** Whether what was found is delivered, and nothing is missing. */
    boolean isDone() {
        return done && missing.isEmpty();
    }

    /** Why the other gateways' part is missing, as a line; none when it is not. */
    List<String> missing() {
        return missing.isEmpty() ? List.of() : List.of("INCOMPLETE: " + missing);
    }

    /** What was found, and what is missing. */
    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (more) {
            all.add("… and more (--limit N shows N)");
        }
        all.addAll(missing());
        return all;
    }

    /** The answer of this gateway, and what was found. */
    String json(String here) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("here", Json.readAnswer(here, JsonNode.class));
        all.put("elsewhere", items);
        all.put("missing", missing);
        return Json.write(all);
    }
}
