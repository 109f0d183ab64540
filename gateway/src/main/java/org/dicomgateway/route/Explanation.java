package org.dicomgateway.route;

import java.util.List;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/**
 * Explains where an instance goes: every route with every condition, and the destinations. Pure, as the rules are.
 * When a choice depends on load or health, the explanation says that it is made later.
 *
 * @param routes all routes, in the order of the file
 * @param legs one for each copy; empty: no route applies, and the instance would be held
 */
public record Explanation(List<Route> routes, List<Leg> legs) {

    /** Copies both. */
    public Explanation {
        routes = List.copyOf(routes);
        legs = List.copyOf(legs);
    }

    /** The result for a route. */
    public enum Outcome {
        /** The route applies to the instance. */
        APPLIES,
        /** A condition is not met. */
        DIFFERS,
        /** A fallback route whose conditions are met, but another route that is not a fallback applies. */
        NOT_NEEDED
    }

    /**
     * One route.
     *
     * @param name its name
     * @param strategy its strategy, as written in the rules
     * @param findings its conditions; empty: the route applies to every instance
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
     * @param condition the condition in words, without its nested conditions
     * @param holds whether it is met
     * @param actual the value of the instance; {@code matches}, {@code differs} or {@code absent} for an attribute
     *     that could identify a patient; empty for a condition that only groups others
     * @param parts the nested conditions
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
     * @param route the route that sends it
     * @param copy the number of the copy within the route
     * @param destinations the possible destinations, best first as far as known
     * @param decided whether the order is final
     * @param remark how the choice is made; may be empty
     */
    public record Leg(String route, int copy, List<String> destinations, boolean decided, String remark) {

        /** Copies the list. */
        public Leg {
            destinations = List.copyOf(destinations);
        }
    }

    /** Explains what a table does with an instance. Shows the values of all attributes only with {@code showValues}. */
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
