package org.dicomgateway.config.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.transform.TransformSettings;

/**
 * All of {@code routing.conf}. It is consistent: every route names existing destinations.
 *
 * @param destinations by name, in the order of the file
 * @param routes in the order of the file
 * @param transforms by name, in the order of the file; also those that no destination names
 * @param receivers of events, by name, in the order of the file
 */
public record RoutingSettings(
        Map<String, DestinationSettings> destinations,
        List<RouteSettings> routes,
        Map<String, TransformSettings> transforms,
        Map<String, ReceiverSettings> receivers) {

    /** Copies all, and keeps their order. */
    public RoutingSettings {
        destinations = Collections.unmodifiableMap(new LinkedHashMap<>(destinations));
        routes = List.copyOf(routes);
        transforms = Collections.unmodifiableMap(new LinkedHashMap<>(transforms));
        receivers = Collections.unmodifiableMap(new LinkedHashMap<>(receivers));
    }

    /** Rules that change nothing in any instance, and tell nobody. */
    public RoutingSettings(Map<String, DestinationSettings> destinations, List<RouteSettings> routes) {
        this(destinations, routes, Map.of(), Map.of());
    }
}
