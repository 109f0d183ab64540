package org.dicomgateway.commit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.CommitmentRequests;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.requestor.CommitmentRequestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Instance;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a destination is asked, when, and what its reports do. */
class DestinationCommitmentsTest {

    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final Duration AFTER = Duration.ofMinutes(2);
    private static final Duration DEADLINE = Duration.ofHours(24);
    private static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    private static final Origin PACS = new Origin(AeTitle.of("PACS"), AeTitle.of("GATEWAY"), "192.0.2.1");

    private final FakeSpool spool = new FakeSpool();
    private final FakeServer server = new FakeServer();
    private final List<Long> resent = new ArrayList<>();
    private Instant now = START;
    private DestinationCommitments commitments = commitments();

    private DestinationCommitments commitments() {
        Duration second = Duration.ofSeconds(1);
        DestinationSettings settings = new DestinationSettings(
                "pacs",
                Optional.of(new Peer(AeTitle.of("PACS"), "localhost", 104)),
                Optional.of(AeTitle.of("GATEWAY")),
                4,
                1,
                new RequestorSettings(second, second, second, second, second, 16 * 1024),
                second,
                100,
                new RetrySettings(second, second, 10),
                new BreakerSettings(3, second, second),
                second,
                Schedule.ALWAYS,
                RateLimit.UNLIMITED,
                Optional.empty(),
                Optional.empty(),
                VerifySettings.NONE,
                new CommitmentRequests(true, AFTER, DEADLINE),
                List.of(),
                TranscodeSettings.NEVER);
        return new DestinationCommitments(settings, Inquiry.of(settings, server), spool, this::resend, () -> now);
    }

    private boolean resend(long delivery) {
        spool.deliverAgain(delivery);
        return resent.add(delivery);
    }

    @Test
    void a_study_is_asked_for_as_a_whole_some_time_after_its_last_delivery() {
        spool.deliver(1, "1.9");
        look(Duration.ofSeconds(110));
        spool.deliver(2, "1.9");
        spool.deliver(3, "1.8");
        look(Duration.ofSeconds(20));
        assertThat(server.asked).as("an instance of it came just before").isEmpty();
        look(Duration.ofSeconds(100));
        assertThat(server.asked)
                .extracting(CommitmentRequest::references)
                .containsExactly(List.of(reference(1), reference(2)), List.of(reference(3)));
        look(AFTER);
        assertThat(server.asked).as("once").hasSize(2);
    }

    @Test
    void a_study_that_grows_all_the_time_is_asked_for_nevertheless_and_in_bounded_requests() {
        for (int i = 1; i <= 30 && server.asked.isEmpty(); i++) {
            spool.deliver(i, "1.9");
            look(Duration.ofMinutes(1));
        }
        assertThat(server.asked).hasSize(1);

        IntStream.rangeClosed(100, 100 + DestinationCommitments.MAX_REFERENCES).forEach(i -> spool.deliver(i, "1.7"));
        look(Duration.ofSeconds(10));
        assertThat(server.asked)
                .extracting(request -> request.references().size())
                .endsWith(DestinationCommitments.MAX_REFERENCES, 1);
    }

    @Test
    void what_is_committed_is_noted_and_not_asked_for_again() {
        spool.deliver(1, "1.9");
        look(AFTER);
        assertThat(report(server.last(), List.of(reference(1)))).isEqualTo(Answer.TAKEN);
        look(Duration.ofSeconds(1));
        assertThat(spool.said(1)).isEqualTo("committed");
        look(Duration.ofDays(3));
        assertThat(server.asked).hasSize(1);
        assertThat(commitments.committed()).isEqualTo(1);
    }

    @Test
    void a_report_before_the_response_counts() {
        server.reportAtOnce =
                Optional.of(request -> new CommitmentResult(request.transaction(), request.references(), List.of()));
        spool.deliver(1, "1.9");
        look(AFTER);
        assertThat(spool.said(1)).isEqualTo("committed");
    }

