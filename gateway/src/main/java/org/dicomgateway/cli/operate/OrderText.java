package org.dicomgateway.cli.operate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.cluster.OrderView;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.dicom.values.Text;

/** What came of an action: at the gateway that was asked, and in a cluster at each gateway. */
final class OrderText {

    private static final int MAX_SAYS = 160;

    private final List<String> answers = new ArrayList<>();
    private final List<OrderView> orders = new ArrayList<>();
    private long count;

    private record Answer(Optional<Long> count, Optional<OrderView> cluster) {}

    /** Adds the answer to one request. */
    void add(String json) {
        answers.add(json);
        Answer answer = Json.readAnswer(json, Answer.class);
        answer.cluster().ifPresent(orders::add);
        count += answer.cluster().map(OrderView::count).or(answer::count).orElse(0L);
    }

    /** To how many deliveries it was done; of a pause or a resume in a cluster, at how many gateways. */
    long count() {
        return count;
    }

    /** Whether this is about a cluster, and nothing changed anywhere. */
    boolean isEmpty() {
        return !orders.isEmpty() && count == 0;
    }

    /** One answer as it came; of several, the sum. */
    String json() {
        if (answers.size() == 1) {
            return answers.get(0);
        }
        Map<String, Object> all = new LinkedHashMap<>(Map.of("count", count));
        if (!orders.isEmpty()) {
            all.put("clusters", orders);
        }
        return Json.write(all);
    }

    /** What was done, and in a cluster what each gateway did. */
    List<String> lines(String done) {
        List<String> lines = new ArrayList<>(List.of(done));
        for (OrderView order : orders) {
            TextTable table = new TextTable("gateway", "answer");
            order.gateways().forEach(each -> table.row(each.gateway(), Text.printable(each.says(), MAX_SAYS)));
            lines.addAll(table.lines());
            if (!order.missing().isEmpty()) {
                lines.add("INCOMPLETE: " + Text.printable(order.missing(), MAX_SAYS));
            }
        }
        return lines;
    }

    /** Whether all gateways did it that have to. */
    int exitCode() {
        return orders.stream().allMatch(OrderView::complete) ? ExitCode.DONE : ExitCode.FAILED;
    }
}
