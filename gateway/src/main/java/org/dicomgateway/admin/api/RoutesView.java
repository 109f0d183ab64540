package org.dicomgateway.admin.api;

import java.util.List;

/**
 * The routes in force, in the order of their file.
 *
 * @param version of the rules
 */
public record RoutesView(long version, List<RouteView> routes) {

    /** Copies the list. */
    public RoutesView {
        routes = List.copyOf(routes);
    }
}
