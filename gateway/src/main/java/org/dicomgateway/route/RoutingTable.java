package org.dicomgateway.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.Planner;

/**
 * One version of the rules. Every route that matches an instance applies, in the order of the file. Fallback routes
 * apply only when no other route does. The result names candidates; {@link Dispatch} chooses among several of them.
 *
 * <p>Pure and immutable, for any number of threads.
 */
public final class RoutingTable implements Planner {

    private final long version;
    private final RoutingSettings settings;
    private final List<RouteSettings> regular;
    private final List<RouteSettings> fallback;
    private final Map<String, RouteSettings> byName = new HashMap<>();

    private RoutingTable(RoutingSettings settings, long version) {
        this.version = version;
        this.settings = settings;
        this.regular =
                settings.routes().stream().filter(route -> !route.fallback()).toList();
        this.fallback =
                settings.routes().stream().filter(RouteSettings::fallback).toList();
        settings.routes().forEach(route -> byName.put(route.name(), route));
    }

    /**
     * Makes the table of these rules.
     *
     * @param version the version of the rules, stored with every plan
     */
    public static RoutingTable of(RoutingSettings settings, long version) {
        return new RoutingTable(settings, version);
    }

    /** The version of the rules. */
    public long version() {
        return version;
    }

    /** All routes, in the order of the file. */
    List<RouteSettings> routes() {
        return settings.routes();
    }

    /** The route of this name. */
    Optional<RouteSettings> route(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The weight of a destination in weighted strategies; 1 when it is unknown. */
    int weight(String destination) {
        DestinationSettings known = settings.destinations().get(destination);
        return known == null ? 1 : known.weight();
    }

    @Override
    public Plan plan(InstanceHeader header, Origin origin) {
        return new Plan(version, deliveries(applicable(header, origin)));
    }

    /** The routes that apply to an instance, in the order of the file. */
    List<RouteSettings> applicable(InstanceHeader header, Origin origin) {
        Subject subject = new Subject(header, origin);
        List<RouteSettings> applicable = applicable(regular, subject);
        return applicable.isEmpty() ? applicable(fallback, subject) : applicable;
    }

    private static List<RouteSettings> applicable(List<RouteSettings> routes, Subject subject) {
        return routes.stream()
                .filter(route -> MatchTrace.holds(route.match(), subject))
                .toList();
    }

    /** When several routes without a choice name the same destination, the first of them delivers the instance once. */
    private static List<PlannedDelivery> deliveries(List<RouteSettings> routes) {
        List<PlannedDelivery> deliveries = new ArrayList<>();
        Set<String> served = new HashSet<>();
        for (RouteSettings route : routes) {
            int copy = 0;
            for (List<String> candidates : candidates(route)) {
                if (candidates.size() > 1 || served.add(candidates.get(0))) {
                    deliveries.add(new PlannedDelivery(
                            route.name(),
                            ++copy,
                            candidates,
                            route.priority(),
                            route.strategy().whenRefused() == WhenRefused.NEXT));
                }
            }
        }
        return deliveries;
    }

    /** The candidates of each copy. Every strategy is a ranking and a number of copies; this method uses the number. */
    private static List<List<String>> candidates(RouteSettings route) {
        List<String> all = route.to();
        return route.strategy()
                .match(
                        broadcast -> all.stream().map(List::of).toList(),
                        failover -> List.of(all),
                        balance -> List.of(all),
                        replicate -> Collections.nCopies(replicate.copies(), all));
    }
}
