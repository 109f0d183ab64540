package org.dicomgateway.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads {@code routing.conf}. */
final class RoutingReader {

    /** Words of the language that have no meaning yet; whoever writes one must know that it is not obeyed. */
    private static final Set<String> NOT_YET = Set.of("failover", "balance", "replicate");

    private static final String BROADCAST = "broadcast";

    private final Problems problems;
    private final Map<String, Integer> lineOfRoute = new HashMap<>();

    RoutingReader(Problems problems) {
        this.problems = problems;
    }

    Supplier<RoutingSettings> read(Section root) {
        Section defaults = root.section("destination-defaults");
        DestinationReader.checkDefaults(defaults);
        Map<String, Supplier<DestinationSettings>> destinations = new LinkedHashMap<>();
        Setting<Node> list = root.node("destinations");
        Section blocks = root.section("destinations");
        blocks.blocks(defaults)
                .forEach((name, block) -> destinations.put(name, DestinationReader.read(name, block, problems)));

        Section routeDefaults = root.section("route-defaults");
        common(routeDefaults);
        routeDefaults.finish();
        // Without a readable list of destinations, every name would be reported as unknown.
        Optional<Set<String>> names =
                list.isValid() && list.get().isObject() ? Optional.of(Set.copyOf(blocks.keys())) : Optional.empty();
        List<Supplier<RouteSettings>> routes = new ArrayList<>();
        for (Section block : root.list("routes", routeDefaults)) {
            routes.add(route(block, names));
        }
        root.finish();
        return () -> {
            Map<String, DestinationSettings> byName = new LinkedHashMap<>();
            destinations.forEach((name, draft) -> byName.put(name, draft.get()));
            return new RoutingSettings(
                    byName, routes.stream().map(Supplier::get).toList());
        };
    }

    private Supplier<RouteSettings> route(Section section, Optional<Set<String>> destinations) {
        Setting<String> name = section.text("name").map(Limits::name);
        name.ifValid(text -> {
            Integer first = lineOfRoute.putIfAbsent(text, name.place().line());
            if (first != null) {
                name.reject("a route " + text + " stands already in line " + first, "give each a name of its own");
            }
        });
        Supplier<Condition> match = ConditionReader.match(section.section("match"));
        Setting<List<String>> to = section.texts("to", text -> destination(text, destinations));
        Common common = common(section);
        section.finish();
        return () -> new RouteSettings(
                name.get(),
                match.get(),
                common.fallback.get(),
                common.strategy.get(),
                to.get(),
                common.priority.get(),
                Schedule.ALWAYS);
    }

    /** What routes can have in common. */
    private record Common(Setting<Boolean> fallback, Setting<Strategy> strategy, Setting<Integer> priority) {}

    private static Common common(Section section) {
        return new Common(
                section.flag("fallback"),
                section.text("strategy").map(RoutingReader::strategy),
                section.integer("priority", -1_000, 1_000));
    }

    private static Strategy strategy(String text) {
        if (text.equals(BROADCAST)) {
            return new Strategy.Broadcast();
        }
        if (NOT_YET.contains(text)) {
            throw new IllegalArgumentException(
                    "the strategy " + text + " is not supported by this version; use " + BROADCAST);
        }
        throw new IllegalArgumentException(
                "no strategy: '" + text + "'; " + Suggestions.remedy(text, List.of(BROADCAST)));
    }

    private static String destination(String text, Optional<Set<String>> known) {
        if (known.isPresent() && !known.get().contains(text)) {
            throw new IllegalArgumentException("no destination is called '" + text + "'; "
                    + Suggestions.remedy(text, known.get().stream().sorted().toList()));
        }
        return text;
    }
}
