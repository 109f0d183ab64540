package org.dicomgateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dicomgateway.route.Stage.instance;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.config.settings.Strategy.Balance;
import org.dicomgateway.config.settings.Strategy.Failover;
import org.dicomgateway.config.settings.Strategy.Replicate;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.dicomgateway.spool.Chooser.Choice;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Instance;

class DispatchTest {

    private static final WhenRefused NEXT = WhenRefused.NEXT;

    private static Balance balance(Algorithm algorithm, Affinity affinity) {
        return new Balance(algorithm, affinity, NEXT);
    }

    private static Map<String, Integer> shares(int count, IntFunction<String> choice) {
        Map<String, Integer> shares = new HashMap<>();
        IntStream.range(0, count).forEach(i -> shares.merge(choice.apply(i), 1, Integer::sum));
        return shares;
    }

    @Property
    void copies_are_on_different_servers_that_can_be_used_and_were_not_taken(
            @ForAll("strategies") Strategy strategy,
            @ForAll("subsets") Set<String> down,
            @ForAll("subsets") Set<String> takenBefore,
            @ForAll("studies") String study) {
        Stage stage = new Stage(strategy, 1, 2, 3, 4);
        down.forEach(stage::down);
        Set<String> free = new HashSet<>(stage.servers);
        free.removeAll(down);
        free.removeAll(takenBefore);
        Set<String> taken = new HashSet<>(takenBefore);
        for (int copy = 1; copy <= 5; copy++) {
            Optional<String> chosen = stage.choose(instance(7, study), copy, taken);
            assertThat(chosen.isPresent()).isEqualTo(!free.isEmpty());
            chosen.ifPresent(server -> {
                assertThat(free.remove(server)).isTrue();
                taken.add(server);
            });
        }
    }

    @Property
    void what_belongs_together_stays_with_its_server_until_that_cannot_be_used_and_then_with_the_new_one(
            @ForAll("strategies") Strategy strategy, @ForAll("studies") String study) {
        Stage stage = new Stage(strategy, 1, 2, 3, 4);
        boolean together = strategy.affinity() != Affinity.NONE && !study.isEmpty();
        String first = stage.choose(instance(1, study));
        for (int id = 2; id < 10; id++) {
            String server = stage.choose(instance(id, study));
            assertThat(!together || server.equals(first)).isTrue();
        }
        stage.down(first);
        String second = stage.choose(instance(20, study));
        assertThat(second).isNotEqualTo(first);
        stage.up(first);
        assertThat(!together || stage.choose(instance(21, study)).equals(second))
                .isTrue();
    }

    @Property
    void two_gateways_agree_by_hash_whatever_they_chose_before(
            @ForAll("studies") String study, @ForAll("subsets") Set<String> down) {
        Strategy strategy = new Replicate(2, Algorithm.HASH, Affinity.STUDY, NEXT);
        Stage one = new Stage(strategy, 1, 2, 1, 3);
        Stage other = new Stage(strategy, 1, 2, 1, 3);
        other.choose(instance(3, "9.9.9"));
        other.pending.put("a", 5_000_000L);
        down.forEach(one::down);
        down.forEach(other::down);
        assertThat(other.choose(instance(1, study), 1, Set.of()))
                .isEqualTo(one.choose(instance(1, study), 1, Set.of()));
        assertThat(other.choose(instance(1, study), 2, Set.of("b")))
                .isEqualTo(one.choose(instance(1, study), 2, Set.of("b")));
    }

    @Example
    void failover_takes_the_first_in_order_that_can_be_used() {
        Stage stage = new Stage(new Failover(Affinity.NONE, NEXT), 1, 9, 9);
        assertThat(stage.choose(instance(1, "1.1"))).isEqualTo("a");
        stage.down("a");
        assertThat(stage.choose(instance(2, "1.1"))).isEqualTo("b");
        stage.up("a");
        assertThat(stage.choose(instance(3, "1.1"))).isEqualTo("a");
    }

    @Example
    void nobody_can_be_used_and_nothing_is_chosen() {
        Stage stage = new Stage(balance(Algorithm.ROUND_ROBIN, Affinity.STUDY), 1, 1);
        stage.down("a");
        stage.prospects.remove("b");
        assertThat(stage.choose(instance(1, "1.1"), 1, Set.of())).isEmpty();
    }

    @Example
    void round_robin_differs_by_at_most_one_study() {
        Stage stage = new Stage(balance(Algorithm.ROUND_ROBIN, Affinity.STUDY), 1, 1, 1);
        Map<String, Integer> studies = new HashMap<>();
        for (int study = 0; study < 50; study++) {
            studies.merge(stage.choose(instance(study, "1." + study)), 1, Integer::sum);
            stage.choose(instance(1_000 + study, "1." + study / 2));
        }
        assertThat(studies.values()).containsExactlyInAnyOrder(17, 17, 16);
    }

