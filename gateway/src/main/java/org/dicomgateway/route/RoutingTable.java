package org.dicomgateway.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.config.RouteSettings;
import org.dicomgateway.config.RoutingSettings;
import org.dicomgateway.config.Strategy.WhenRefused;
import org.dicomgateway.dicom.InstanceHeader;
import org.dicomgateway.dicom.Origin;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.Planner;

/**
 * One version of the rules. Every route that an instance meets applies, in the order of the file; fallback routes only
 * when no other does. Where an instance goes is said as candidates: {@link Dispatch} chooses among several of them.
 *
 * <p>Pure and immutable, for any number of threads.
 */
public final class RoutingTable implements Planner {

    private final long version;
    private final List<RouteSettings> regular;
    private final List<RouteSettings> fallback;

    private RoutingTable(long version, List<RouteSettings> regular, List<RouteSettings> fallback) {
        this.version = version;
        this.regular = regular;
        this.fallback = fallback;
    }

    /**
     * The table of these rules.
     *
     * @param version told with every plan, so that it is known which rules made it
     */
    public static RoutingTable of(RoutingSettings settings, long version) {
        List<RouteSettings> routes = settings.routes();
        return new RoutingTable(
                version,
                routes.stream().filter(route -> !route.fallback()).toList(),
                routes.stream().filter(RouteSettings::fallback).toList());
    }

    /** The version of the rules. */
    public long version() {
        return version;
    }

    @Override
    public Plan plan(InstanceHeader header, Origin origin) {
        Subject subject = new Subject(header, origin);
        List<RouteSettings> applicable = applicable(regular, subject);
        return new Plan(version, deliveries(applicable.isEmpty() ? applicable(fallback, subject) : applicable));
    }

    private static List<RouteSettings> applicable(List<RouteSettings> routes, Subject subject) {
        return routes.stream()
                .filter(route -> Verdict.holds(route.match(), subject))
                .toList();
    }

    /** A destination named by several routes with no other choice gets the instance once, for the first of them. */
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

    /** The candidates of each delivery. Every strategy is a ranking and a number of copies; this is the number. */
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
