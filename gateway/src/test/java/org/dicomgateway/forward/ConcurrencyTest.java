package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {

    private final HandClock clock = new HandClock();
    private final Concurrency concurrency = new Concurrency(8, clock);

    @Test
    void too_much_halves_it_down_to_one() {
        enter(8);
        int[] expected = {4, 2, 1, 1};
        for (int limit : expected) {
            clock.advance(Duration.ofSeconds(2));
            concurrency.shrink("full");
            assertThat(concurrency.limit()).isEqualTo(limit);
        }
        assertThat(concurrency.complaint()).contains("takes 1 of 8 associations at once: full");
    }

    @Test
    void it_is_halved_from_what_was_in_use() {
        enter(3);
        concurrency.shrink("full");

        assertThat(concurrency.limit()).isEqualTo(1);
        assertThat(concurrency.isOver()).isTrue();
        assertThat(concurrency.enter()).isFalse();
    }

    @Test
    void several_workers_that_meet_the_same_overload_count_once() {
        enter(8);
        concurrency.shrink("full");
        concurrency.shrink("full");
        concurrency.shrink("full");

        assertThat(concurrency.limit()).isEqualTo(4);
    }

    @Test
    void it_grows_back_by_one_after_each_quiet_time() {
        enter(8);
        concurrency.shrink("full");
        concurrency.growIfQuiet();
        assertThat(concurrency.limit()).isEqualTo(4);

        for (int limit = 5; limit <= 8; limit++) {
            clock.advance(Concurrency.QUIET);
            concurrency.growIfQuiet();
            concurrency.growIfQuiet();
            assertThat(concurrency.limit()).isEqualTo(limit);
        }
        clock.advance(Concurrency.QUIET);
        concurrency.growIfQuiet();
        assertThat(concurrency.limit()).isEqualTo(8);
        assertThat(concurrency.complaint()).isEmpty();
    }

    @Test
    void what_was_long_ago_is_forgotten_when_there_is_no_work() {
        enter(8);
        concurrency.shrink("full");
        concurrency.forget();
        assertThat(concurrency.limit()).isEqualTo(4);

        clock.advance(Concurrency.FORGOTTEN);
        concurrency.forget();

        assertThat(concurrency.limit()).isEqualTo(8);
    }

    @Test
    void a_clock_that_is_set_back_does_not_keep_it_small() {
        enter(8);
        concurrency.shrink("full");
        clock.advance(Duration.ofHours(-1));

        concurrency.growIfQuiet();

        assertThat(concurrency.limit()).isEqualTo(5);
    }

    private void enter(int workers) {
        for (int i = 0; i < workers; i++) {
            assertThat(concurrency.enter()).isTrue();
        }
    }
}
