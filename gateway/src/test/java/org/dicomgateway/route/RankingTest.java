package org.dicomgateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class RankingTest {

    private static final Candidate ONE = new Candidate("orthanc1", 1, 0);
    private static final Candidate TWO = new Candidate("orthanc2", 2, 0);
    private static final Candidate THREE = new Candidate("orthanc3", 1, 0);
    private static final List<Candidate> ALL = List.of(ONE, TWO, THREE);

    @Property
    void every_candidate_is_ranked_exactly_once(
            @ForAll("candidates") List<Candidate> candidates,
            @ForAll Ranking ranking,
            @ForAll String key,
            @ForAll long turn) {
        assertThat(ranking.rank(candidates, key, turn)).containsExactlyInAnyOrderElementsOf(candidates);
    }

    @Property
    void round_robin_gives_equal_shares_wherever_it_begins(
            @ForAll("candidates") List<Candidate> candidates, @ForAll @LongRange(min = 0, max = 1L << 40) long first) {
        int rounds = 7;
        Map<String, Integer> shares = shares(
                candidates.size() * rounds,
                i -> Ranking.ROUND_ROBIN.rank(candidates, "", first + i).get(0));
        assertThat(shares.values()).containsOnly(rounds);
    }

    @Property(tries = 200)
    void weighted_gives_shares_by_weight(
            @ForAll("candidates") List<Candidate> candidates, @ForAll @LongRange(min = 0, max = 1000) long first) {
        int round = candidates.stream().mapToInt(Candidate::weight).sum();
        Map<String, Integer> shares = shares(
                round, i -> Ranking.WEIGHTED.rank(candidates, "", first + i).get(0));
        candidates.forEach(candidate ->
                assertThat(shares.getOrDefault(candidate.destination(), 0)).isEqualTo(candidate.weight()));
    }

    @Example
    void weighted_spreads_the_heavier_ones() {
        assertThat(IntStream.range(0, 8)
                        .mapToObj(i -> Ranking.WEIGHTED.rank(ALL, "", i).get(0).destination())
                        .toList())
                .containsExactly(
                        "orthanc2", "orthanc1", "orthanc3", "orthanc2", "orthanc2", "orthanc1", "orthanc3", "orthanc2");
    }

    @Property
    void least_loaded_never_prefers_who_is_busier(
            @ForAll("candidates") List<Candidate> candidates, @ForAll @LongRange(min = 0) long turn) {
        assertThat(Ranking.LEAST_LOADED.rank(candidates, "", turn))
                .extracting(Candidate::secondsWaiting)
                .isSorted();
    }

    @Example
    void least_loaded_takes_turns_among_the_idle() {
        assertThat(shares(30, i -> Ranking.LEAST_LOADED.rank(ALL, "", i).get(0)).values())
                .containsOnly(10);
    }

    @Example
    void hash_gives_shares_by_weight() {
        Map<String, Integer> shares = shares(
                10_000, i -> Ranking.HASH.rank(ALL, "1.2.826.0.1." + i, 0).get(0));
        assertThat(share(shares, "orthanc1")).isCloseTo(0.25, within(0.02));
        assertThat(share(shares, "orthanc2")).isCloseTo(0.5, within(0.02));
        assertThat(share(shares, "orthanc3")).isCloseTo(0.25, within(0.02));
    }

    @Property
    void when_one_is_missing_only_its_keys_move(@ForAll("candidates") List<Candidate> candidates, @ForAll String key) {
        List<Candidate> all = Ranking.HASH.rank(candidates, key, 0);
        for (Candidate missing : candidates) {
            List<Candidate> rest =
                    candidates.stream().filter(c -> !c.equals(missing)).toList();
            List<Candidate> expected =
                    all.stream().filter(c -> !c.equals(missing)).toList();
            assertThat(Ranking.HASH.rank(rest, key, 0)).isEqualTo(expected);
        }
    }

    @Property
    void hash_does_not_ask_for_the_order_of_the_route(
            @ForAll("candidates") List<Candidate> candidates, @ForAll String key) {
        List<Candidate> sorted = candidates.stream()
                .sorted((a, b) -> b.destination().compareTo(a.destination()))
                .toList();
        assertThat(Ranking.HASH.rank(sorted, key, 0)).isEqualTo(Ranking.HASH.rank(candidates, key, 0));
    }

    @Example
    void hash_is_the_same_on_every_gateway_and_in_every_release() {
        assertThat(List.of("1.2.3", "1.2.4", "1.2.5", "1.2.6").stream()
                        .map(key -> Ranking.HASH.rank(ALL, key, 0).get(0).destination())
                        .toList())
                .containsExactly("orthanc2", "orthanc1", "orthanc3", "orthanc3");
    }

    private static double share(Map<String, Integer> shares, String destination) {
        return shares.getOrDefault(destination, 0) / 10_000.0;
    }

    @Provide
    static Arbitrary<List<Candidate>> candidates() {
        Arbitrary<Candidate> one = Combinators.combine(
                        Arbitraries.integers().between(1, 30),
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.doubles().between(0, 1000))
                .as((n, weight, load) -> new Candidate("server" + n, weight, load));
        return one.list().ofMinSize(1).ofMaxSize(8).uniqueElements(Candidate::destination);
    }

    private static Map<String, Integer> shares(int count, IntFunction<Candidate> choice) {
        Map<String, Integer> shares = new HashMap<>();
        IntStream.range(0, count).forEach(i -> shares.merge(choice.apply(i).destination(), 1, Integer::sum));
        return shares;
    }
}
