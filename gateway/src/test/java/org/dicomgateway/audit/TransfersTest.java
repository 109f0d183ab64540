package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.dicomgateway.audit.Alerts.Alert;
import org.dicomgateway.audit.Alerts.Kind;
import org.dicomgateway.audit.AuditMessage.Outcome;
import org.junit.jupiter.api.Test;

class TransfersTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String SR = "1.2.840.10008.5.1.4.1.1.88.11";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private final Messages messages = new Messages(true);
    private final Transfers transfers = new Transfers(messages, now::get, Duration.ofSeconds(30));
    private final Alerts alerts = new Alerts(messages, now::get);

    @Test
    void a_study_is_told_when_it_begins_and_when_it_has_paused() {
        for (int i = 0; i < 250; i++) {
            transfers.arrived(study("1"), CT);
        }
        transfers.arrived(study("1"), SR);
        assertThat(events(transfers.tell(false))).containsExactly("110102");
        later(29);
        assertThat(transfers.tell(false)).isEmpty();
        later(1);
        List<AuditMessage> told = transfers.tell(false);
        assertThat(events(told)).containsExactly("110104");
        assertThat(told.get(0).objects().get(0).instances()).hasSize(2).containsEntry(CT, 250L);
        assertThat(transfers.tell(true)).isEmpty();
    }

    @Test
    void studies_and_patients_are_told_apart() {
        transfers.arrived(study("1"), CT);
        transfers.arrived(study("2"), CT);
        assertThat(events(transfers.tell(false))).containsExactly("110102", "110102");
    }

    @Test
    void what_went_well_and_what_did_not_are_two_messages_and_what_was_only_tried_is_none() {
        transfers.begin(study("1"));
        transfers.arrived(study("1"), CT);
        transfers.failed(study("1"), CT, "0xA900");
        transfers.begin(study("2"));
        transfers.tell(false);
        List<AuditMessage> told = transfers.tell(true);
        assertThat(told)
                .extracting(AuditMessage::outcome)
                .containsExactlyInAnyOrder(Outcome.SUCCESS, Outcome.SERIOUS_FAILURE);
        assertThat(told).extracting(AuditMessage::reason).contains("0xA900");
    }

    @Test
    void a_transfer_that_never_pauses_is_told_in_parts() {
        for (int second = 0; second < 601; second += 20) {
            transfers.arrived(study("1"), CT);
            later(20);
        }
        assertThat(events(transfers.tell(false))).containsExactly("110102", "110104");
    }

    @Test
    void memory_is_bounded_and_what_is_not_told_is_counted() {
        for (int i = 0; i < 10_100; i++) {
            transfers.arrived(study(String.valueOf(i)), CT);
        }
        assertThat(transfers.takeUntold()).isEqualTo(100);
        assertThat(transfers.tell(false)).hasSize(20_000);
    }

    @Test
    void an_alert_is_told_once_and_then_counted() {
        Alert alert = new Alert(Kind.NODE_REJECTED, "ROGUE", "192.0.2.9", "no");
        for (int i = 0; i < 1000; i++) {
            alerts.add(alert);
        }
        assertThat(alerts.tell(false)).extracting(AuditMessage::reason).containsExactly("no");
        later(59);
        assertThat(alerts.tell(false)).isEmpty();
        later(1);
        assertThat(alerts.tell(false)).extracting(AuditMessage::reason).containsExactly("no (999 more times)");
        alerts.add(alert);
        assertThat(alerts.tell(true)).extracting(AuditMessage::reason).containsExactly("no");
    }

    @Test
    void alerts_of_very_many_sources_are_told_as_one() {
        for (int i = 0; i < 5000; i++) {
            alerts.add(new Alert(Kind.LOGIN_FAILED, "user" + i, "192.0.2.9", "wrong credentials"));
        }
        assertThat(alerts.tell(false)).hasSize(1001);
        later(60);
        assertThat(alerts.tell(false))
                .extracting(AuditMessage::reason)
                .containsExactly("of many sources at once (3999 more times)");
    }

    private void later(int seconds) {
        now.updateAndGet(before -> before.plusSeconds(seconds));
    }

    private static Transfer study(String uid) {
        return new Transfer(true, "GATEWAY", "CT1", "", "10.1.2.3", uid, "4711");
    }

    private static List<String> events(List<AuditMessage> told) {
        return told.stream().map(message -> message.event().value()).toList();
    }
}
