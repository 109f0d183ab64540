package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.forward.health.PendingResponses.Wait;
import org.dicomgateway.forward.health.Silence;
import org.dicomgateway.forward.health.Tally;
import org.junit.jupiter.api.Test;

class SilenceTest {

    private static final int SMALL = 512;

    private final HandClock clock = new HandClock();
    private final DestinationSignals destinationSignals = DestinationSignals.of(
            Fixtures.destination("orthanc1"), clock, new SplittableRandom(1), new Tally(clock), Optional.empty());
    private final PendingResponses pendingResponses = destinationSignals.pendingResponses();
    private final List<Boolean> told = new ArrayList<>();
    private final Silence silence = new Silence("orthanc1", destinationSignals, told::add);

    // --- a server that hangs ------------------------------------------------------------------

    @Test
    void a_server_that_never_answered_anything_is_silent_after_a_second() {
        pendingResponses.beginStore(SMALL);
        after(Duration.ofSeconds(1));
        assertThat(silence.isOn()).as("after one second").isFalse();

        after(Duration.ofMillis(1));

        assertThat(silence.isOn()).isTrue();
        assertThat(told).containsExactly(true);
    }

    @Test
    void a_server_that_was_quick_is_silent_as_soon() {
        stores(200, Duration.ofMillis(5));
        pendingResponses.beginStore(SMALL);
        pendingResponses.beginStore(SMALL);

        after(Duration.ofMillis(1_001));

        assertThat(silence.isOn()).isTrue();
    }

    @Test
    void calls_that_are_not_answered_are_silence_too() {
        pendingResponses.beginCall();

        after(Duration.ofMillis(1_001));

        assertThat(silence.isOn()).isTrue();
    }

    @Test
    void silence_lasts_until_a_store_is_answered_whatever_calls_are() {
        Wait stuck = pendingResponses.beginStore(SMALL);
        after(Duration.ofSeconds(2));

        Wait call = pendingResponses.beginCall();
        call.answered();
        call.close();
        Wait another = pendingResponses.beginStore(SMALL);
        after(Duration.ofMillis(10));
        assertThat(silence.isOn()).as("a call was answered").isTrue();

        another.answered();
        another.close();
        silence.review();
        assertThat(silence.isOn()).isFalse();
        assertThat(told).containsExactly(true, false);
        stuck.close();
    }

    @Test
    void silence_ends_when_nothing_waits_any_more() {
        Wait stuck = pendingResponses.beginStore(SMALL);
        after(Duration.ofSeconds(2));

        stuck.close();
        silence.review();

        assertThat(silence.isOn()).isFalse();
    }

    @Test
    void a_server_that_is_excused_for_one_store_is_silent_again_when_the_next_is_not_answered_either() {
        pendingResponses.beginStore(SMALL);
        after(Duration.ofSeconds(5));
        pendingResponses.excuse();

        after(Duration.ofSeconds(5));
        assertThat(silence.isOn()).as("excused").isFalse();

        pendingResponses.beginStore(SMALL);
        after(Duration.ofMillis(1_001));
        assertThat(told).containsExactly(true, false, true);
    }

    @Test
    void a_server_that_is_down_is_not_silent_too_whatever_becomes_of_its_trials() {
        pendingResponses.beginStore(SMALL);
        after(Duration.ofSeconds(2));
        destinationSignals.breaker().silent(clock.instant(), "it hangs");

        for (int trial = 0; trial < 3; trial++) {
            Wait call = pendingResponses.beginCall();
            after(Duration.ofSeconds(10));
            call.close();
        }

        assertThat(silence.isOn()).isFalse();
        assertThat(told).as("nothing is told but its begin").containsExactly(true);
    }

    // --- a server that is alive ---------------------------------------------------------------

    @Test
    void nothing_to_wait_for_is_not_silence() {
        after(Duration.ofHours(1));

        assertThat(silence.isOn()).isFalse();
    }

    @Test
    void a_server_that_is_slow_by_habit_is_given_three_times_the_longest_it_lately_took() {
        stores(10, Duration.ofMillis(800));
        stores(1, Duration.ofSeconds(3));
        stores(5, Duration.ofMillis(800));
        pendingResponses.beginStore(SMALL);

        after(Duration.ofSeconds(8));
        assertThat(silence.isOn()).as("less than three times").isFalse();

        after(Duration.ofSeconds(2));
        assertThat(silence.isOn()).isTrue();
    }

    @Test
    void an_answer_that_took_long_is_forgotten_among_many_that_did_not() {
        stores(1, Duration.ofSeconds(10));
        stores(300, Duration.ofMillis(5));
        pendingResponses.beginStore(SMALL);

        after(Duration.ofMillis(1_001));

        assertThat(silence.isOn()).isTrue();
    }

    @Test
    void one_store_that_hangs_is_not_silence_while_others_are_answered() {
        pendingResponses.beginStore(SMALL);
        for (int i = 0; i < 20; i++) {
            stores(1, Duration.ofMillis(900));
            silence.review();
        }

        assertThat(told).isEmpty();
    }

    @Test
    void one_store_that_began_just_now_is_not_silence_beside_one_that_hangs() {
        pendingResponses.beginStore(SMALL);
        clock.advance(Duration.ofMillis(600));
        pendingResponses.beginStore(SMALL);

        after(Duration.ofMillis(600));

        assertThat(silence.isOn()).isFalse();
    }

    @Test
    void a_large_instance_has_a_second_for_each_mebibyte_begun() {
        pendingResponses.beginStore(10 * 1024 * 1024);

        after(Duration.ofSeconds(11));
        assertThat(silence.isOn()).isFalse();

        after(Duration.ofMillis(1));
        assertThat(silence.isOn()).isTrue();
    }

    @Test
    void bytes_that_still_move_are_not_silence() {
        Wait wait = pendingResponses.beginStore(SMALL);
        for (int i = 0; i < 100; i++) {
            after(Duration.ofMillis(900));
            wait.moved();
        }

        assertThat(told).isEmpty();
    }

    private void after(Duration time) {
        clock.advance(time);
        silence.review();
    }

    private void stores(int count, Duration each) {
        for (int i = 0; i < count; i++) {
            try (Wait wait = pendingResponses.beginStore(SMALL)) {
                clock.advance(each);
                wait.answered();
            }
        }
    }
}
