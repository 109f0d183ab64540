package org.dicomgateway.route;

import java.util.List;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/**
 * Why an instance goes where it goes: every route with every condition, and the destinations. Pure, as the rules are;
 * what is decided only when the instance is there, by load or health, is said to be.
 *
 * @param routes all of them, in the order of the file
 * @param legs one for each copy; empty: no route applies, the instance would be held
 */
public record Explanation(List<Route> routes, List<Leg> legs) {

    /** Copies both. */
    public Explanation {
        routes = List.copyOf(routes);
        legs = List.copyOf(legs);
    }

    /** What became of a route. */
    public enum Outcome {
        /** The instance goes where it says. */
        APPLIES,
        /** A condition is not met. */
        DIFFERS,
        /** A fallback whose conditions are met, but so are those of another route that is none. */
        NOT_NEEDED
    }

    /**
     * One route.
     *
     * @param name its name
     * @param strategy its strategy, as it is written
     * @param findings its conditions; empty: it wants every instance
     */
    public record Route(String name, String strategy, boolean fallback, Outcome outcome, List<Finding> findings) {

        /** Copies the list. */
        public Route {
            findings = List.copyOf(findings);
        }
    }

    /**
     * One condition.
     *
     * @param condition as an operator would say it; without the conditions within it, when it has some
     * @param holds whether it is met
     * @param actual what the instance has; {@code matches}, {@code differs} or {@code absent} for what may tell of a
     *     patient; empty for a condition that only holds others
     * @param parts the conditions within it
     */
    public record Finding(String condition, boolean holds, String actual, List<Finding> parts) {

        /** Copies the list. */
        public Finding {
            parts = List.copyOf(parts);
        }
    }

    /**
     * One copy of the instance.
     *
     * @param route the route that wants it
     * @param copy which of that route's copies
     * @param destinations who may get it, best first as far as that is known
     * @param decided whether the order is the one in which they would be used
     * @param remark how the choice is made; empty when there is none
     */
    public record Leg(String route, int copy, List<String> destinations, boolean decided, String remark) {

        /** Copies the list. */
        public Leg {
            destinations = List.copyOf(destinations);
        }
    }

    /** Explains what a table does with an instance; shows the values of its attributes only when asked to. */
    public static Explanation of(RoutingTable table, InstanceHeader header, Origin origin, boolean showValues) {
        List<String> applied = table.applicable(header, origin).stream()
                .map(RouteSettings::name)
                .toList();
        Findings findings = new Findings(header, origin, showValues);
        List<Route> routes = table.routes().stream()
                .map(route -> {
                    MatchTrace matchTrace = MatchTrace.of(route.match(), header, origin);
                    Outcome outcome = applied.contains(route.name())
                            ? Outcome.APPLIES
                            : matchTrace.holds() ? Outcome.NOT_NEEDED : Outcome.DIFFERS;
                    return new Route(
                            route.name(),
                            route.strategy().word(),
                            route.fallback(),
                            outcome,
                            findings.parts(matchTrace));
                })
                .toList();
        return new Explanation(routes, new RoutingPreview(table, header).legs(table.plan(header, origin)));
    }
}
