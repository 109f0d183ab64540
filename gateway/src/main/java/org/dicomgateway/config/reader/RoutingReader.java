package org.dicomgateway.config.reader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Reference;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.transform.TransformSettings;

/** Reads {@code routing.conf}. */
public final class RoutingReader {

    private static final String DESTINATION = "a destination, or to destination-defaults";

    private final Problems problems;
    private final Map<String, Integer> lineOfRoute = new HashMap<>();

    public RoutingReader(Problems problems) {
        this.problems = problems;
    }

    /** The settings, which can be read when no problem was reported. */
    public record Draft(
            Supplier<RoutingSettings> settings,
            List<DestinationReader.Draft> destinations,
            List<RouteDraft> routes,
            Map<String, TransformReader.Draft> transforms) {}

    /** A route and its place. */
    record RouteDraft(
            SourceLocation sourceLocation,
            SourceLocation strategy,
            SourceLocation match,
            Supplier<RouteSettings> settings) {}

    public Draft read(Section root) {
        Section defaults = root.section("destination-defaults");
        DestinationReader.checkDefaults(defaults);
        Map<String, TransformReader.Draft> transforms = TransformReader.read(root.section("transforms"));
        Map<String, DestinationReader.Draft> destinations = new LinkedHashMap<>();
        Setting<Node> list = root.node("destinations");
        Section blocks = root.section("destinations");
        blocks.blocks(defaults)
                .forEach((name, block) ->
                        destinations.put(name, DestinationReader.read(name, block, transforms, problems)));

        Section routeDefaults = root.section("route-defaults");
        StrategyReader.read(routeDefaults);
        common(routeDefaults);
        routeDefaults.belong(Reference.keys("destination-defaults"), DESTINATION);
        routeDefaults.finish();
        // If the list of destinations is unreadable, skip this check: it would report every name as unknown.
        Optional<Set<String>> names =
                list.isValid() && list.get().isObject() ? Optional.of(Set.copyOf(blocks.keys())) : Optional.empty();
        List<RouteDraft> routes = new ArrayList<>();
        for (Section block : root.list("routes", routeDefaults)) {
            routes.add(route(
                    block,
                    names,
                    name -> destinations.containsKey(name)
                            && DestinationReader.profiled(
                                    Optional.ofNullable(destinations.get(name))
                                            .orElseThrow()
                                            .transforms(),
                                    transforms)));
        }
        root.finish();
        return new Draft(
                () -> settings(destinations, routes, transforms),
                List.copyOf(destinations.values()),
                routes,
                transforms);
    }

    private static RoutingSettings settings(
            Map<String, DestinationReader.Draft> destinations,
            List<RouteDraft> routes,
            Map<String, TransformReader.Draft> transforms) {
        Map<String, TransformSettings> all = new LinkedHashMap<>();
        transforms.forEach((name, draft) -> all.put(name, draft.settings().get()));
        Map<String, DestinationSettings> byName = new LinkedHashMap<>();
        destinations.forEach((name, draft) -> byName.put(name, draft.settings().get()));
        return new RoutingSettings(
                byName, routes.stream().map(route -> route.settings.get()).toList(), all);
    }

    private RouteDraft route(Section section, Optional<Set<String>> destinations, Predicate<String> deidentifies) {
        Setting<String> name = section.text("name").map(Limits::name);
        name.ifValid(text -> {
            Integer first = lineOfRoute.putIfAbsent(text, name.sourceLocation().line());
            if (first != null) {
                name.reject("there is already a route " + text + " in line " + first, "give each route its own name");
            }
        });
        Section match = section.section("match");
        Supplier<Condition> condition = ConditionReader.match(match);
        Setting<List<String>> to = section.texts("to", text -> destination(text, destinations));
        StrategyReader.Draft strategy = StrategyReader.read(section, to);
        Common common = common(section);
        section.belong(Reference.keys("destination-defaults"), DESTINATION);
        section.finish();
        SourceLocation chosen =
                section.isWritten("strategy") ? strategy.word().sourceLocation() : section.sourceLocation();
        StrategyReader.checkIdentity(strategy, chosen, to, deidentifies, problems);
        return new RouteDraft(
                section.sourceLocation(),
                chosen,
                match.sourceLocation(),
                () -> new RouteSettings(
                        name.get(),
                        condition.get(),
                        common.fallback.get(),
                        strategy.get(),
                        to.get(),
                        common.priority.get(),
                        common.schedule.get(),
                        strategy.requires()));
    }

    /** The settings that routes can have in common, except the strategy. */
    private record Common(Setting<Boolean> fallback, Setting<Integer> priority, Setting<Schedule> schedule) {}

    private static Common common(Section section) {
        return new Common(
                section.flag("fallback"),
                section.integer("priority", -1_000, 1_000),
                ScheduleReader.read(section.section("schedule")));
    }

    private static String destination(String text, Optional<Set<String>> known) {
        if (known.isPresent() && !known.get().contains(text)) {
            throw new IllegalArgumentException("no destination is called '" + text + "'; "
                    + Suggestions.remedy(text, known.get().stream().sorted().toList()));
        }
        return text;
    }
}
