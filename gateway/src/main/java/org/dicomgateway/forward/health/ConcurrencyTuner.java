package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out by how many associations a server takes most, while there is more to do than it can take. Now and then it
 * has fewer or more used for a second, in turn with as many as before, twice; what was better both times stays. So a
 * change in what is sent, or in what else the server does, is hardly taken for a difference that associations make.
 * When none of the neighbours was better, it rests longer each time: half an hour in the end.
 *
 * <p>Begins with as many as are allowed, and never asks for more. Without clock and threads; for one thread at a time.
 */
public final class ConcurrencyTuner {

    /** There must be too much to do for so long, without a break, before it looks. */
    public static final Duration STEADY = Duration.ofSeconds(10);

    /** So long after a number was changed, and when as many are at work, a measurement begins. */
    private static final Duration SETTLE = Duration.ofMillis(200);

    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** In a window, and for each association. */
    private static final int LEAST_STORES = 40;

    private static final int LEAST_STORES_EACH = 4;

    /** A window, and waiting for it, that takes longer says nothing. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private static final int WINDOWS = 4;
    private static final double BETTER = 1.05;

    /** An instance costs an Orthanc as much as so many bytes more of it would. */
    private static final double BYTES_PER_INSTANCE = 192 * 1024;

    private static final Duration BETWEEN = Duration.ofSeconds(5);
    private static final Duration FIRST_REST = Duration.ofMinutes(1);
    private static final Duration LAST_REST = Duration.ofMinutes(32);

    private final int max;
    private int best;
    private int turn;
    private Duration rest = FIRST_REST;
    private Instant next = Instant.MIN;
    private @Nullable Instant busySince;
    private @Nullable Trial trial;

    /**
     * A number of associations that turned out better.
     *
     * @param rate of it, over that of the number before
     */
    public record Found(int before, int now, double rate) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "takes %.2f times as much by %d associations as by %d", rate, now, before);
        }
    }

    /** Windows of the best number known and another, in turn. */
    private static final class Trial {
        private final int best;
        private final int other;
        private final List<Double> rates = new ArrayList<>();
        private Instant begin;
        private boolean measuring;
        private double work;
        private int stores;

        Trial(int best, int other, Instant now) {
            this.best = best;
            this.other = other;
            this.begin = now;
        }

        int limit() {
            return rates.size() % 2 == 0 ? best : other;
        }

        void stored(long bytes, int busy, Instant now) {
            if (measuring) {
                work += bytes + BYTES_PER_INSTANCE;
                stores++;
                double seconds = Duration.between(begin, now).toNanos() / 1e9;
                if (seconds >= WINDOW.toSeconds() && stores >= Math.max(LEAST_STORES, LEAST_STORES_EACH * limit())) {
                    rates.add(work / seconds);
                    measuring = false;
                    begin = now;
                }
            } else if (busy == limit() && Duration.between(begin, now).compareTo(SETTLE) >= 0) {
                measuring = true;
                begin = now;
                work = 0;
                stores = 0;
            }
        }

        boolean isOver() {
            return rates.size() == WINDOWS;
        }

        boolean saysNothing(Instant now) {
            Duration took = Duration.between(begin, now);
            return took.isNegative() || took.compareTo(LONGEST) > 0;
        }

        boolean isBetter() {
            return Math.min(rates.get(1), rates.get(3)) > BETTER * Math.max(rates.get(0), rates.get(2));
        }

        Found found() {
            return new Found(best, other, (rates.get(1) + rates.get(3)) / (rates.get(0) + rates.get(2)));
        }
    }

    public ConcurrencyTuner(int max) {
        this.max = max;
        this.best = max;
    }

    /** How many are to be used now. */
    public int limit() {
        return trial == null ? best : trial.limit();
    }

    /** How many it takes most by, as far as is known. */
    public int best() {
        return best;
    }

    /**
     * An instance was stored, and others wait.
     *
     * @param busy how many associations are at work
     * @return what was found out just now
     */
    public Optional<Found> stored(long bytes, int busy, Instant now) {
        if (busySince == null || now.isBefore(busySince)) {
            busySince = now;
        }
        if (trial == null) {
            beginIfDue(busySince, now);
            return Optional.empty();
        }
        trial.stored(bytes, busy, now);
        if (trial.isOver()) {
            return conclude(trial, now);
        }
        if (trial.saysNothing(now)) {
            fruitless(now);
        }
        return Optional.empty();
    }

    /** There was nothing to do, or something else is the matter: what is being measured says nothing. */
    public void disturbed(Instant now) {
        busySince = null;
        if (trial != null) {
            fruitless(now);
        }
    }

    private void beginIfDue(Instant since, Instant now) {
        boolean steady = Duration.between(since, now).compareTo(STEADY) >= 0;
        if (max > 1 && steady && !now.isBefore(next)) {
            trial = new Trial(best, others().get(turn), now);
        }
    }

    private Optional<Found> conclude(Trial done, Instant now) {
        if (!done.isBetter()) {
            fruitless(now);
            return Optional.empty();
        }
        best = done.other;
        trial = null;
        turn = 0;
        rest = FIRST_REST;
        next = now;
        return Optional.of(done.found());
    }

    private void fruitless(Instant now) {
        trial = null;
        turn++;
        if (turn < others().size()) {
            next = now.plus(BETWEEN);
        } else {
            turn = 0;
            next = now.plus(rest);
            rest = rest.multipliedBy(2).compareTo(LAST_REST) > 0 ? LAST_REST : rest.multipliedBy(2);
        }
    }

    /** Big steps first: small ones make little difference far from where it is. */
    private List<Integer> others() {
        return IntStream.of(best / 2, Math.min(2 * best, max), best - 1, best + 1)
                .filter(other -> other >= 1 && other <= max && other != best)
                .distinct()
                .boxed()
                .toList();
    }
}
