package org.dicomgateway.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.commit.FateTest.at;
import static org.dicomgateway.commit.FateTest.found;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.dicomgateway.commit.CommitmentStatus.State;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.config.settings.CommitmentSettings.Report;
import org.dicomgateway.config.settings.CommitmentSettings.Retry;
import org.dicomgateway.config.settings.CommitmentSettings.Sender;
import org.dicomgateway.config.settings.RouteSettings.CommitOn;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Whereabouts;
import org.junit.jupiter.api.Test;

/** The requests of one sender, from the request to the report, with a clock and a spool of the test's own. */
class CommitmentsTest {

    private static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    private static final AeTitle GATEWAY = AeTitle.of("GATEWAY");
    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final Duration DEADLINE = Duration.ofHours(24);

    private final FakeSpool spool = new FakeSpool();
    private final FakeRecords records = new FakeRecords();
    private final FakeSender sender = new FakeSender();
    private Instant now = START;
    private SenderCommitments commitments = commitments(Report.NEW_ASSOCIATION, 10);

    private SenderCommitments commitments(Report report, int maxOpen) {
        CommitmentSettings settings = new CommitmentSettings(
                AnswerWhen.DELIVERED,
                DEADLINE,
                Duration.ofMinutes(10),
                maxOpen,
                Duration.ofSeconds(30),
                new Retry(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofHours(24)),
                List.of());
        return new SenderCommitments(
                new Sender("CT1", new Peer(AeTitle.of("CT1"), "127.0.0.1", 104), report, Optional.empty()),
                settings,
                records,
                () -> records.texts.isEmpty() ? 1 : records.texts.lastKey() + 1,
                spool,
                route -> CommitOn.ALL,
                (peer, calling, result) -> sender.report(result),
                () -> now);
    }

    @Test
    void success_is_reported_when_every_instance_is_delivered_and_not_before() {
        spool.put("1.1", DeliveryState.DELIVERED);
        spool.put("1.2", DeliveryState.PENDING);
        assertThat(request("9.1", "1.1", "1.2")).isEqualTo(Answer.TAKEN);
        look(Duration.ofHours(3));
        assertThat(sender.told).isEmpty();
        assertThat(only().note()).isEqualTo("1.2 is pending at pacs (route all)");

        spool.put("1.2", DeliveryState.DELIVERED);
        look(Duration.ofMinutes(2));
        assertThat(sender.told).singleElement().satisfies(result -> {
            assertThat(result.eventType()).isEqualTo(1);
            assertThat(result.committed()).containsExactlyInAnyOrder(reference("1.1"), reference("1.2"));
        });
        assertThat(only().state()).isEqualTo(State.SUCCESSFUL);
        look(Duration.ofDays(2));
        assertThat(sender.told).hasSize(1);
    }

