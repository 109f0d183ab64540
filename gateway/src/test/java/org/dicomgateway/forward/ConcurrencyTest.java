package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.dicomgateway.forward.health.Concurrency;
import org.dicomgateway.forward.health.Concurrency.Place;
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
        assertThat(concurrency.enter()).isEmpty();
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

    @Test
    void as_many_give_up_their_place_as_are_too_many() {
        List<Place> places = enter(8);
        concurrency.shrink("full");

        assertThat(places.stream().filter(Place::isKept)).hasSize(4);
        assertThat(places.stream().filter(Place::isKept)).hasSize(4);
        assertThat(concurrency.hasRoom()).isFalse();
    }

    @Test
    void a_place_is_free_again_once_however_often_it_is_closed() {
        List<Place> places = enter(8);
        places.get(0).close();
        places.get(0).close();

        assertThat(concurrency.enter()).isPresent();
        assertThat(concurrency.enter()).isEmpty();
        assertThat(places.get(0).isKept()).isFalse();
    }

    @Test
    void who_tries_again_has_a_place_beyond_the_limit_until_it_is_looked_at() {
        enter(8);
        try (Place more = concurrency.enterAnyway()) {
            assertThat(more.isKept()).isFalse();
        }
        assertThat(concurrency.hasRoom()).isFalse();
    }

    private List<Place> enter(int workers) {
        return IntStream.range(0, workers)
                .mapToObj(any -> concurrency.enter().orElseThrow())
                .toList();
    }
}
