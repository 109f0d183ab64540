package org.dicomgateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Condition.AllOf;
import org.dicomgateway.config.match.Condition.Value;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Field.Kind;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.junit.jupiter.api.Test;

class RoutingTableTest {

    private static final Condition EVERY_INSTANCE = new AllOf(List.of());

    private static Condition modality(String pattern) {
        return new Value(new Field(Kind.ATTRIBUTE, Instances.MODALITY, "modality"), Wildcard.of(pattern));
    }

    private static RouteSettings route(String name, Condition match, boolean fallback, int priority, String... to) {
        return new RouteSettings(
                name,
                match,
                fallback,
                new Strategy.Broadcast(),
                List.of(to),
                priority,
                Schedule.ALWAYS,
                RouteSettings.CommitOn.ALL,
                Optional.empty());
    }

    private static RouteSettings route(String name, Strategy strategy, List<String> to) {
        return new RouteSettings(
                name,
                EVERY_INSTANCE,
                false,
                strategy,
                to,
                0,
                Schedule.ALWAYS,
                RouteSettings.CommitOn.ALL,
                Optional.empty());
    }

    private static Plan plan(String modality, RouteSettings... routes) {
        return RoutingTable.of(new RoutingSettings(Map.of(), List.of(routes)), 7)
                .plan(Instances.ofModality(modality), Instances.ORIGIN);
    }

    private static PlannedDelivery delivery(String route, int copy, String destination, int priority) {
        return new PlannedDelivery(route, copy, List.of(destination), priority, false);
    }

    @Test
    void broadcast_is_a_delivery_for_each_destination_in_the_order_of_the_route() {
        assertThat(plan("CT", route("all", EVERY_INSTANCE, false, 3, "c", "a", "b")))
                .isEqualTo(new Plan(
                        7,
                        List.of(delivery("all", 1, "c", 3), delivery("all", 2, "a", 3), delivery("all", 3, "b", 3))));
    }

    @Test
    void every_route_that_matches_applies() {
        Plan plan = plan(
                "CT",
                route("ct", modality("CT"), false, 0, "a"),
                route("mr", modality("MR"), false, 0, "b"),
                route("any", modality("*"), false, 0, "c"));
        assertThat(plan.deliveries()).containsExactly(delivery("ct", 1, "a", 0), delivery("any", 1, "c", 0));
    }

    @Test
    void a_fallback_applies_only_when_no_other_does_wherever_it_stands() {
        RouteSettings fallback = route("rest", EVERY_INSTANCE, true, 0, "z");
        RouteSettings ct = route("ct", modality("CT"), false, 0, "a");
        assertThat(plan("CT", fallback, ct).deliveries()).containsExactly(delivery("ct", 1, "a", 0));
        assertThat(plan("MR", fallback, ct).deliveries()).containsExactly(delivery("rest", 1, "z", 0));
    }

    @Test
    void fallbacks_have_conditions_too_and_all_that_match_apply() {
        RouteSettings[] fallbacks = {
            route("us", modality("US"), true, 0, "a"),
            route("mr", modality("MR"), true, 0, "b"),
            route("any", EVERY_INSTANCE, true, 0, "c")
        };
        assertThat(plan("MR", fallbacks).deliveries())
                .containsExactly(delivery("mr", 1, "b", 0), delivery("any", 1, "c", 0));
    }

    @Test
    void what_no_route_wants_has_an_empty_plan_with_the_version_of_the_rules() {
        assertThat(plan("CT", route("mr", modality("MR"), false, 0, "a"))).isEqualTo(new Plan(7, List.of()));
        assertThat(plan("CT")).isEqualTo(new Plan(7, List.of()));
    }

    @Test
    void a_destination_of_two_routes_gets_the_instance_once_for_the_first() {
        Plan plan = plan(
                "CT",
                route("urgent", EVERY_INSTANCE, false, 9, "b"),
                route("all", EVERY_INSTANCE, false, 0, "a", "b", "c"));
        assertThat(plan.deliveries())
                .containsExactly(delivery("urgent", 1, "b", 9), delivery("all", 1, "a", 0), delivery("all", 2, "c", 0));
    }

