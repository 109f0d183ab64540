package org.dicomgateway.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private Instant now = Instant.EPOCH;
    private final InstantSource clock = () -> now;

    @Test
    void without_a_limit_nothing_waits() {
        RateLimiter rateLimiter = new RateLimiter(RateLimit.UNLIMITED, clock);

        for (int i = 0; i < 1_000; i++) {
            assertThat(rateLimiter.go(1_000_000_000)).isZero();
        }
        assertThat(rateLimiter.bytesPerSecond()).isEmpty();
    }

    @Test
    void instances_go_at_their_rate_after_a_burst_of_a_second() {
        RateLimiter rateLimiter = new RateLimiter(new RateLimit(OptionalInt.of(10), Optional.empty()), clock);

        assertThat(sentIn(rateLimiter, Duration.ofSeconds(10), 512)).isBetween(105, 111);
        now = now.plus(Duration.ofHours(1));
        assertThat(sentIn(rateLimiter, Duration.ZERO, 512)).as("saved up").isEqualTo(10);
    }

    @Test
    void a_part_of_the_rate_is_a_part_of_the_burst_as_well() {
        RateLimiter rateLimiter = new RateLimiter(new RateLimit(OptionalInt.of(40), Optional.empty()), clock);

        rateLimiter.share(0.25);
        assertThat(sentIn(rateLimiter, Duration.ofSeconds(10), 512)).isBetween(105, 111);
        rateLimiter.share(1);
        assertThat(sentIn(rateLimiter, Duration.ofSeconds(10), 512)).isBetween(395, 441);
    }

    @Test
    void bytes_go_at_their_rate_on_average() {
        RateLimiter rateLimiter =
                new RateLimiter(new RateLimit(OptionalInt.empty(), Optional.of(new DataSize(1_000_000))), clock);

        assertThat(sentIn(rateLimiter, Duration.ofSeconds(10), 300_000)).isBetween(35, 40);
        assertThat(rateLimiter.bytesPerSecond()).hasValue(1_000_000);
    }

    @Test
    void an_instance_larger_than_a_second_goes_and_those_after_it_wait_for_it() {
        RateLimiter rateLimiter =
                new RateLimiter(new RateLimit(OptionalInt.empty(), Optional.of(new DataSize(1_000_000))), clock);

        assertThat(rateLimiter.go(10_000_000)).isZero();

        assertThat(rateLimiter.go(1)).isBetween(Duration.ofMillis(9_000), Duration.ofMillis(9_100));
        now = now.plus(Duration.ofMillis(9_100));
        assertThat(rateLimiter.go(1)).isZero();
    }

    @Test
    void the_stricter_of_both_counts() {
        RateLimiter rateLimiter =
                new RateLimiter(new RateLimit(OptionalInt.of(2), Optional.of(new DataSize(1_000_000))), clock);

        assertThat(sentIn(rateLimiter, Duration.ofSeconds(10), 100)).isBetween(20, 22);
    }

    @Test
    void how_many_go_within_a_time_is_known_beforehand() {
        RateLimiter rateLimiter =
                new RateLimiter(new RateLimit(OptionalInt.of(10), Optional.of(new DataSize(1_000))), clock);
        assertThat(rateLimiter.within(Duration.ofSeconds(1), 10)).isEqualTo(20);
        assertThat(rateLimiter.within(Duration.ofSeconds(1), 1_000)).isEqualTo(3);
        assertThat(rateLimiter.within(Duration.ofSeconds(1), Long.MAX_VALUE)).isEqualTo(1);

        rateLimiter.go(5_000);

        assertThat(rateLimiter.within(Duration.ofSeconds(1), 1_000))
                .as("in debt")
                .isZero();
    }

    /** Sends as soon as it may, and advances the clock by what it was told to wait. */
    private int sentIn(RateLimiter rateLimiter, Duration time, long size) {
        int sent = 0;
        Instant end = now.plus(time);
        for (Duration wait = rateLimiter.go(size); ; wait = rateLimiter.go(size)) {
            if (wait.isZero()) {
                sent++;
            } else if (now.plus(wait).isAfter(end)) {
                return sent;
            } else {
                now = now.plus(wait);
            }
        }
    }
}
