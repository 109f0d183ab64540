package org.dicomgateway.route;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Algorithm;

/**
 * Sorts the candidates of a delivery, best first. Every candidate is in the result exactly once. Pure: the same
 * candidates, key and turn give the same order on every gateway.
 */
enum Ranking {

    /** The order in the route: failover. */
    AS_GIVEN {
        @Override
        List<Candidate> rank(List<Candidate> candidates, String key, long turn) {
            return List.copyOf(candidates);
        }
    },

    /** Each candidate in turn. */
    ROUND_ROBIN {
        @Override
        List<Candidate> rank(List<Candidate> candidates, String key, long turn) {
            return rotated(candidates, turn);
        }
    },

    /** Each candidate in turn, in proportion to its weight, spread as evenly as possible. */
    WEIGHTED {
        @Override
        List<Candidate> rank(List<Candidate> candidates, String key, long turn) {
            return List.copyOf(new LinkedHashSet<>(rotated(smoothSequence(candidates), turn)));
        }
    },

    /** The candidate that will finish first; in turn when several are equal. */
    LEAST_LOADED {
        @Override
        List<Candidate> rank(List<Candidate> candidates, String key, long turn) {
            return sorted(rotated(candidates, turn), Candidate::secondsWaiting);
        }
    },

    /**
     * Weighted rendezvous hashing of the key. The same key always goes to the same candidate. Each candidate gets a
     * share of the keys in proportion to its weight. When one is missing, only its keys move. The order in the route
     * does not matter.
     */
    HASH {
        @Override
        List<Candidate> rank(List<Candidate> candidates, String key, long turn) {
            return sorted(candidates, candidate -> -Math.log(unitHash(candidate, key)) / candidate.weight());
        }
    };

    /** The ranking of a strategy. The number of copies is handled elsewhere. */
    static Ranking of(Strategy strategy) {
        return strategy.match(
                broadcast -> AS_GIVEN,
                failover -> AS_GIVEN,
                balance -> of(balance.algorithm()),
                replicate -> of(replicate.algorithm()));
    }

    private static Ranking of(Algorithm algorithm) {
        return switch (algorithm) {
            case ROUND_ROBIN -> ROUND_ROBIN;
            case WEIGHTED -> WEIGHTED;
            case LEAST_LOADED -> LEAST_LOADED;
            case HASH -> HASH;
        };
    }

    /** Whether the result depends on the turn. */
    boolean takesTurns() {
        return this != AS_GIVEN && this != HASH;
    }

    /**
     * Sorts the candidates, best first.
     *
     * @param key the key of instances that belong together; only {@link #HASH} uses it
     * @param turn the number of choices of the route so far, from 0; the rotating rankings use it
     */
    abstract List<Candidate> rank(List<Candidate> candidates, String key, long turn);

    private static <T> List<T> rotated(List<T> items, long turn) {
        if (items.isEmpty()) {
            return List.of();
        }
        int first = (int) Math.floorMod(turn, (long) items.size());
        List<T> rotated = new ArrayList<>(items.subList(first, items.size()));
        rotated.addAll(items.subList(0, first));
        return rotated;
    }

    private static List<Candidate> sorted(List<Candidate> candidates, ToDoubleFunction<Candidate> cost) {
        return candidates.stream()
                .map(candidate -> new Costed(candidate, cost.applyAsDouble(candidate)))
                .sorted(Comparator.comparingDouble(Costed::cost))
                .map(Costed::candidate)
                .toList();
    }

    private record Costed(Candidate candidate, double cost) {}

    /**
     * A round in which each candidate appears in proportion to its weight, without blocks: each place goes to the
     * candidate that is furthest behind its share. Weights are divided by their common divisor. The length of the
     * round is the sum of the reduced weights.
     */
    private static List<Candidate> smoothSequence(List<Candidate> candidates) {
        int divisor = candidates.stream().mapToInt(Candidate::weight).reduce(0, Ranking::commonDivisor);
        int places = candidates.stream().mapToInt(Candidate::weight).sum() / Math.max(1, divisor);
        long[] behind = new long[candidates.size()];
        List<Candidate> sequence = new ArrayList<>(places);
        for (int place = 0; place < places; place++) {
            int next = 0;
            for (int i = 0; i < behind.length; i++) {
                behind[i] += candidates.get(i).weight() / divisor;
                next = behind[i] > behind[next] ? i : next;
            }
            behind[next] -= places;
            sequence.add(candidates.get(next));
        }
        return sequence;
    }

    private static int commonDivisor(int a, int b) {
        return b == 0 ? a : commonDivisor(b, a % b);
    }

    /**
     * A number in (0, 1], evenly distributed over keys: 53 bits of the SHA-256 of destination, a zero byte, and key.
     */
    private static double unitHash(Candidate candidate, String key) {
        MessageDigest digest = sha256();
        digest.update(candidate.destination().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        byte[] hash = digest.digest(key.getBytes(StandardCharsets.UTF_8));
        return ((ByteBuffer.wrap(hash).getLong() >>> 11) + 1) * 0x1.0p-53;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
