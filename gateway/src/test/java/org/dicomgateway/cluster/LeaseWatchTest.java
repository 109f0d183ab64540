package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.dicomgateway.cluster.Member.State;
import org.junit.jupiter.api.Test;

class LeaseWatchTest {

    private static final String PRIMARY = "started at noon";

    private final LeaseWatch watch = new LeaseWatch(Duration.ofSeconds(10));
    private long now = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos(); // a monotonic clock may overflow

    private static Member member(long epoch, State state, long beat) {
        return new Member(2, "gw2", epoch, state, beat, "1", Instant.EPOCH, "", "");
    }

    private static Member silent() {
        return member(1, State.WORKING, 7);
    }

    /** Looks twice a second for so long, and sees this. */
    private void look(String server, Duration time, Member... others) {
        for (long end = now + time.toNanos(); now - end < 0; ) {
            now += Duration.ofMillis(500).toNanos();
            watch.look(server, List.of(others), now);
        }
    }

    @Test
    void who_gives_no_sign_of_life_for_a_whole_lease_has_lost_it() {
        look(PRIMARY, Duration.ofSeconds(10), silent());
        assertThat(watch.expired()).isEmpty();

        look(PRIMARY, Duration.ofSeconds(1), silent());
        assertThat(watch.expired()).containsExactly(silent());
    }

    @Test
    void a_sign_of_life_begins_a_new_lease_also_after_the_last_one_was_over() {
        look(PRIMARY, Duration.ofSeconds(11), silent());
        look(PRIMARY, Duration.ofMillis(500), member(1, State.WORKING, 8));
        assertThat(watch.expired()).isEmpty();
        look(PRIMARY, Duration.ofSeconds(9), member(1, State.WORKING, 8));
        assertThat(watch.expired()).isEmpty();
        look(PRIMARY, Duration.ofSeconds(9), member(2, State.WORKING, 8));
        assertThat(watch.expired()).isEmpty();
    }

    @Test
    void nobody_loses_a_lease_while_nothing_could_be_seen() {
        look(PRIMARY, Duration.ofSeconds(9), silent());
        now += Duration.ofMinutes(1).toNanos();
        look(PRIMARY, Duration.ofSeconds(9), silent());

        assertThat(watch.expired()).isEmpty();
    }

    @Test
    void another_primary_says_nothing_about_what_was_before_it() {
        look(PRIMARY, Duration.ofSeconds(11), silent());
        look("started at one", Duration.ofMillis(500), silent());
        assertThat(watch.expired()).isEmpty();
        look("started at one", Duration.ofSeconds(9), silent());
        assertThat(watch.expired()).isEmpty();
    }

    @Test
    void who_left_or_is_dead_has_no_lease_to_lose() {
        look(PRIMARY, Duration.ofSeconds(11), member(1, State.LEFT, 7));
        look(PRIMARY, Duration.ofSeconds(11), member(1, State.DEAD, 7));
        assertThat(watch.expired()).isEmpty();

        look(PRIMARY, Duration.ofSeconds(9), silent());
        assertThat(watch.expired()).isEmpty();
    }
}