    @Example
    void replicating_in_turn_is_shared_evenly() {
        Stage stage = new Stage(new Replicate(2, Algorithm.ROUND_ROBIN, Affinity.NONE, NEXT), 1, 1, 1);
        Map<String, Integer> copies = new HashMap<>();
        for (int id = 0; id < 30; id++) {
            String first = stage.choose(instance(id, ""));
            copies.merge(first, 1, Integer::sum);
            copies.merge(stage.choose(instance(id, ""), 2, Set.of(first)).orElseThrow(), 1, Integer::sum);
        }
        assertThat(copies.values()).containsOnly(20);
    }

    @Example
    void shares_of_studies_by_weight() {
        Stage hash = new Stage(balance(Algorithm.HASH, Affinity.STUDY), 1, 2, 1);
        Map<String, Integer> byHash = shares(2_000, i -> hash.choose(instance(i, "1.2.826.0.1." + i)));
        assertThat(byHash.getOrDefault("a", 0) / 2_000.0).isCloseTo(0.25, within(0.05));
        assertThat(byHash.getOrDefault("b", 0) / 2_000.0).isCloseTo(0.5, within(0.05));
        assertThat(byHash.getOrDefault("c", 0) / 2_000.0).isCloseTo(0.25, within(0.05));

        Stage turns = new Stage(balance(Algorithm.WEIGHTED, Affinity.STUDY), 1, 2, 1);
        assertThat(shares(200, i -> turns.choose(instance(i, "1." + i)))).isEqualTo(Map.of("a", 50, "b", 100, "c", 50));
    }

    @Example
    void least_loaded_gives_a_server_a_tenth_as_fast_about_a_tenth() {
        Stage stage = new Stage(balance(Algorithm.LEAST_LOADED, Affinity.NONE), 1, 1, 1);
        stage.prospects.put("c", new DestinationStatus("c", true, true, 100_000));
        Map<String, Integer> shares = shares(2_100, i -> {
            String server = stage.choose(instance(i, ""));
            stage.pending.merge(server, (long) Stage.INSTANCE_BYTES, Long::sum);
            return server;
        });
        assertThat(shares.get("c")).isCloseTo(100, within(5));
        assertThat(shares.get("a")).isCloseTo(1_000, within(10));
    }

    @Example
    void least_loaded_does_not_pile_up_a_batch_while_the_books_lag_behind() {
        Stage stage = new Stage(balance(Algorithm.LEAST_LOADED, Affinity.NONE), 1, 1, 1);
        stage.pending.put("a", 20L * Stage.INSTANCE_BYTES);
        stage.pending.put("b", 10L * Stage.INSTANCE_BYTES);
        assertThat(shares(60, i -> stage.choose(instance(i, "")))).isEqualTo(Map.of("a", 10, "b", 20, "c", 30));
    }

    // --- a server that does not answer at the moment ------------------------------------------

    @Property
    void a_silent_server_is_passed_over_where_any_will_do_and_the_others_get_equal_shares(
            @ForAll("takingTurns") Algorithm algorithm) {
        Stage stage = new Stage(balance(algorithm, Affinity.NONE), 1, 1, 1);
        stage.silent("b");

        Map<String, Integer> shares = shares(60, i -> {
            String server = stage.choose(instance(i, ""));
            stage.pending.merge(server, (long) Stage.INSTANCE_BYTES, Long::sum);
            return server;
        });

        assertThat(shares).isEqualTo(Map.of("a", 30, "c", 30));
    }

    @Property
    void what_waits_for_a_silent_server_need_not_stay_there(@ForAll("takingTurns") Algorithm algorithm) {
        Stage stage = new Stage(balance(algorithm, Affinity.NONE), 1, 1);
        assertThat(stage.canUse("a")).isTrue();

        stage.silent("a");

        assertThat(stage.canUse("a")).isFalse();
        stage.down("b");
        assertThat(stage.canUse("a")).as("there is nobody else").isTrue();
    }

    @Example
    void when_all_are_silent_they_are_chosen_as_if_none_were() {
        Stage stage = new Stage(balance(Algorithm.ROUND_ROBIN, Affinity.NONE), 1, 1, 1);
        stage.servers.forEach(stage::silent);

        assertThat(shares(30, i -> stage.choose(instance(i, "")))).isEqualTo(Map.of("a", 10, "b", 10, "c", 10));
    }