    @Test
    void a_newer_version_that_the_ledger_gets_late_is_waited_for() {
        spool.put("1.1", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        spool.late.put("1.1", DeliveryState.PENDING);
        look(Duration.ofSeconds(5));
        assertThat(sender.told).isEmpty();
        assertThat(only().state()).isEqualTo(State.OPEN);
    }

    @Test
    void what_comes_while_another_request_is_reported_counts_too() {
        spool.put("1.1", DeliveryState.DELIVERED);
        spool.put("1.2", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        request("9.2", "1.2");
        sender.meanwhile = () -> spool.late.put("1.2", DeliveryState.PENDING);
        look(Duration.ofSeconds(5));
        assertThat(sender.told).extracting(CommitmentResult::transaction).containsExactly(Uid.of("9.1"));
    }

    @Test
    void a_record_that_cannot_be_read_now_is_read_later() {
        spool.put("1.1", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        records.unreadable = true;
        look(Duration.ofSeconds(5));
        assertThat(sender.told).isEmpty();
        assertThat(records.aside).isEmpty();
        assertThat(only().note()).contains("cannot be read now", "Too many open files");
        records.unreadable = false;
        look(Duration.ofMinutes(1));
        assertThat(sender.told).hasSize(1);
    }

    @Test
    void at_the_deadline_what_is_missing_is_reported_with_its_reason() {
        spool.put("1.1", DeliveryState.DELIVERED);
        spool.put("1.2", DeliveryState.PARKED);
        spool.put("1.3", DeliveryState.PENDING);
        spool.put("1.4", DeliveryState.DISCARDED);
        request("9.1", "1.1", "1.2", "1.3", "1.4", "1.5");
        look(DEADLINE.minusSeconds(1));
        assertThat(sender.told).isEmpty();
        look(Duration.ofSeconds(1));
        assertThat(sender.told).singleElement().satisfies(result -> {
            assertThat(result.eventType()).isEqualTo(2);
            assertThat(result.committed()).containsExactly(reference("1.1"));
            assertThat(result.failed())
                    .extracting(failure -> failure.reference().sopInstance() + " " + failure.reason())
                    .containsExactlyInAnyOrder(
                            "1.2 " + FailureReason.PROCESSING_FAILURE,
                            "1.3 " + FailureReason.PROCESSING_FAILURE,
                            "1.4 " + FailureReason.PROCESSING_FAILURE,
                            "1.5 " + FailureReason.NO_SUCH_OBJECT_INSTANCE);
        });
        assertThat(only().state()).isEqualTo(State.FAILED);
        assertThat(only().failed()).isEqualTo(4);
    }

    @Test
    void an_instance_may_come_after_its_request_for_a_time() {
        request("9.1", "1.1");
        look(Duration.ofMinutes(9));
        assertThat(sender.told).isEmpty();
        look(Duration.ofMinutes(2));
        assertThat(sender.told)
                .singleElement()
                .satisfies(result -> assertThat(result.failed())
                        .extracting(CommitmentResult.Failure::reason)
                        .containsExactly(FailureReason.NO_SUCH_OBJECT_INSTANCE));
    }

    @Test
    void what_an_operator_can_still_help_is_waited_for_beside_what_is_lost() {
        spool.put("1.1", DeliveryState.DISCARDED);
        spool.put("1.2", DeliveryState.PARKED);
        request("9.1", "1.1", "1.2");
        look(Duration.ofHours(1));
        assertThat(sender.told).isEmpty();
        spool.put("1.2", DeliveryState.DELIVERED);
        look(Duration.ofMinutes(2));
        assertThat(sender.told)
                .singleElement()
                .satisfies(result -> assertThat(result.committed()).containsExactly(reference("1.2")));
    }

    @Test
    void it_is_a_record_before_it_is_taken_and_refused_when_it_cannot_be_one() {
        records.failing = true;
        assertThat(request("9.1", "1.1").status()).isEqualTo(DimseStatus.PROCESSING_FAILURE);
        assertThat(commitments.statuses()).isEmpty();
        records.failing = false;
        assertThat(request("9.1", "1.1")).isEqualTo(Answer.TAKEN);
        assertThat(records.texts).hasSize(1);
    }

    @Test
    void the_same_request_again_changes_nothing() {
        request("9.1", "1.1", "1.2");
        now = now.plusSeconds(60);
        assertThat(request("9.1", "1.2", "1.1")).isEqualTo(Answer.TAKEN);
        assertThat(only().requestedAt()).isEqualTo(START);
        assertThat(records.texts).hasSize(1);
    }

    @Test
    void a_transaction_uid_with_other_instances_is_refused() {
        request("9.1", "1.1");
        assertThat(request("9.1", "1.2").status()).isEqualTo(DimseStatus.INVALID_ARGUMENT_VALUE);
        assertThat(only().instances()).isEqualTo(1);
    }

    @Test
    void a_request_that_ended_and_comes_again_is_answered_again() {
        spool.put("1.1", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        look(Duration.ofSeconds(2));
        request("9.1", "1.1");
        look(Duration.ofSeconds(2));
        assertThat(sender.told).hasSize(2);
        assertThat(records.texts).hasSize(1);
    }

    @Test
    void the_open_requests_of_a_sender_are_bounded() {
        commitments = commitments(Report.NEW_ASSOCIATION, 2);
        assertThat(request("9.1", "1.1").status()).isZero();
        assertThat(request("9.2", "1.1").status()).isZero();
        assertThat(request("9.3", "1.1").status()).isEqualTo(DimseStatus.RESOURCE_LIMITATION);
        spool.put("1.1", DeliveryState.DELIVERED);
        look(Duration.ofSeconds(5));
        assertThat(request("9.3", "1.1").status()).isZero();
    }

    @Test
    void the_instances_of_all_open_requests_are_bounded() {
        commitments = commitments(Report.NEW_ASSOCIATION, 10_000);
        String[] many = IntStream.range(0, 10_000).mapToObj(i -> "1." + i).toArray(String[]::new);
        for (int i = 0; i < 20; i++) {
            assertThat(request("9." + i, many).status()).isZero();
        }
        assertThat(request("8.1", "1.1").status()).isEqualTo(DimseStatus.RESOURCE_LIMITATION);
    }

    @Test
    void a_sender_that_is_away_is_told_later_with_growing_pauses() {
        spool.put("1.1", DeliveryState.DELIVERED);
        sender.away = true;
        request("9.1", "1.1");
        look(Duration.ofSeconds(1));
        assertThat(sender.attempts).isEqualTo(1);
        look(Duration.ofSeconds(9));
        assertThat(sender.attempts).isEqualTo(1);
        look(Duration.ofSeconds(1));
        assertThat(sender.attempts).isEqualTo(2);
        look(Duration.ofSeconds(19));
        assertThat(sender.attempts).isEqualTo(2);
        assertThat(only().note()).contains("nobody there");
        sender.away = false;
        look(Duration.ofSeconds(2));
        assertThat(only().state()).isEqualTo(State.SUCCESSFUL);
    }

    @Test
    void a_sender_that_is_away_is_tried_once_for_all_its_requests() {
        spool.put("1.1", DeliveryState.DELIVERED);
        sender.away = true;
        for (int i = 1; i <= 5; i++) {
            request("9." + i, "1.1");
        }
        look(Duration.ofSeconds(1));
        assertThat(sender.attempts).isEqualTo(1);
        look(Duration.ofSeconds(10));
        assertThat(sender.attempts).isEqualTo(2);
        sender.away = false;
        look(Duration.ofSeconds(20));
        assertThat(sender.told).hasSize(5);
    }

    @Test
    void a_request_whose_report_always_fails_delays_no_other_for_long() {
        spool.put("1.1", DeliveryState.DELIVERED);
        sender.poison = Optional.of(Uid.of("9.1"));
        request("9.1", "1.1");
        request("9.2", "1.1");
        look(Duration.ofSeconds(1));
        assertThat(sender.told).isEmpty();
        look(Duration.ofSeconds(10));
        assertThat(sender.told).extracting(CommitmentResult::transaction).containsExactly(Uid.of("9.2"));
    }

    @Test
    void what_was_true_when_the_sender_was_away_is_asked_again() {
        spool.put("1.1", DeliveryState.DELIVERED);
        sender.away = true;
        request("9.1", "1.1");
        look(Duration.ofSeconds(1));
        spool.put("1.1", DeliveryState.PENDING);
        sender.away = false;
        look(Duration.ofMinutes(1));
        assertThat(sender.told).isEmpty();
    }

    @Test
    void a_report_that_the_sender_refuses_is_made_again() {
        spool.put("1.1", DeliveryState.DELIVERED);
        sender.status = DimseStatus.PROCESSING_FAILURE;
        request("9.1", "1.1");
        look(Duration.ofSeconds(1));
        assertThat(only().state()).isEqualTo(State.OPEN);
        assertThat(only().note()).isEqualTo("it answered the report with 0x0110, processing failure");
        sender.status = 0;
        look(Duration.ofSeconds(11));
        assertThat(only().state()).isEqualTo(State.SUCCESSFUL);
    }

    @Test
    void a_sender_that_stays_away_is_given_up_a_day_after_the_deadline() {
        spool.put("1.1", DeliveryState.PARKED);
        sender.away = true;
        request("9.1", "1.1");
        look(DEADLINE);
        for (int i = 0; i < 150; i++) {
            look(Duration.ofMinutes(10));
        }
        assertThat(only().state()).isEqualTo(State.GIVEN_UP);
        assertThat(sender.attempts).isBetween(140, 150);
    }

    @Test
    void the_association_of_the_request_is_used_when_the_sender_wants_it_and_it_is_open() {
        commitments = commitments(Report.SAME_ASSOCIATION, 10);
        spool.put("1.1", DeliveryState.DELIVERED);
        FakeChannel open = new FakeChannel();
        commitments.take(of("9.1", "1.1"), GATEWAY, open);
        look(Duration.ofSeconds(1));
        assertThat(open.told).hasSize(1);
        assertThat(sender.told).isEmpty();

        FakeChannel closed = new FakeChannel();
        closed.open = false;
        commitments.take(of("9.2", "1.1"), GATEWAY, closed);
        look(Duration.ofSeconds(1));
        assertThat(closed.told).isEmpty();
        assertThat(sender.told).hasSize(1);
    }

    @Test
    void an_end_that_cannot_be_noted_is_reported_again() {
        spool.put("1.1", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        records.failing = true;
        look(Duration.ofSeconds(1));
        assertThat(only().state()).isEqualTo(State.OPEN);
        records.failing = false;
        look(Duration.ofSeconds(11));
        assertThat(sender.told).hasSize(2);
        assertThat(only().state()).isEqualTo(State.SUCCESSFUL);
    }

    @Test
    void while_the_ledger_cannot_be_read_nothing_is_reported_even_after_the_deadline() {
        request("9.1", "1.1");
        spool.unreadable = true;
        now = now.plus(DEADLINE);
        org.assertj.core.api.Assertions.assertThatThrownBy(commitments::look).isInstanceOf(SearchException.class);
        assertThat(sender.told).isEmpty();
        spool.unreadable = false;
        spool.put("1.1", DeliveryState.DELIVERED);
        look(Duration.ofSeconds(1));
        assertThat(sender.told)
                .singleElement()
                .satisfies(result -> assertThat(result.eventType()).isEqualTo(1));
    }

    @Test
    void a_damaged_record_is_kept_and_disturbs_no_other() {
        spool.put("1.1", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        request("9.2", "1.1");
        records.texts.computeIfPresent(1L, (number, text) -> text.replace("1.1\n", "1.7\n"));
        look(Duration.ofSeconds(1));
        assertThat(sender.told).extracting(CommitmentResult::transaction).containsExactly(Uid.of("9.2"));
        assertThat(records.aside).containsOnlyKeys(1L);
    }

    @Test
    void a_restart_goes_on_where_the_record_says() throws IOException {
        spool.put("1.1", DeliveryState.PENDING);
        request("9.1", "1.1");
        CommitmentSettings settings = new CommitmentSettings(
                AnswerWhen.DELIVERED,
                DEADLINE,
                Duration.ofMinutes(10),
                10,
                Duration.ofSeconds(30),
                new Retry(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofHours(24)),
                List.of(new Sender(
                        "CT1",
                        new Peer(AeTitle.of("CT1"), "127.0.0.1", 104),
                        Report.NEW_ASSOCIATION,
                        Optional.empty())));
        try (Commitments restarted = Commitments.open(
                settings,
                records,
                spool,
                route -> CommitOn.ALL,
                each -> (peer, calling, result) -> sender.report(result),
                () -> now)) {
            assertThat(restarted.statuses()).singleElement().satisfies(status -> {
                assertThat(status.transactionUid()).isEqualTo("9.1");
                assertThat(status.requestedAt()).isEqualTo(START);
                assertThat(status.state()).isEqualTo(State.OPEN);
            });
            now = now.plusSeconds(5);
            spool.put("1.1", DeliveryState.DELIVERED);
            restarted.start();
            org.awaitility.Awaitility.await().until(() -> sender.told.size() == 1);
        }
    }

    @Test
    void ended_requests_are_forgotten_after_a_week() {
        spool.put("1.1", DeliveryState.DELIVERED);
        request("9.1", "1.1");
        look(Duration.ofSeconds(1));
        assertThat(records.texts).hasSize(1);
        look(Duration.ofDays(8));
        assertThat(records.texts).isEmpty();
        assertThat(commitments.statuses()).isEmpty();
    }

    @Test
    void a_request_of_many_instances_asks_for_one_of_them_while_it_waits() {
        String[] many = IntStream.range(0, 1_000).mapToObj(i -> "1." + i).toArray(String[]::new);
        Arrays.stream(many).forEach(uid -> spool.put(uid, DeliveryState.DELIVERED));
        spool.put("1.777", DeliveryState.PENDING);
        request("9.1", many);
        look(Duration.ofSeconds(1));
        spool.asked = 0;
        for (int i = 0; i < 10; i++) {
            look(Duration.ofMinutes(1));
        }
        assertThat(spool.asked).isLessThanOrEqualTo(10);
    }

    private void look(Duration later) {
        now = now.plus(later);
        commitments.look();
    }

    private Answer request(String transaction, String... instances) {
        return commitments.take(of(transaction, instances), GATEWAY, new FakeChannel());
    }

    private static CommitmentRequest of(String transaction, String... instances) {
        return new CommitmentRequest(
                Uid.of(transaction),
                Arrays.stream(instances).map(CommitmentsTest::reference).toList());
    }

    private static SopReference reference(String instance) {
        return new SopReference(CT, Uid.of(instance));
    }

    private CommitmentStatus only() {
        assertThat(commitments.statuses()).hasSize(1);
        return commitments.statuses().get(0);
    }

    private static final class FakeSpool implements Whereabouts {

        private final Map<String, DeliveryState> known = new HashMap<>();
        private final Map<String, DeliveryState> late = new HashMap<>();
        private boolean unreadable;
        private int asked;

        void put(String instance, DeliveryState state) {
            known.put(instance, state);
        }

        @Override
        public void catchUp() {
            known.putAll(late);
        }

        @Override
        public Optional<Version> newest(Uid sopInstance) {
            asked++;
            if (unreadable) {
                throw new SearchException("the ledger cannot be read", new IOException());
            }
            return Optional.ofNullable(known.get(sopInstance.value()))
                    .map(state -> Version.of(found(reference(sopInstance.value()), at("pacs", state))));
        }
    }

    private static final class FakeRecords implements Records {

        private final SortedMap<Long, String> texts = new TreeMap<>();
        private final Map<Long, String> aside = new HashMap<>();
        private boolean failing;
        private boolean unreadable;

        @Override
        public SortedSet<Long> numbers() {
            return new TreeSet<>(texts.keySet());
        }

        @Override
        public String read(long number) throws IOException {
            if (unreadable) {
                throw new IOException("Too many open files");
            }
            return Objects.requireNonNull(texts.get(number));
        }

        @Override
        public void keep(long number, String text) throws IOException {
            if (failing) {
                throw new IOException("No space left on device");
            }
            texts.put(number, text);
        }

        @Override
        public void remove(long number) {
            texts.remove(number);
        }

        @Override
        public String setAside(long number) {
            aside.put(number, texts.remove(number));
            return number + ".damaged";
        }
    }

    private static final class FakeSender {

        private final List<CommitmentResult> told = new ArrayList<>();
        private boolean away;
        private Optional<Uid> poison = Optional.empty();
        private int status;
        private int attempts;
        private Runnable meanwhile = () -> {};

        int report(CommitmentResult result) throws AssociationException {
            attempts++;
            meanwhile.run();
            if (away || poison.filter(result.transaction()::equals).isPresent()) {
                throw new AssociationException(AssociationException.Cause.CONNECT, "nobody there", null);
            }
            if (status == 0) {
                told.add(result);
            }
            return status;
        }
    }

    private static final class FakeChannel implements ReportChannel {

        private final List<CommitmentResult> told = new ArrayList<>();
        private boolean open = true;

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public int report(CommitmentResult result) {
            told.add(result);
            return 0;
        }
    }
}
