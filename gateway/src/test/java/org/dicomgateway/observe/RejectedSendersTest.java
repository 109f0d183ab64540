package org.dicomgateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.Test;

class RejectedSendersTest {

    private static final Instant START = Instant.parse("2026-03-01T15:31:00Z");

    private Instant now = START;
    private final RejectedSenders rejected = new RejectedSenders(new ForwardLog(), () -> now);

    @Test
    void a_sender_is_counted_by_title_address_and_code_with_its_first_and_last_time() {
        rejected.count(peer("CT9", "192.0.2.9", "1/1/3"), true);
        now = now.plusSeconds(30);
        rejected.count(peer("CT9", "192.0.2.9", "1/1/3"), true);
        rejected.count(peer("CT9", "192.0.2.9", "2/3/2"), true);
        now = now.plusSeconds(1);
        rejected.count(peer("CT9", "192.0.2.8", "1/1/3"), true);

        List<RejectedSenders.Sender> latest = rejected.latest();
        assertThat(latest).hasSize(3);
        assertThat(latest.get(0).peer().remoteHost()).isEqualTo("192.0.2.8");
        assertThat(latest)
                .contains(
                        new RejectedSenders.Sender(peer("CT9", "192.0.2.9", "1/1/3"), 2, START, START.plusSeconds(30)));
        assertThat(rejected.counts()).containsEntry("1/1/3", 3L).containsEntry("2/3/2", 1L);
    }

    @Test
    void titles_that_somebody_invents_neither_fill_the_memory_nor_push_out_a_frequent_sender() {
        for (int i = 0; i < 10_000; i++) {
            if (i % 20 == 0) {
                rejected.count(peer("CT9", "192.0.2.9", "1/1/3"), false);
            }
            rejected.count(peer("X" + i, "192.0.2.66", "1/1/3"), false);
        }
        assertThat(rejected.latest())
                .hasSizeLessThanOrEqualTo(RejectedSenders.KEPT)
                .anyMatch(sender -> sender.peer().callingAe().equals("CT9") && sender.count() > 400);
        assertThat(rejected.counts()).containsEntry("1/1/3", 10_500L);
    }

    @Test
    void the_forward_log_gets_the_first_rejection_and_then_one_line_a_minute_with_the_count() {
        try (LogLines lines = new LogLines(ForwardLog.LOGGER)) {
            rejected.count(peer("CT\n9", "192.0.2.9", "1/1/3"), true);
            for (int i = 0; i < 20; i++) {
                now = now.plusSeconds(5);
                rejected.count(peer("CT\n9", "192.0.2.9", "1/1/3"), true);
            }
            assertThat(lines.all()).hasSize(2);
        }
    }

    @Test
    void what_the_log_limits_is_in_no_line_and_still_counts() {
        try (LogLines lines = new LogLines(ForwardLog.LOGGER)) {
            rejected.count(peer("CT9", "192.0.2.9", "1/1/3"), false);
            assertThat(lines.all()).isEmpty();
            now = now.plus(Duration.ofSeconds(1));
            rejected.count(peer("CT9", "192.0.2.9", "1/1/3"), true);
            assertThat(lines.all()).hasSize(1);
        }
        assertThat(rejected.latest().get(0).count()).isEqualTo(2);
    }

    private static RefusedPeer peer(String callingAe, String remoteHost, String code) {
        return new RefusedPeer(callingAe, "GATEWAY", remoteHost, code, "access ct: not permitted");
    }
}