    @Test
    void what_is_chosen_later_is_one_delivery_with_all_candidates() {
        List<String> all = List.of("b", "a", "c");
        Strategy failover = new Strategy.Failover(Affinity.STUDY, WhenRefused.NEXT);
        Strategy balance = new Strategy.Balance(Algorithm.HASH, Affinity.NONE, WhenRefused.PARK);
        Plan plan = plan("CT", route("f", failover, all), route("b", balance, all));
        assertThat(plan.deliveries())
                .containsExactly(new PlannedDelivery("f", 1, all, 0, true), new PlannedDelivery("b", 1, all, 0, false));
    }

    @Test
    void replicate_is_a_delivery_for_each_copy_with_all_candidates() {
        List<String> all = List.of("a", "b", "c");
        Strategy replicate = new Strategy.Replicate(2, Algorithm.HASH, Affinity.NONE, WhenRefused.NEXT);
        assertThat(plan("CT", route("r", replicate, all)).deliveries())
                .containsExactly(new PlannedDelivery("r", 1, all, 0, true), new PlannedDelivery("r", 2, all, 0, true));
    }

    @Test
    void a_choice_of_one_is_made_and_serves_other_routes_too() {
        Strategy failover = new Strategy.Failover(Affinity.STUDY, WhenRefused.NEXT);
        Plan plan = plan(
                "CT",
                route("f", failover, List.of("a")),
                route("all", new Strategy.Broadcast(), List.of("a", "b")),
                route("g", failover, List.of("a", "b")));
        assertThat(plan.deliveries())
                .containsExactly(
                        new PlannedDelivery("f", 1, List.of("a"), 0, true),
                        new PlannedDelivery("all", 1, List.of("b"), 0, false),
                        new PlannedDelivery("g", 1, List.of("a", "b"), 0, true));
    }

    @Property
    void a_plan_names_each_destination_of_the_routes_that_apply_once(
            @ForAll("tables") List<RouteSettings> routes, @ForAll("modalities") String modality) {
        Plan plan = plan(modality, routes.toArray(RouteSettings[]::new));
        List<RouteSettings> matching = routes.stream()
                .filter(route -> MatchTrace.of(route.match(), Instances.ofModality(modality), Instances.ORIGIN)
                        .holds())
                .toList();
        boolean regular = matching.stream().anyMatch(route -> !route.fallback());
        Set<String> expected = new LinkedHashSet<>();
        matching.stream().filter(route -> route.fallback() != regular).forEach(route -> expected.addAll(route.to()));

        assertThat(plan.deliveries())
                .extracting(delivery -> delivery.candidates().get(0))
                .containsExactlyElementsOf(expected);
        Set<String> copies = new HashSet<>();
        assertThat(plan.deliveries()).allMatch(delivery -> copies.add(delivery.route() + "/" + delivery.copy()));
    }

    @Provide
    Arbitrary<String> modalities() {
        return Arbitraries.of("CT", "MR", "US");
    }

    @Provide
    Arbitrary<List<RouteSettings>> tables() {
        Arbitrary<Condition> match = Arbitraries.of(modality("CT"), modality("MR"), modality("*"), modality("X?"));
        Arbitrary<List<String>> to =
                Arbitraries.of("a", "b", "c", "d").list().uniqueElements().ofMinSize(1);
        Arbitrary<RouteSettings> route = Combinators.combine(match, Arbitraries.of(true, false), to)
                .as((condition, fallback, names) -> new RouteSettings(
                        "?",
                        condition,
                        fallback,
                        new Strategy.Broadcast(),
                        names,
                        0,
                        Schedule.ALWAYS,
                        RouteSettings.CommitOn.ALL,
                        Optional.empty()));
        return route.list().ofMaxSize(6).map(RoutingTableTest::numbered);
    }

    private static List<RouteSettings> numbered(List<RouteSettings> routes) {
        return IntStream.range(0, routes.size())
                .mapToObj(i -> {
                    RouteSettings route = routes.get(i);
                    return new RouteSettings(
                            "r" + i,
                            route.match(),
                            route.fallback(),
                            route.strategy(),
                            route.to(),
                            route.priority(),
                            route.schedule(),
                            RouteSettings.CommitOn.ALL,
                            Optional.empty());
                })
                .toList();
    }
}
