package org.dicomgateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SendersTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final Senders senders = new Senders();

    @Test
    void the_rate_is_that_of_the_last_ten_full_seconds() {
        senders.received("CT1", 512, NOW.minusSeconds(11));
        for (int i = 1; i <= 10; i++) {
            senders.received("CT1", 512, NOW.minusSeconds(i));
            senders.received("CT1", 512, NOW.minusSeconds(i));
        }
        senders.received("CT1", 512, NOW);
        assertThat(senders.latest(NOW)).containsExactly(new Traffic.Sender("CT1", 2.0, 22, 22 * 512, NOW));
        assertThat(senders.latest(NOW.plusSeconds(30)).get(0).received()).isZero();
    }

    @Test
    void what_one_sent_in_the_last_hour_is_told_and_what_he_sent_before_is_not() {
        senders.received("CT1", 1_000_000, NOW.minus(Duration.ofMinutes(60)));
        senders.received("CT1", 200, NOW.minus(Duration.ofMinutes(59)));
        senders.received("CT1", -1, NOW.minusSeconds(1));
        Traffic.Sender sender = senders.latest(NOW).get(0);
        assertThat(sender.receivedLastHour()).isEqualTo(2);
        assertThat(sender.receivedBytesLastHour())
                .as("of one nobody knows how long it was")
                .isEqualTo(200);
        senders.received("CT1", 50, NOW.plusSeconds(60));
        assertThat(senders.latest(NOW.plusSeconds(60)).get(0).receivedBytesLastHour())
                .isEqualTo(50);
    }

    @Test
    void who_sent_last_comes_first_and_who_is_silent_for_an_hour_is_forgotten() {
        senders.received("OLD", 512, NOW.minus(Senders.MEMORY).minusSeconds(1));
        senders.received("CT1", 512, NOW.minus(Duration.ofMinutes(5)));
        senders.received("MR1", 512, NOW.minus(Duration.ofMinutes(7)));
        assertThat(senders.latest(NOW)).extracting(Traffic.Sender::callingAe).containsExactly("CT1", "MR1");
    }

    @Test
    void made_up_titles_push_out_the_ones_that_sent_longest_ago_and_no_more_are_kept() {
        senders.received("CT1", 512, NOW);
        senders.received("MR1", 512, NOW);
        for (int i = 0; i < Senders.MOST - 2; i++) {
            senders.received("X" + i, 512, NOW.plusMillis(i));
        }
        senders.received("CT1", 512, NOW.plusSeconds(1));
        senders.received("NEW", 512, NOW.plusSeconds(2));
        assertThat(senders.latest(NOW.plusSeconds(2)))
                .hasSize(Senders.MOST)
                .extracting(Traffic.Sender::callingAe)
                .contains("CT1", "NEW")
                .doesNotContain("MR1");
    }
}
