package org.dicomgateway.config.reader;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dicomgateway.config.events.ReceiverSettings;
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
import org.dicomgateway.config.settings.RouteSettings.Hold;
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
            Map<String, TransformReader.Draft> transforms,
            Map<String, EventsReader.Draft> receivers) {}

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
        Map<String, EventsReader.Draft> receivers =
                EventsReader.read(root.section("events"), root.section("event-defaults"));
        root.finish();
        return new Draft(
                () -> settings(destinations, routes, transforms, receivers),
                List.copyOf(destinations.values()),
                routes,
                transforms,
                receivers);
    }

    private static RoutingSettings settings(
            Map<String, DestinationReader.Draft> destinations,
            List<RouteDraft> routes,
            Map<String, TransformReader.Draft> transforms,
            Map<String, EventsReader.Draft> receivers) {
        Map<String, TransformSettings> all = new LinkedHashMap<>();
        transforms.forEach((name, draft) -> all.put(name, draft.settings().get()));
        Map<String, DestinationSettings> byName = new LinkedHashMap<>();
        destinations.forEach((name, draft) -> byName.put(name, draft.settings().get()));
        Map<String, ReceiverSettings> told = new LinkedHashMap<>();
        receivers.forEach((name, draft) -> told.put(name, draft.settings().get()));
        return new RoutingSettings(
                byName, routes.stream().map(route -> route.settings.get()).toList(), all, told);
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
                        strategy.requires(),
                        common.hold.get()));
    }

    /** The settings that routes can have in common, except the strategy. */
    private record Common(
            Setting<Boolean> fallback,
            Setting<Integer> priority,
            Setting<Schedule> schedule,
            Supplier<Optional<Hold>> hold) {}

    /** Until when a route holds its deliveries. */
    private enum HoldUntil {
        NONE,
        STUDY_COMPLETE
    }

    private static Common common(Section section) {
        return new Common(
                section.flag("fallback"),
                section.integer("priority", -1_000, 1_000),
                ScheduleReader.read(section.section("schedule")),
                hold(section));
    }

    private static Supplier<Optional<Hold>> hold(Section section) {
        Setting<HoldUntil> until = section.word("hold-until", HoldUntil.class);
        Setting<Duration> atMost = section.duration("hold-at-most", EventsReader.MIN_QUIET, EventsReader.MAX_QUIET);
        Setting<Duration> quiet = section.duration("hold-quiet", EventsReader.MIN_QUIET, EventsReader.MAX_QUIET)
                .checkWith(
                        atMost,
                        (rest, longest) -> rest.compareTo(longest) <= 0,
                        (rest, longest) -> "hold-quiet is longer than hold-at-most, so no study would be waited for",
                        "lower hold-quiet or raise hold-at-most");
        return () ->
                until.get() == HoldUntil.NONE ? Optional.empty() : Optional.of(new Hold(quiet.get(), atMost.get()));
    }

    private static String destination(String text, Optional<Set<String>> known) {
        if (known.isPresent() && !known.get().contains(text)) {
            throw new IllegalArgumentException("no destination is called '" + text + "'; "
                    + Suggestions.remedy(text, known.get().stream().sorted().toList()));
        }
        return text;
    }
}
