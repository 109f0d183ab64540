package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.dicomgateway.forward.health.Throughput;
import org.junit.jupiter.api.Test;

class ThroughputTest {

    private final HandClock clock = new HandClock();
    private final Throughput throughput = new Throughput(clock);

    @Test
    void is_a_guess_before_anything_was_sent() {
        assertThat(throughput.bytesPerSecond()).isEqualTo(Throughput.PRIOR);
    }

    @Test
    void comes_near_what_is_measured() {
        send(200, Duration.ofMillis(500), 500_000);

        assertThat(throughput.bytesPerSecond()).isCloseTo(1_000_000, within(10_000.0));
    }

    @Test
    void several_associations_add_up() {
        for (int i = 0; i < 200; i++) {
            throughput.begin();
            throughput.begin();
            clock.advance(Duration.ofMillis(500));
            throughput.end(500_000);
            throughput.end(500_000);
        }

        assertThat(throughput.bytesPerSecond()).isCloseTo(2_000_000, within(20_000.0));
    }

    @Test
    void idle_hours_do_not_count() {
        for (int i = 0; i < 200; i++) {
            send(1, Duration.ofMillis(500), 500_000);
            clock.advance(Duration.ofHours(1));
        }

        assertThat(throughput.bytesPerSecond()).isCloseTo(1_000_000, within(10_000.0));
    }

    @Test
    void follows_a_server_that_slows_down_within_seconds() {
        send(200, Duration.ofMillis(100), 1_000_000);
        send(30, Duration.ofSeconds(1), 1_000_000);

        assertThat(throughput.bytesPerSecond()).isBetween(1_000_000.0, 1_600_000.0);
    }

    @Test
    void is_never_zero() {
        send(1_000, Duration.ofSeconds(60), 0);

        assertThat(throughput.bytesPerSecond()).isPositive();
    }

    private void send(int times, Duration each, long bytes) {
        for (int i = 0; i < times; i++) {
            throughput.begin();
            clock.advance(each);
            throughput.end(bytes);
        }
    }
}
