package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.dicomgateway.forward.outcome.Backoff;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.RetryPolicy;
import org.dicomgateway.spool.Settlement;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static final Instant NOW = HandClock.START;

    private final RetryPolicy retries = new RetryPolicy(Fixtures.destination("orthanc1"), new SplittableRandom(7));

    @Test
    void delivered_is_delivered_with_its_status() {
        assertThat(retries.settlement(0, new Outcome.Delivered(0xB000), NOW, false))
                .isEqualTo(new Settlement.Delivered(0xB000));
    }

    @Test
    void a_refusal_is_counted_and_waits_longer_each_time() {
        for (int attempts = 0; attempts < 3; attempts++) {
            Duration full = Duration.ofSeconds(10L << attempts);
            for (int i = 0; i < 100; i++) {
                Settlement.Retry retry =
                        (Settlement.Retry) retries.settlement(attempts, new Outcome.Refused(0xC000, "why"), NOW, false);
                assertThat(retry.counted()).isTrue();
                assertThat(retry.status()).isEqualTo(0xC000);
                assertThat(retry.due()).isBetween(NOW.plus(full.dividedBy(2)), NOW.plus(full));
            }
        }
    }

    @Test
    void the_last_refusal_parks_it_with_a_reason_that_tells_how_often() {
        Settlement last = retries.settlement(3, new Outcome.Refused(0xC000, "0xC000 cannot understand"), NOW, false);

        assertThat(last)
                .isEqualTo(new Settlement.Parked(0xC000, "given up after 4 attempts: 0xC000 cannot understand"));
    }

    @Test
    void what_is_not_held_against_the_instance_is_never_parked_and_waits_as_long() {
        Outcome.Refused ninth = new Outcome.Refused(0xA700, "full", 5, false);

        Settlement.Retry retry = (Settlement.Retry) retries.settlement(99, ninth, NOW, false);
        Settlement.Retry held = (Settlement.Retry) retries.settlement(3, ninth, NOW, true);
        Settlement.Retry fifth = (Settlement.Retry) retries.settlement(0, ninth, NOW, false);

        assertThat(retry.counted()).isFalse();
        assertThat(retry.due()).isBetween(NOW.plusSeconds(300), NOW.plusSeconds(600));
        assertThat(held).isEqualTo(new Settlement.Retry(NOW, false, 0xA700, "full"));
        assertThat(fifth.due()).isBetween(NOW.plusSeconds(80), NOW.plusSeconds(160));
    }

    @Test
    void what_is_impossible_is_parked_at_once() {
        assertThat(retries.settlement(0, new Outcome.Impossible(-1, "no context"), NOW, false))
                .isEqualTo(new Settlement.Parked(-1, "no context"));
        assertThat(retries.settlement(0, new Outcome.Impossible(-1, "damaged", true), NOW, false))
                .as("no other destination would take it either")
                .isEqualTo(new Settlement.Parked(-1, "damaged", false));
    }

    @Test
    void what_is_deferred_is_never_counted_and_due_at_once_when_the_lane_itself_holds_back() {
        Outcome.Deferred deferred = new Outcome.Deferred(-1, "refused to connect");

        Settlement.Retry held = (Settlement.Retry) retries.settlement(99, deferred, NOW, true);
        Settlement.Retry soon = (Settlement.Retry) retries.settlement(99, deferred, NOW, false);

        assertThat(held).isEqualTo(new Settlement.Retry(NOW, false, -1, "refused to connect"));
        assertThat(soon.counted()).isFalse();
        assertThat(soon.due()).isBetween(NOW.plusMillis(500), NOW.plusSeconds(1));
    }

    @Test
    void a_wait_never_exceeds_its_bound_however_often_it_doubled() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(50), new SplittableRandom(1));

        for (int n = 1; n < 10_000; n++) {
            assertThat(backoff.delay(n)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(50));
        }
        assertThat(backoff.delay(Integer.MAX_VALUE)).isGreaterThanOrEqualTo(Duration.ofSeconds(25));
    }
}
