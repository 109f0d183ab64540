package org.dicomgateway.config.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All of {@code routing.conf}. It is consistent: every route names existing destinations.
 *
 * @param destinations by name, in the order of the file
 * @param routes in the order of the file
 */
public record RoutingSettings(Map<String, DestinationSettings> destinations, List<RouteSettings> routes) {

    /** Copies both, and keeps their order. */
    public RoutingSettings {
        destinations = Collections.unmodifiableMap(new LinkedHashMap<>(destinations));
        routes = List.copyOf(routes);
    }
}
