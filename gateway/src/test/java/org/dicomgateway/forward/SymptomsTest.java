package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.dicomgateway.forward.health.Symptoms;
import org.junit.jupiter.api.Test;

class SymptomsTest {

    private static final long MEBIBYTE = 1 << 20;

    private final HandClock clock = new HandClock();
    private final Symptoms symptoms = new Symptoms(clock);

    @Test
    void some_refusals_within_minutes_are_told_and_then_forgotten() {
        symptoms.refused("0xA900 a");
        symptoms.refused("0xA900 b");
        assertThat(symptoms.complaints()).isEmpty();

        symptoms.refused("0xA900 c");

        assertThat(symptoms.complaints()).containsExactly("refuses instances, the last with 0xA900 c");
        clock.advance(Symptoms.MEMORY);
        assertThat(symptoms.complaints()).isEmpty();
    }

    @Test
    void stores_that_take_much_longer_than_they_did_are_slow_until_they_do_not() {
        store(100, Duration.ofMillis(300), 1);
        assertThat(symptoms.complaints()).isEmpty();

        store(20, Duration.ofSeconds(3), 1);

        assertThat(symptoms.complaints())
                .singleElement()
                .satisfies(
                        it -> assertThat(it).startsWith("slow: a store takes").endsWith("times as long as usual"));
        store(20, Duration.ofMillis(300), 1);
        assertThat(symptoms.complaints()).isEmpty();
    }

    @Test
    void the_first_of_them_is_told() {
        store(100, Duration.ofMillis(300), 1);
        int times = 0;
        for (int i = 0; i < 20; i++) {
            times += symptoms.stored(Duration.ofSeconds(3), 1) ? 1 : 0;
        }
        assertThat(times).isEqualTo(1);
    }

    @Test
    void what_was_never_fast_is_not_slow() {
        store(100, Duration.ofSeconds(3), 1);

        assertThat(symptoms.complaints()).isEmpty();
    }

    @Test
    void a_few_times_as_long_as_next_to_nothing_is_not_slow() {
        store(100, Duration.ofMillis(2), 1);
        store(100, Duration.ofMillis(100), 1);

        assertThat(symptoms.complaints()).isEmpty();
    }

    @Test
    void large_instances_may_take_longer() {
        store(100, Duration.ofMillis(20), MEBIBYTE / 2);
        store(100, Duration.ofSeconds(20), 1_000 * MEBIBYTE);

        assertThat(symptoms.complaints()).isEmpty();
    }

    @Test
    void an_echo_that_is_answered_late_is_told_until_the_next() {
        symptoms.echoed(Duration.ofMillis(3_500));
        assertThat(symptoms.complaints()).containsExactly("slow: a C-ECHO took 3.5 s");

        symptoms.echoed(Duration.ofMillis(5));

        assertThat(symptoms.complaints()).isEmpty();
    }

    private void store(int times, Duration took, long bytes) {
        for (int i = 0; i < times; i++) {
            symptoms.stored(took, bytes);
        }
    }
}