    @Test
    void a_failure_is_told_with_its_reason_and_asked_for_again_with_growing_pauses_of_a_day_at_most() {
        spool.deliver(1, "1.9");
        look(AFTER);
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            CommitmentRequest request = server.last();
            fail(request, new Failure(reference(1), new FailureReason(0x0122)));
            look(Duration.ZERO);
            assertThat(spool.said(1)).isEqualTo("0x0122, referenced SOP class not supported");
            Instant failed = now;
            while (server.last().equals(request)) {
                look(Duration.ofMinutes(1));
            }
            assertThat(server.last().transaction()).isNotEqualTo(request.transaction());
            pauses.add(Duration.between(failed, now));
        }
        assertThat(pauses).isSorted();
        assertThat(pauses.get(0)).isBetween(AFTER, AFTER.multipliedBy(3));
        assertThat(pauses.get(13)).isBetween(Duration.ofDays(1), Duration.ofHours(25));
        assertThat(resent).isEmpty();
    }

    @Test
    void what_the_server_does_not_have_is_sent_again_at_most_once_a_day() {
        Failure missing = new Failure(reference(1), FailureReason.NO_SUCH_OBJECT_INSTANCE);
        spool.deliver(1, "1.9");
        look(AFTER);
        fail(server.last(), missing);
        look(Duration.ofSeconds(1));
        assertThat(resent).containsExactly(1L);

        look(AFTER);
        fail(server.last(), missing);
        look(Duration.ofSeconds(1));
        assertThat(resent).as("a server that always says so").hasSize(1);
        assertThat(spool.said(1)).isEqualTo("0x0112, no such object instance");
        for (int i = 0; i < 20; i++) {
            look(Duration.ofHours(2));
            fail(server.last(), missing);
        }
        assertThat(resent.size()).as("two days later").isBetween(2, 3);
    }

    @Test
    void a_report_that_does_not_come_is_asked_for_under_a_new_transaction_and_a_late_one_still_counts() {
        spool.deliver(1, "1.9");
        spool.deliver(2, "1.9");
        look(AFTER);
        CommitmentRequest first = server.last();
        look(DEADLINE);
        look(AFTER);
        look(AFTER);
        assertThat(server.asked).hasSize(2);
        assertThat(server.last().transaction()).isNotEqualTo(first.transaction());
        assertThat(commitments.problem()).contains("has not reported on 2 instances in time");

        CommitmentResult late = new CommitmentResult(
                first.transaction(),
                List.of(reference(1)),
                List.of(new Failure(reference(2), FailureReason.NO_SUCH_OBJECT_INSTANCE)));
        assertThat(commitments.report(late, PACS)).contains(Answer.TAKEN);
        look(Duration.ofSeconds(1));
        assertThat(spool.said(1)).isEqualTo("committed");
        assertThat(spool.said(2)).as("asked again meanwhile").isEmpty();
        assertThat(resent).isEmpty();
    }

    @Test
    void only_what_was_asked_is_believed_and_only_from_the_server_itself() {
        spool.deliver(1, "1.9");
        look(AFTER);
        CommitmentRequest request = server.last();
        CommitmentResult lie = new CommitmentResult(request.transaction(), request.references(), List.of());
        Origin stranger = new Origin(AeTitle.of("OTHER"), AeTitle.of("GATEWAY"), "192.0.2.9");
        assertThat(commitments.report(lie, stranger)).isEmpty();
        CommitmentResult unknown = new CommitmentResult(Uid.of("1.2.3"), request.references(), List.of());
        assertThat(commitments.report(unknown, PACS)).isEmpty();
        CommitmentResult foreign = new CommitmentResult(request.transaction(), List.of(reference(77)), List.of());
        assertThat(commitments.report(foreign, PACS).orElseThrow().status())
                .isEqualTo(DimseStatus.INVALID_ARGUMENT_VALUE);
        look(Duration.ofSeconds(1));
        assertThat(spool.said(1)).isEmpty();

        fail(request, new Failure(reference(1), FailureReason.PROCESSING_FAILURE));
        assertThat(commitments.report(lie, PACS)).as("a second report").contains(Answer.TAKEN);
        look(Duration.ofSeconds(1));
        assertThat(spool.said(1)).isEqualTo("0x0110, processing failure");
        assertThat(spool.notes).doesNotContainKey(77L);
    }

    @Test
    void what_was_made_again_since_is_not_committed_by_an_old_report() {
        spool.deliver(1, "1.9");
        look(AFTER);
        now = now.plusSeconds(1);
        spool.deliverAgain(1);
        report(server.last(), List.of(reference(1)));
        look(Duration.ofSeconds(1));
        assertThat(spool.said(1)).isEmpty();
    }

    @Test
    void what_a_newer_version_replaced_is_not_asked_for() {
        spool.replaced.add(1L);
        spool.deliver(1, "1.9");
        look(AFTER);
        assertThat(server.asked).isEmpty();
        assertThat(spool.due).isEmpty();
    }

    @Test
    void a_server_that_refuses_or_does_not_answer_is_tried_again_with_growing_pauses() {
        server.status = DimseStatus.NO_SUCH_SOP_CLASS;
        for (int i = 1; i <= 5; i++) {
            spool.deliver(i, "1." + i);
        }
        look(AFTER);
        assertThat(server.asked).as("one finds out for all").hasSize(1);
        assertThat(commitments.problem()).contains("0x0118");
        server.status = 0;
        server.away = true;
        look(Duration.ofSeconds(10));
        int tried = server.asked.size();
        look(Duration.ofSeconds(5));
        assertThat(server.asked).hasSize(tried);
        assertThat(commitments.problem()).isEqualTo("connection refused");
        server.away = false;
        look(Duration.ofMinutes(10));
        assertThat(server.asked.size()).isGreaterThan(tried + 3);
        assertThat(commitments.problem()).isEmpty();
    }

    @Test
    void a_server_that_does_not_offer_it_is_told_once_and_asked_again_every_hour() {
        List<CommitmentRequest> asked = new ArrayList<>();
        Inquiry absent = new Inquiry() {
            @Override
            public Reply ask(CommitmentRequest request, Function<CommitmentResult, Answer> reports, Runnable wait) {
                asked.add(request);
                return new Reply(Kind.NOT_OFFERED, "HTTP 404", Duration.ZERO);
            }

            @Override
            public boolean isFrom(Origin origin) {
                return false;
            }
        };
        commitments = new DestinationCommitments(commitments.settings(), absent, spool, this::resend, () -> now);
        spool.deliver(1, "1.9");
        spool.deliver(2, "1.8");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(DestinationCommitments.class);
        logger.addAppender(log);
        look(AFTER);
        for (int i = 0; i < 59; i++) {
            look(Duration.ofMinutes(1));
        }
        assertThat(asked).hasSize(1);
        assertThat(commitments.problem()).contains("offers no storage commitment over DICOMweb (HTTP 404)");
        look(Duration.ofMinutes(1));
        look(Duration.ofHours(1));
        logger.detachAppender(log);
        assertThat(asked).hasSize(3);
        assertThat(log.list).singleElement().asString().contains("not asked for 60 min");
        assertThat(spool.said(1)).isEmpty();
    }

    @Test
    void a_request_whose_result_is_lost_is_made_again() {
        List<CommitmentRequest> asked = new ArrayList<>();
        List<Uid> lost = new ArrayList<>();
        Inquiry forgetful = new Inquiry() {
            @Override
            public Reply ask(CommitmentRequest request, Function<CommitmentResult, Answer> reports, Runnable wait) {
                asked.add(request);
                return Reply.TAKEN;
            }

            @Override
            public List<Uid> collect(Predicate<Uid> open, Function<CommitmentResult, Answer> reports) {
                return List.copyOf(lost);
            }

            @Override
            public boolean isFrom(Origin origin) {
                return false;
            }
        };
        commitments = new DestinationCommitments(commitments.settings(), forgetful, spool, this::resend, () -> now);
        spool.deliver(1, "1.9");
        look(AFTER);
        lost.add(asked.get(0).transaction());
        look(Duration.ofSeconds(10));
        lost.clear();
        look(AFTER);
        look(AFTER);
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).transaction()).isNotEqualTo(asked.get(0).transaction());
    }

    @Test
    void a_request_that_the_server_always_breaks_off_does_not_keep_the_others_waiting() {
        server.breaksOff = Optional.of(reference(1));
        spool.deliver(1, "1.9");
        spool.deliver(2, "1.8");
        look(AFTER);
        look(Duration.ofMinutes(1));
        assertThat(server.asked)
                .extracting(CommitmentRequest::references)
                .containsExactly(List.of(reference(1)), List.of(reference(2)));
        look(AFTER);
        assertThat(server.last().references()).as("it is tried again").containsExactly(reference(1));
    }

    @Test
    void a_request_that_is_being_made_when_the_settings_change_is_made_again_soon() {
        spool.deliver(1, "1.9");
        server.meanwhile = () -> {
            server.meanwhile = () -> {};
            commitments.stop();
            commitments = commitments();
        };
        look(AFTER);
        look(AFTER);
        assertThat(server.asked)
                .as("the new settings know no report on the first")
                .hasSize(2);
    }

    @Test
    void the_next_process_asks_again_for_what_was_open() {
        spool.deliver(1, "1.9");
        look(AFTER);
        CommitmentRequest before = server.last();
        commitments = commitments();
        look(AFTER);
        assertThat(server.asked).hasSize(2);
        assertThat(server.last().transaction()).isNotEqualTo(before.transaction());
        assertThat(commitments.report(new CommitmentResult(before.transaction(), before.references(), List.of()), PACS))
                .as("nothing proves that it is ours")
                .isEmpty();
    }

    private void look(Duration later) {
        now = now.plus(later);
        commitments.look();
    }

    private Answer report(CommitmentRequest request, List<SopReference> committed) {
        return commitments
                .report(new CommitmentResult(request.transaction(), committed, List.of()), PACS)
                .orElseThrow();
    }

    private void fail(CommitmentRequest request, Failure failure) {
        assertThat(commitments.report(new CommitmentResult(request.transaction(), List.of(), List.of(failure)), PACS))
                .contains(Answer.TAKEN);
    }

    private static SopReference reference(long delivery) {
        return new SopReference(CT, Uid.of("1.2.3." + delivery));
    }

    private static final class FakeServer implements CommitmentRequestor {

        private final List<CommitmentRequest> asked = new ArrayList<>();
        private Optional<Function<CommitmentRequest, CommitmentResult>> reportAtOnce = Optional.empty();
        private int status;
        private boolean away;
        private Optional<SopReference> breaksOff = Optional.empty();
        private Runnable meanwhile = () -> {};

        CommitmentRequest last() {
            return asked.get(asked.size() - 1);
        }

        @Override
        public int request(Peer peer, AeTitle calling, CommitmentRequest request, CommitmentScu reports, Wait wait)
                throws AssociationException {
            if (away) {
                throw new AssociationException(AssociationException.Cause.CONNECT, "connection refused", null);
            }
            asked.add(request);
            meanwhile.run();
            if (breaksOff.filter(request.references()::contains).isPresent()) {
                throw new AssociationException(AssociationException.Cause.CONNECTION_LOST, "aborted", null);
            }
            reportAtOnce.ifPresent(how -> {
                assertThat(reports.report(how.apply(request), PACS)).isEqualTo(Answer.TAKEN);
                wait.forReport();
            });
            return status;
        }
    }

    /** The rows of the ledger. */
    private final class FakeSpool implements CopyCommitments {

        private final Map<Long, Owed> owed = new TreeMap<>();
        private final Map<Long, Instant> due = new TreeMap<>();
        private final Map<Long, Note> notes = new TreeMap<>();
        private final List<Long> replaced = new ArrayList<>();

        void deliver(long delivery, String study) {
            Instance instance = new Instance(
                    delivery,
                    CT,
                    reference(delivery).sopInstance(),
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                    study,
                    study + ".1",
                    "P1",
                    "A1",
                    "CT",
                    PACS,
                    now,
                    100);
            Copy copy = new Copy(
                    delivery,
                    instance,
                    "pacs",
                    Optional.empty(),
                    Optional.empty(),
                    CopyState.UNCHECKED,
                    Optional.empty(),
                    replaced.contains(delivery),
                    false);
            put(new Owed(copy, now, now.plus(AFTER), 0, Optional.empty()));
        }

        void deliverAgain(long delivery) {
            notes.remove(delivery);
            put(new Owed(row(delivery).copy(), now, now.plus(AFTER), 0, Optional.of(now)));
        }

        private Owed row(long delivery) {
            return Optional.ofNullable(owed.get(delivery)).orElseThrow();
        }

        private void put(Owed row) {
            owed.put(row.copy().deliveryId(), row);
            due.put(row.copy().deliveryId(), row.due());
        }

        String said(long delivery) {
            return Optional.ofNullable(notes.get(delivery))
                    .flatMap(Note::said)
                    .map(said -> said.failure().map(FailureReason::toString).orElse("committed"))
                    .orElse("");
        }

        @Override
        public void askAfter(Function<String, Optional<Duration>> after) {}

        @Override
        public List<Owed> owed(String destination, Instant until, int max) {
            return due.entrySet().stream()
                    .filter(each -> !each.getValue().isAfter(until))
                    .sorted(Map.Entry.comparingByValue())
                    .limit(max)
                    .map(each -> {
                        Owed row = row(each.getKey());
                        return new Owed(
                                row.copy(), row.deliveredAt(), each.getValue(), row.requests(), row.sentAgainAt());
                    })
                    .toList();
        }

        @Override
        public void note(List<Note> all) {
            for (Note note : all) {
                Owed row = row(note.deliveryId());
                if (row.deliveredAt().equals(note.deliveredAt())) {
                    int requests = row.requests() + (note.requested() ? 1 : 0);
                    owed.put(
                            note.deliveryId(),
                            new Owed(row.copy(), row.deliveredAt(), row.due(), requests, row.sentAgainAt()));
                    due.remove(note.deliveryId());
                    note.again().ifPresent(at -> due.put(note.deliveryId(), at));
                    note.said().ifPresent(said -> notes.put(note.deliveryId(), note));
                }
            }
        }

        @Override
        public void hasten(String destination, Instant latest) {
            due.replaceAll((delivery, at) -> at.isAfter(latest) ? latest : at);
        }

        @Override
        public Map<String, Debt> debts() {
            return Map.of();
        }
    }
}
