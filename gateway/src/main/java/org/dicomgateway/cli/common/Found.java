package org.dicomgateway.cli.common;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.admin.api.Json;
import tools.jackson.databind.JsonNode;

/**
 * The result of a search in the running gateway.
 *
 * @param items as answered
 * @param more whether there are more
 */
public record Found(List<JsonNode> items, boolean more) {

    /** The largest page that the gateway returns. */
    private static final int PAGE = 200;

    private record Page(List<JsonNode> items, Optional<String> next) {}

    /** Requests page by page, until {@code limit} items were found or there are no more. */
    public static Found by(RunningGateway gateway, String path, Map<String, String> conditions, int limit)
            throws RunningGatewayException {
        List<JsonNode> items = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Map<String, String> parameters = new LinkedHashMap<>(conditions);
            // One more than the limit: a page that is full has a next one, whether or not anything is on that.
            parameters.put("limit", Long.toString(Math.min(PAGE, limit + 1L - items.size())));
            next.ifPresent(cursor -> parameters.put("cursor", cursor));
            Page page = Json.readAnswer(gateway.get(path + "?" + encoded(parameters)), Page.class);
            items.addAll(page.items());
            next = page.next();
        } while (next.isPresent() && items.size() <= limit);
        boolean more = items.size() > limit;
        return new Found(more ? items.subList(0, limit) : items, more);
    }

    private static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** The items as records. */
    public <T> List<T> as(Class<T> type) {
        return items.stream()
                .map(item -> Json.readAnswer(item.toString(), type))
                .toList();
    }

    /** The items as a JSON array. */
    public String json() {
        return items.stream().map(JsonNode::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