    @Example
    void a_silent_server_keeps_the_studies_it_has_and_gets_no_new_ones() {
        Stage stage = new Stage(balance(Algorithm.ROUND_ROBIN, Affinity.STUDY), 1, 1);
        String first = stage.choose(instance(1, "1.1"));
        stage.silent(first);

        assertThat(stage.choose(instance(2, "1.1"))).isEqualTo(first);
        assertThat(shares(10, i -> stage.choose(instance(100 + i, "1." + (100 + i)))))
                .doesNotContainKey(first);
    }

    @Example
    void a_second_copy_goes_to_a_silent_server_when_the_first_is_on_the_only_other() {
        Stage stage = new Stage(new Replicate(2, Algorithm.ROUND_ROBIN, Affinity.NONE, NEXT), 1, 1);
        stage.silent("b");

        assertThat(stage.choose(instance(1, ""), 1, Set.of())).contains("a");
        assertThat(stage.choose(instance(1, ""), 2, Set.of("a"))).contains("b");
    }

    @Example
    void neither_the_order_of_a_failover_nor_a_hash_yields_to_a_pause() {
        Stage failover = new Stage(new Failover(Affinity.NONE, NEXT), 1, 1);
        failover.silent("a");
        assertThat(failover.choose(instance(1, ""))).isEqualTo("a");

        Stage hash = new Stage(balance(Algorithm.HASH, Affinity.NONE), 1, 1);
        Map<Integer, String> before = new HashMap<>();
        IntStream.range(0, 20).forEach(i -> before.put(i, hash.choose(instance(i, ""))));
        hash.silent("a");
        assertThat(before)
                .allSatisfy(
                        (i, server) -> assertThat(hash.choose(instance(i, ""))).isEqualTo(server));
    }

    @Provide
    Arbitrary<Algorithm> takingTurns() {
        return Arbitraries.of(Algorithm.ROUND_ROBIN, Algorithm.WEIGHTED, Algorithm.LEAST_LOADED);
    }

    @Example
    void keys_of_each_affinity() {
        Instance instance = instance(5, "1.7");
        assertThat(key(Affinity.NONE, instance)).isEmpty();
        assertThat(key(Affinity.SERIES, instance)).isEqualTo("1.7.1");
        assertThat(key(Affinity.STUDY, instance)).isEqualTo("1.7");
        assertThat(key(Affinity.PATIENT, instance)).isEqualTo("PAT1.7");
        assertThat(key(Affinity.NONE, instance(5, ""))).isEmpty();
        assertThat(key(Affinity.SERIES, instance(5, ""))).isEqualTo("1.2.3.5");
        assertThat(key(Affinity.STUDY, instance(5, ""))).isEqualTo("1.2.3.5");
        assertThat(key(Affinity.PATIENT, instance(5, ""))).isEqualTo("1.2.3.5");
    }

    private static String key(Affinity affinity, Instance instance) {
        return new Stage(balance(Algorithm.HASH, affinity), 1).dispatch.affinityKey(Stage.ROUTE, instance);
    }

    @Example
    void a_route_that_is_gone_chooses_in_the_order_of_the_plan_and_keeps_nothing_together() {
        Stage stage = new Stage(balance(Algorithm.ROUND_ROBIN, Affinity.STUDY), 1, 1, 1);
        assertThat(stage.dispatch.affinityKey("gone", instance(1, "1.1"))).isEmpty();
        stage.down("c");
        assertThat(stage.dispatch.choose(new Choice(
                        instance(1, "1.1"), "gone", 1, "", List.of("c", "b", "a"), Set.of(), Optional.of("a"))))
                .contains("b");
    }

    @Provide
    static Arbitrary<Strategy> strategies() {
        Arbitrary<Affinity> affinities = Arbitraries.of(Affinity.class);
        Arbitrary<Algorithm> algorithms = Arbitraries.of(Algorithm.class);
        return Arbitraries.oneOf(
                affinities.map(affinity -> new Failover(affinity, NEXT)),
                Combinators.combine(algorithms, affinities).as((by, affinity) -> new Balance(by, affinity, NEXT)),
                Combinators.combine(algorithms, affinities).as((by, affinity) -> new Replicate(2, by, affinity, NEXT)));
    }

    @Provide
    static Arbitrary<Set<String>> subsets() {
        return Arbitraries.of("a", "b", "c", "d").set();
    }

    @Provide
    static Arbitrary<String> studies() {
        return Arbitraries.oneOf(
                Arbitraries.just(""), Arbitraries.integers().between(0, 9_999).map(n -> "1.2." + n));
    }
}
