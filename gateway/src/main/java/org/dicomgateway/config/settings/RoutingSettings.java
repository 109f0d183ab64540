package org.dicomgateway.config.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.config.transform.TransformSettings;

/**
 * All of {@code routing.conf}. It is consistent: every route names existing destinations.
 *
 * @param destinations by name, in the order of the file
 * @param routes in the order of the file
 * @param transforms by name, in the order of the file; also those that no destination names
 */
public record RoutingSettings(
        Map<String, DestinationSettings> destinations,
        List<RouteSettings> routes,
        Map<String, TransformSettings> transforms) {

    /** Copies all, and keeps their order. */
    public RoutingSettings {
        destinations = Collections.unmodifiableMap(new LinkedHashMap<>(destinations));
        routes = List.copyOf(routes);
        transforms = Collections.unmodifiableMap(new LinkedHashMap<>(transforms));
    }

    /** Rules that change nothing in any instance. */
    public RoutingSettings(Map<String, DestinationSettings> destinations, List<RouteSettings> routes) {
        this(destinations, routes, Map.of());
    }
}
