package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.dicomgateway.forward.health.Breaker;
import org.dicomgateway.forward.health.BreakerState;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private final HandClock clock = new HandClock();
    private final Breaker breaker =
            new Breaker(Fixtures.destination("orthanc1"), clock, new SplittableRandom(7), Optional.empty());

    @Test
    void opens_after_enough_failures_in_a_row() {
        fail(2);
        assertThat(breaker.allowsTraffic()).isTrue();
        breaker.delivered();
        fail(2);
        assertThat(breaker.allowsTraffic()).isTrue();

        fail(1);

        assertThat(breaker.state()).isInstanceOf(BreakerState.Open.class);
        assertThat(breaker.state().failures()).isEqualTo(3);
        assertThat(breaker.state().why()).isEqualTo("down");
        assertThat(breaker.startTrial()).isFalse();
    }

    @Test
    void is_tried_by_one_only_when_the_pause_is_over() {
        fail(3);
        clock.advance(Duration.ofSeconds(8));

        assertThat(breaker.startTrial()).isTrue();
        assertThat(breaker.startTrial()).isFalse();
        assertThat(breaker.isHalfOpen()).isTrue();
    }

    @Test
    void pauses_double_with_each_failed_trial_up_to_their_bound() {
        fail(3);
        long[] longest = {8, 16, 32, 60, 60, 60};
        for (int i = 0; i < longest.length; i++) {
            Duration pause = openFor();
            assertThat(pause).isBetween(Duration.ofMillis(longest[i] * 500), Duration.ofSeconds(longest[i]));
            clock.advance(pause);
            assertThat(breaker.startTrial()).isTrue();
            breaker.failed(false, "still down");
            breaker.endTrial();
        }
        assertThat(breaker.state().since()).as("down since").isEqualTo(HandClock.START);
        assertThat(breaker.state().failures()).isEqualTo(9);
    }

    @Test
    void a_trial_that_succeeds_closes_it_and_the_next_pause_is_short_again() {
        fail(3);
        clock.advance(Duration.ofSeconds(8));
        breaker.startTrial();
        breaker.failed(false, "still down");
        clock.advance(Duration.ofSeconds(16));
        breaker.startTrial();

        breaker.delivered();
        breaker.endTrial();

        assertThat(breaker.allowsTraffic()).isTrue();
        assertThat(breaker.state().failures()).isZero();
        assertThat(breaker.state().since()).isEqualTo(clock.instant());
        fail(3);
        assertThat(openFor()).isLessThanOrEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void an_operator_ends_the_pause_and_does_not_make_the_next_one_longer() {
        assertThat(breaker.tryNow()).as("it is used").isFalse();
        fail(3);
        clock.advance(Duration.ofSeconds(8));
        breaker.startTrial();
        breaker.failed(false, "still down");
        breaker.endTrial();
        Duration pause = openFor();
        assertThat(breaker.nextTrial()).contains(clock.instant().plus(pause));
        for (int i = 0; i < 20; i++) {
            assertThat(breaker.startTrial()).as("before").isFalse();
            assertThat(breaker.tryNow()).isTrue();
            assertThat(breaker.tryNow()).as("twice is once").isTrue();
            assertThat(breaker.startTrial()).isTrue();
            assertThat(breaker.nextTrial()).as("it is being tried").isEmpty();
            breaker.failed(false, "still down");
            breaker.endTrial();
            assertThat(openFor()).isLessThanOrEqualTo(Duration.ofSeconds(16));
        }
        breaker.tryNow();
        breaker.startTrial();
        breaker.delivered();
        assertThat(breaker.allowsTraffic()).isTrue();
    }

    @Test
    void a_trial_that_told_nothing_leaves_it_open() {
        fail(3);
        clock.advance(Duration.ofSeconds(8));
        breaker.startTrial();

        breaker.endTrial();

        assertThat(breaker.allowsTraffic()).isFalse();
        assertThat(breaker.isHalfOpen()).isFalse();
        assertThat(openFor()).isLessThanOrEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void a_late_success_of_another_worker_closes_it() {
        fail(3);

        breaker.delivered();

        assertThat(breaker.allowsTraffic()).isTrue();
    }

    @Test
    void one_that_takes_nothing_it_is_sent_is_left_alone_until_it_takes_something() {
        breaker.refusesAll(5, HandClock.START.minusSeconds(3), "takes nothing");

        assertThat(breaker.allowsTraffic()).isFalse();
        assertThat(breaker.state().failures()).isEqualTo(5);
        assertThat(breaker.state().firstFailure()).isEqualTo(HandClock.START.minusSeconds(3));
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(8));
            assertThat(breaker.startTrial()).isTrue();
            breaker.endTrial();
        }
        assertThat(openFor()).as("no longer").isLessThanOrEqualTo(Duration.ofSeconds(8));
        breaker.delivered();
        assertThat(breaker.allowsTraffic()).isTrue();
        assertThat(breaker.isInDoubt()).isFalse();
    }

    @Test
    void one_that_failed_in_stores_and_has_none_to_be_tried_with_is_used_on_trial() {
        fail(3);
        for (int pause : new int[] {8, 16, 32, 60, 60}) {
            assertThat(openFor()).isBetween(Duration.ofMillis(pause * 500L), Duration.ofSeconds(pause));
            clock.advance(Duration.ofSeconds(pause));
            assertThat(breaker.startTrial()).isTrue();
            breaker.echoed();
            assertThat(breaker.allowsTraffic()).isTrue();
            assertThat(breaker.isInDoubt()).isTrue();
            assertThat(breaker.complaint())
                    .hasValueSatisfying(it -> assertThat(it).contains("down"));

            breaker.failed(true, "down");
            assertThat(breaker.allowsTraffic()).as("one is enough").isFalse();
        }
        clock.advance(Duration.ofSeconds(60));
        breaker.startTrial();
        breaker.echoed();

        breaker.delivered();

        assertThat(breaker.complaint()).isEmpty();
        fail(2);
        assertThat(breaker.allowsTraffic()).isTrue();
    }

    @Test
    void an_echo_does_not_make_up_for_stores_that_failed() {
        breaker.failed(false, "cannot connect");
        breaker.echoed();
        assertThat(breaker.isInDoubt()).isFalse();

        breaker.failed(true, "aborted");
        breaker.echoed();
        assertThat(breaker.isInDoubt()).isTrue();

        breaker.answered();
        assertThat(breaker.isInDoubt()).isFalse();
    }

    @Test
    void silence_opens_it_at_once_and_counts_from_its_beginning() {
        fail(1);
        clock.advance(Duration.ofSeconds(9));

        breaker.silent(HandClock.START.minusSeconds(3), "it hangs");

        assertThat(breaker.allowsTraffic()).isFalse();
        assertThat(breaker.state().why()).isEqualTo("it hangs");
        assertThat(breaker.state().failures()).isEqualTo(2);
        assertThat(breaker.state().firstFailure()).isEqualTo(HandClock.START.minusSeconds(3));
    }

    @Test
    void a_wall_clock_that_is_set_back_does_not_keep_it_open() {
        fail(3);
        clock.advance(Duration.ofHours(-1));

        assertThat(breaker.startTrial()).isTrue();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(true, "down");
        }
    }

    private Duration openFor() {
        return ((BreakerState.Open) breaker.state()).pause().remaining();
    }
}
