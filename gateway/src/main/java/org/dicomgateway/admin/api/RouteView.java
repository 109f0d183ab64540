package org.dicomgateway.admin.api;

import java.util.List;

/**
 * A route of the rules.
 *
 * @param strategy how it chooses among its destinations
 * @param fallback whether it applies only to instances to which no other route applies
 * @param matched how many instances it applied to since the gateway started
 */
public record RouteView(String name, String strategy, boolean fallback, int priority, List<String> to, long matched) {

    /** Copies the list. */
    public RouteView {
        to = List.copyOf(to);
    }
}
