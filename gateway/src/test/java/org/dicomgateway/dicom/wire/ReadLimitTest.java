package org.dicomgateway.dicom.wire;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class ReadLimitTest {

    private static final long RATE = 256;
    private final ReadLimit limit = new ReadLimit();

    @Test
    void a_message_that_drips_ends_after_twice_the_longest_single_wait() {
        await(RATE);
        assertThatThrownBy(() -> receive(40, 1, 2))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("min-rate");
    }

    @Test
    void each_stretch_is_judged_by_itself() {
        await(RATE);
        assertThatCode(() -> receive(6, 1_000_000, 10)).doesNotThrowAnyException();
        assertThatThrownBy(() -> receive(40, 1, 2)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void a_slow_line_that_stands_still_now_and_then_goes_on() {
        await(RATE);
        assertThatCode(() -> {
                    for (int hour = 0; hour < 60; hour++) {
                        limit.received(16_384, ofSeconds(29).toNanos());
                        receive(31, 300, 1);
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void what_is_not_spent_on_waiting_for_the_sender_does_not_count() {
        await(RATE);
        assertThatCode(() -> receive(1_000_000, 1, 0)).doesNotThrowAnyException();
    }

    @Test
    void the_wait_for_a_message_to_begin_does_not_count_and_each_begins_anew() {
        assertThatCode(() -> {
                    for (int message = 0; message < 100; message++) {
                        await(RATE);
                        limit.received(10, ofSeconds(59).toNanos());
                        receive(29, 1, 2);
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void without_a_rate_a_message_may_drip() {
        await(0);
        assertThatCode(() -> receive(1_000, 1, 2)).doesNotThrowAnyException();
    }

    private void await(long minRate) {
        limit.await(ofSeconds(60), ofSeconds(30), minRate);
    }

    private void receive(int times, int bytes, int seconds) throws SocketTimeoutException {
        for (int i = 0; i < times; i++) {
            limit.received(bytes, ofSeconds(seconds).toNanos());
        }
    }
}
