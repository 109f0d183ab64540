package org.dicomgateway.admin.api;

import java.util.List;

/**
 * A route of the rules.
 *
 * @param strategy how it chooses among its destinations
 * @param fallback whether it applies only to instances that no other route applies to
 * @param matched instances it applied to since the gateway started
 */
public record RouteView(String name, String strategy, boolean fallback, int priority, List<String> to, long matched) {

    /** Copies the list. */
    public RouteView {
        to = List.copyOf(to);
    }
}
