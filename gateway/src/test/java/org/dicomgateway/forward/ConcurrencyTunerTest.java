package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.dicomgateway.forward.health.ConcurrencyTuner;
import org.dicomgateway.forward.health.ConcurrencyTuner.Found;
import org.junit.jupiter.api.Test;

class ConcurrencyTunerTest {

    private static final long BYTES = 100_000;

    private final SplittableRandom random = new SplittableRandom(7);

    /** A server that takes so many instances a second, in a time of its own. */
    private final class Server {

        private final ConcurrencyTuner concurrencyTuner;
        private final List<Found> found = new ArrayList<>();
        private IntToDoubleFunction perSecond;
        private Instant now = HandClock.START;
        private int most;
        private int changes;
        private long stored;

        /** How much slower or faster it is for reasons of its own, for some seconds. */
        private double mood = 1;

        private Instant moodUntil = now;
        private double moods;

        Server(int max, IntToDoubleFunction perSecond) {
            this.concurrencyTuner = new ConcurrencyTuner(max);
            this.perSecond = perSecond;
        }

        Server withMoods(double moods) {
            this.moods = moods;
            return this;
        }

        Server takes(Duration time) {
            Instant end = now.plus(time);
            while (now.isBefore(end)) {
                int busy = concurrencyTuner.limit();
                if (!now.isBefore(moodUntil)) {
                    mood = 1 + moods * (2 * random.nextDouble() - 1);
                    moodUntil = now.plusMillis(random.nextLong(200, 5_000));
                }
                double jitter = 0.5 + random.nextDouble();
                now = now.plusNanos((long) (1e9 * jitter / (perSecond.applyAsDouble(busy) * mood)));
                concurrencyTuner.stored(BYTES, busy, now).ifPresent(found::add);
                stored++;
                most = Math.max(most, concurrencyTuner.limit());
                changes += concurrencyTuner.limit() == busy ? 0 : 1;
            }
            return this;
        }
    }

    @Test
    void a_server_of_four_threads_that_may_have_sixteen_is_used_by_four() {
        Server server = new Server(16, ConcurrencyTunerTest::ofFourThreads).takes(Duration.ofMinutes(1));

        assertThat(server.concurrencyTuner.best()).isEqualTo(4);
        assertThat(server.found).extracting(Found::before).containsExactly(16, 8);
        assertThat(server.found.get(1)).hasToString("takes 1.68 times as much by 4 associations as by 8");
        assertThat(server.takes(Duration.ofHours(2)).concurrencyTuner.best()).isEqualTo(4);
    }

    @Test
    void where_more_are_better_it_stays_with_all_and_loses_little_by_looking() {
        Server server = new Server(8, associations -> 100 * associations).takes(Duration.ofHours(1));

        assertThat(server.concurrencyTuner.best()).isEqualTo(8);
        assertThat(server.most).isEqualTo(8);
        assertThat(server.stored).isGreaterThan((long) (0.99 * 800 * 3600));
    }

    @Test
    void a_server_that_changes_is_found_again() {
        Server server = new Server(16, ConcurrencyTunerTest::ofFourThreads).takes(Duration.ofMinutes(2));
        server.perSecond = associations -> 100 * associations;

        server.takes(Duration.ofMinutes(10));

        assertThat(server.concurrencyTuner.best()).isEqualTo(16);
    }

    @Test
    void moods_of_the_server_are_not_taken_for_what_associations_make() {
        for (int i = 0; i < 20; i++) {
            Server server = new Server(4, ConcurrencyTunerTest::ofFourThreads)
                    .withMoods(0.3)
                    .takes(Duration.ofHours(1));

            assertThat(server.stored).isGreaterThan((long) (0.95 * 1292 * 3600));
        }
    }

    @Test
    void it_looks_less_and_less_often_where_nothing_is_better() {
        Server server = new Server(4, ConcurrencyTunerTest::ofFourThreads).takes(Duration.ofMinutes(10));
        int early = server.changes;
        server.changes = 0;

        server.takes(Duration.ofMinutes(60));

        assertThat(early).isBetween(6, 40);
        assertThat(server.changes).isBetween(4, early);
    }

    @Test
    void it_does_not_look_before_there_was_too_much_for_some_time() {
        Server server = new Server(16, ConcurrencyTunerTest::ofFourThreads);
        for (int i = 0; i < 100; i++) {
            server.takes(ConcurrencyTuner.STEADY.dividedBy(2));
            server.concurrencyTuner.disturbed(server.now);
        }

        assertThat(server.changes).isZero();
    }

    @Test
    void what_is_disturbed_is_given_up() {
        Server server = new Server(16, ConcurrencyTunerTest::ofFourThreads);
        while (server.concurrencyTuner.limit() == 16) {
            server.takes(Duration.ofMillis(100));
        }
        server.concurrencyTuner.disturbed(server.now);

        assertThat(server.concurrencyTuner.limit()).isEqualTo(16);
        assertThat(server.concurrencyTuner.best()).isEqualTo(16);
    }

    @Test
    void stores_that_take_too_long_to_be_compared_are_left_alone() {
        Server server = new Server(8, associations -> 0.3).takes(Duration.ofHours(1));

        assertThat(server.concurrencyTuner.best()).isEqualTo(8);
        assertThat(server.found).isEmpty();
    }

    @Test
    void a_single_association_is_not_looked_at() {
        Server server = new Server(1, ConcurrencyTunerTest::ofFourThreads).takes(Duration.ofMinutes(10));

        assertThat(server.changes).isZero();
    }

    @Test
    void a_clock_that_is_set_back_ends_a_trial_and_no_more() {
        Server server = new Server(16, ConcurrencyTunerTest::ofFourThreads);
        while (server.concurrencyTuner.limit() == 16) {
            server.takes(Duration.ofMillis(100));
        }
        server.now = server.now.minus(Duration.ofHours(2));
        server.takes(Duration.ofHours(3));

        assertThat(server.concurrencyTuner.best()).isEqualTo(4);
    }

    @Property(tries = 60)
    void never_more_than_allowed_and_never_none(
            @ForAll @IntRange(min = 1, max = 40) int max, @ForAll @IntRange(min = 1, max = 40) int peak) {
        IntToDoubleFunction perSecond = associations -> 200.0 / (1 + Math.abs(associations - peak));
        Server server = new Server(max, perSecond).takes(Duration.ofMinutes(30));

        assertThat(server.most).isLessThanOrEqualTo(max);
        assertThat(perSecond.applyAsDouble(server.concurrencyTuner.best()))
                .isGreaterThan(0.9 * perSecond.applyAsDouble(Math.min(peak, max)));
    }

    /** What is more than its threads waits its turn, which costs it time. */
    private static double ofFourThreads(int associations) {
        double[] known = {0, 735, 885, 1100, 1292, 1150, 1000, 860, 760};
        return associations < known.length ? known[associations] : 760 - 24 * (associations - 8);
    }
}
