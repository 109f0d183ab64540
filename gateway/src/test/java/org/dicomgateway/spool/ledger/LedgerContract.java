package org.dicomgateway.spool.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.dicomgateway.spool.ledger.LedgerFixtures.START;
import static org.dicomgateway.spool.ledger.LedgerFixtures.books;
import static org.dicomgateway.spool.ledger.LedgerFixtures.delivered;
import static org.dicomgateway.spool.ledger.LedgerFixtures.delivery;
import static org.dicomgateway.spool.ledger.LedgerFixtures.inFile;
import static org.dicomgateway.spool.ledger.LedgerFixtures.inLog;
import static org.dicomgateway.spool.ledger.LedgerFixtures.instance;
import static org.dicomgateway.spool.ledger.LedgerFixtures.parked;
import static org.dicomgateway.spool.ledger.LedgerFixtures.plan;
import static org.dicomgateway.spool.ledger.LedgerFixtures.retry;
import static org.dicomgateway.spool.ledger.LedgerFixtures.settled;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.SpoolView.Selection;
import org.dicomgateway.spool.ledger.Ledger.Applied;
import org.dicomgateway.spool.ledger.Ledger.DueDelivery;
import org.dicomgateway.spool.ledger.Ledger.Movable;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.dicomgateway.spool.sqlite.LedgerHistory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger does. */
public abstract class LedgerContract {

    private static final Instant LATER = START.plusSeconds(100_000);

    private final Candidates candidates = new Candidates();
    private Ledger ledger;

    protected abstract Ledger open(Chooser chooser) throws Exception;

    @BeforeEach
    void openLedger() throws Exception {
        ledger = open(candidates);
    }

    @AfterEach
    void closeLedger() {
        ledger.close();
    }

    @Test
    void a_new_ledger_is_empty() throws Exception {
        assertThat(ledger.appliedPosition()).isEqualTo(LogPosition.START);
        assertThat(ledger.lastInstanceId()).isZero();
        assertThat(ledger.books()).isEmpty();
        assertThat(ledger.recount()).isEmpty();
        assertThat(ledger.unrouted()).isZero();
        assertThat(ledger.due("a", LATER, 10, Set.of(), 0)).isEmpty();
        assertThat(ledger.find(1)).isEmpty();
        assertThat(ledger.unfinishedBytesBySegment()).isEmpty();
    }

    @Test
    void a_received_instance_is_due_at_each_destination_and_comes_back_as_it_was() throws Exception {
        Applied applied = apply(received(5, "a", "b"));

        assertThat(applied).isEqualTo(new Applied(0, Set.of("a", "b")));
        StoredInstance stored = inLog(instance(5), 1);
        assertThat(due("b")).containsExactly(new DueDelivery(delivery(5, 1), stored, "all", 1, "b", 0, false));
        assertThat(ledger.find(5)).contains(stored);
        assertThat(ledger.lastInstanceId()).isEqualTo(5);
        assertThat(ledger.appliedPosition()).isEqualTo(new LogPosition(1, 12_000));
        assertBooks("a", books(1, 0, 1, 0, 0));
    }

    @Test
    void what_was_received_after_an_instance_comes_in_the_order_of_receipt() throws Exception {
        apply(received(2, "a"), received(5, "a"), received(9, "a"));
        apply(delivered(5, 0));

        assertThat(ledger.receivedAfter(2, 10))
                .extracting(SpoolView.Receipt::instanceId, SpoolView.Receipt::receivedAt)
                .containsExactly(
                        tuple(5L, instance(5).receivedAt()),
                        tuple(9L, instance(9).receivedAt()));
        assertThat(ledger.receivedAfter(0, 2))
                .extracting(SpoolView.Receipt::instanceId)
                .containsExactly(2L, 5L);
        assertThat(ledger.receivedAfter(9, 10)).isEmpty();
        assertThat(ledger.lastReceived(instance(9).studyInstanceUid()))
                .contains(instance(9).receivedAt());
        assertThat(ledger.lastReceived("9.9")).isEmpty();
    }

    @Test
    void an_instance_that_is_applied_again_changes_nothing_even_when_delivered() throws Exception {
        apply(received(1, "a"), delivered(1, 0));

        Applied applied = apply(received(1, "a"), received(1, "a", "b"));

        assertThat(applied.due()).isEmpty();
        assertThat(due("a")).isEmpty();
        assertThat(ledger.books()).containsOnlyKeys("a");
        assertBooks("a", books(1, 1, 0, 0, 0));
    }

    @Test
    void the_applied_position_never_goes_back_and_an_unknown_instance_behind_it_is_taken() throws Exception {
        apply(received(9, "a"));
        apply(received(inFile(instance(3)), plan("a")));

        assertThat(ledger.appliedPosition()).isEqualTo(new LogPosition(1, 20_000));
        assertThat(ledger.lastInstanceId()).isEqualTo(9);
        assertThat(dueIds("a")).containsExactly(delivery(3, 0), delivery(9, 0));
    }

    @Test
    void urgent_goes_first_then_what_is_due_longest_then_the_oldest() throws Exception {
        Plan urgent = new Plan(1, List.of(new Plan.PlannedDelivery("stat", 1, List.of("a"), 10, false)));
        apply(
                received(1, "a"),
                received(2, "a"),
                received(inLog(instance(3), 1), urgent),
                received(inLog(instance(4), 1), urgent),
                retry(1, 0, START.plusSeconds(2)));

        assertThat(dueIds("a")).containsExactly(delivery(3, 0), delivery(4, 0), delivery(1, 0), delivery(2, 0));
        assertThat(ledger.due("a", LATER, 3, Set.of(), 0)).hasSize(3);
    }

    @Test
    void nothing_is_given_before_its_time_nor_hides_what_is_less_urgent() throws Exception {
        Plan urgent = new Plan(1, List.of(new Plan.PlannedDelivery("stat", 1, List.of("a"), 10, false)));
        apply(received(inLog(instance(1), 1), urgent), received(2, "a"), retry(1, 0, LATER.plusMillis(1)));

        assertThat(dueIds("a")).containsExactly(delivery(2, 0));
        assertThat(ledger.due("a", LATER.plusMillis(1), 10, Set.of(), 0))
                .extracting(DueDelivery::deliveryId, DueDelivery::attempts)
                .startsWith(tuple(delivery(1, 0), 1));
    }

    @Test
    void what_somebody_has_claimed_is_left_out() throws Exception {
        LongStream.rangeClosed(1, 700).forEach(id -> apply(received(id, "a")));
        Set<Long> claimed =
                LongStream.rangeClosed(1, 600).mapToObj(id -> delivery(id, 0)).collect(Collectors.toSet());

        assertThat(ledger.due("a", LATER, 2, claimed, 0))
                .extracting(DueDelivery::deliveryId)
                .containsExactly(delivery(601, 0), delivery(602, 0));
    }

    @Test
    void an_instance_waits_while_an_older_one_with_its_UID_is_pending_there() throws Exception {
        apply(
                received(inLog(instance(1, "1.2.3", "1.2"), 1), plan("a", "b")),
                received(inLog(instance(2, "1.2.3", "1.2"), 1), plan("a")),
                received(inLog(instance(3, "1.2.3", "1.2"), 1), plan("a", "a")),
                retry(1, 0, LATER.plusSeconds(1)));

        assertThat(due("a")).isEmpty();
        assertThat(apply(delivered(1, 0)).due()).containsExactly("a");
        assertThat(dueIds("a")).containsExactly(delivery(2, 0));
        apply(parked(2, 0));
        assertThat(dueIds("a")).containsExactly(delivery(3, 0));
        apply(delivered(3, 0));
        assertThat(dueIds("a")).containsExactly(delivery(3, 1));
        assertThat(dueIds("b")).containsExactly(delivery(1, 1));
    }

    @Test
    void an_older_delivery_that_is_claimed_still_goes_first() throws Exception {
        apply(
                received(inLog(instance(1, "1.2.3", "1.2"), 1), plan("a")),
                received(inLog(instance(2, "1.2.3", "1.2"), 1), plan("a")));

        assertThat(ledger.due("a", LATER, 10, Set.of(delivery(1, 0)), 0)).isEmpty();
    }

    @Test
    void a_delivered_delivery_is_made_again_and_only_that_one() throws Exception {
        apply(received(1, "a", "b"), delivered(1, 0), delivered(1, 1));
        Change again = new Change.SentAgain(delivery(1, 0), Optional.empty(), "it was missing there", LATER);

        assertThat(apply(again).rows()).isEqualTo(1);
        assertThat(apply(again).rows()).as("it is pending").isZero();

        assertThat(dueIds("a")).containsExactly(delivery(1, 0));
        assertThat(dueIds("b")).isEmpty();
        assertBooks("a", books(1, 0, 1, 0, 0));
        assertThat(ledger.unfinishedBytesBySegment()).isEqualTo(Map.of(1L, LedgerFixtures.LENGTH));
        apply(delivered(1, 0));
        assertThat(ledger.unfinishedBytesBySegment()).isEmpty();
        assertBooks("a", books(1, 1, 0, 0, 0));

        StoredInstance restored = inLog(instance(1), 1).inOwnFile();
        apply(new Change.SentAgain(delivery(1, 1), Optional.of(restored), "it was missing there", LATER));
        assertThat(ledger.unfinished(0, 10)).containsExactly(restored);
        assertThat(ledger.known(1)).contains(restored);
        assertThat(ledger.unfinishedBytesBySegment()).isEmpty();
        apply(delivered(1, 1));
        assertThat(ledger.finishedWithFile(10)).containsExactly(1L);
        apply(new Change.FileKept(1));
        assertThat(ledger.finishedWithFile(10)).isEmpty();
        assertThat(ledger.find(1)).isEmpty();
        assertThat(ledger.known(1)).contains(restored);
        assertThat(ledger.books()).isEqualTo(ledger.recount());
    }

    @Test
    void what_is_made_again_stays_at_its_destination_though_its_route_has_others() throws Exception {
        apply(received(inLog(instance(1), 1), one("pair", "a", "b")), delivered(1, 0));
        apply(new Change.SentAgain(delivery(1, 0), Optional.empty(), "it was missing there", LATER));
        candidates.down("a");
        apply(new Change.Reconsidered("a", List.of(delivery(1, 0)), LATER));
        assertThat(dueIds("b")).isEmpty();
        assertThat(dueIds("a")).containsExactly(delivery(1, 0));
        assertThat(ledger.books()).isEqualTo(ledger.recount());
    }

    @Test
    void an_instance_is_finished_when_its_last_delivery_is_done() throws Exception {
        apply(received(1, "a", "b"), delivered(1, 0));
        assertThat(ledger.unfinished(0, 10)).containsExactly(inLog(instance(1), 1));
        assertThat(ledger.unfinishedIn(1, 10)).containsExactly(inLog(instance(1), 1));
        assertThat(ledger.unfinishedBytesBySegment()).isEqualTo(Map.of(1L, LedgerFixtures.LENGTH));

        apply(delivered(1, 1), delivered(1, 1));

        assertThat(ledger.unfinished(0, 10)).isEmpty();
        assertThat(ledger.unfinishedIn(1, 10)).isEmpty();
        assertThat(ledger.unfinishedBytesBySegment()).isEmpty();
        assertThat(ledger.find(1)).isEmpty();
        assertBooks("b", books(1, 1, 0, 0, 0));
    }

    @Test
    void a_plan_is_known_as_it_was_made_or_moved() throws Exception {
        Plan plan = new Plan(
                9,
                List.of(
                        new Plan.PlannedDelivery("pair", 1, List.of("a", "b"), 3, true),
                        new Plan.PlannedDelivery("all", 2, List.of("b"), 0, false)));
        apply(received(inLog(instance(1), 1), plan), received(inLog(instance(2), 1), new Plan(4, List.of())));
        assertThat(ledger.plan(1)).contains(plan);
        assertThat(ledger.plan(2)).contains(new Plan(4, List.of()));
        assertThat(ledger.plan(3)).isEmpty();

        apply(new Change.Rerouted("b", "c", List.of(delivery(1, 1)), LATER));
        assertThat(ledger.plan(1).orElseThrow().deliveries().get(1).candidates())
                .containsExactly("c");
    }

    @Test
    void unfinished_instances_come_in_pages_by_id_and_in_a_segment_by_offset() throws Exception {
        apply(received(3, "a"), received(1, "a"), received(2, "a"), received(inLog(instance(4), 2), plan("a")));
        apply(delivered(2, 0));

        assertThat(ledger.unfinished(1, 1))
                .extracting(stored -> stored.instance().id())
                .containsExactly(3L);
        assertThat(ledger.unfinishedIn(1, 10))
                .extracting(stored -> stored.instance().id())
                .containsExactly(1L, 3L);
        assertThat(ledger.unfinishedIn(1, 1)).hasSize(1);
        assertThat(ledger.unfinishedBytesBySegment()).isEqualTo(Map.of(1L, 2_000L, 2L, 1_000L));
    }

    @Test
    void a_retry_counts_its_attempt_only_when_told_so() throws Exception {
        apply(received(1, "a"));
        apply(settled(1, 0, new Settlement.Retry(START, false, -1, "no association")));
        assertThat(due("a")).extracting(DueDelivery::attempts).containsExactly(0);
        apply(settled(1, 0, new Settlement.Retry(START, true, 0xC000, "cannot understand")));
        assertThat(due("a")).extracting(DueDelivery::attempts).containsExactly(1);
    }

    @Test
    void what_is_sent_instead_is_known_for_each_destination_until_an_operator_retries() throws Exception {
        SentAs one =
                new SentAs("v1", Uid.of("2.25.1"), "2.25.2", "2.25.3", DatasetDigest.of(17), 1_000, Optional.empty());
        SentAs other = new SentAs(
                "v2",
                Uid.of("2.25.4"),
                "",
                "",
                DatasetDigest.of(-18),
                2_000,
                Optional.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
        long delivery = delivery(1, 0);
        apply(received(1, "a"));
        assertThat(ledger.sentAs(delivery, "a")).isEmpty();

        apply(new Change.SentAsNoted(delivery, "a", one), new Change.SentAsNoted(delivery, "b", other));
        apply(retry(1, 0, START), parked(1, 0));
        assertThat(ledger.sentAs(delivery, "a")).contains(one);
        assertThat(ledger.sentAs(delivery, "b")).contains(other);

        apply(new Change.SentAsWithdrawn(delivery, "b"));
        assertThat(ledger.sentAs(delivery, "b")).isEmpty();
        assertThat(ledger.sentAs(delivery, "a")).contains(one);

        apply(new Change.Retried(Selection.ALL, START));
        assertThat(ledger.sentAs(delivery, "a")).isEmpty();
    }

    @Test
    void what_was_sent_instead_is_forgotten_but_for_its_version() throws Exception {
        SentAs known = new SentAs("v1", Uid.of("2.25.1"), "", "", DatasetDigest.of(17), 1_000, Optional.empty());
        apply(received(1, "a"), received(2, "a"), received(3, "a"));
        apply(new Change.SentAsNoted(delivery(2, 0), "a", known), new Change.SentAsForgotten("a", "v2", 1));
        assertThat(ledger.sentAs(delivery(1, 0), "a")).map(SentAs::version).contains("");
        assertThat(ledger.sentAs(delivery(2, 0), "a")).contains(known);
        assertThat(ledger.sentAs(delivery(3, 0), "a"))
                .hasValueSatisfying(note -> assertThat(note.isForgotten()).isTrue())
                .map(SentAs::version)
                .contains("v2");
        apply(new Change.SentAsForgotten("b", "", 2));
        assertThat(ledger.sentAs(delivery(2, 0), "b")).map(SentAs::version).contains("");
        assertThat(ledger.sentAs(delivery(3, 0), "b")).isEmpty();
    }

    @Test
    void a_parked_delivery_keeps_its_instance_until_it_is_retried_from_its_first_attempt() throws Exception {
        apply(received(1, "a"), retry(1, 0, START), parked(1, 0));
        assertThat(due("a")).isEmpty();
        assertThat(ledger.find(1)).isPresent();
        assertThat(ledger.unfinishedIn(1, 10)).hasSize(1);
        assertBooks("a", books(1, 0, 0, 1, 0));

        Instant at = LATER.minusSeconds(1);
        assertThat(apply(new Change.Retried(Selection.ALL, at))).isEqualTo(new Applied(1, Set.of("a")));

        assertThat(ledger.due("a", at.minusMillis(1), 10, Set.of(), 0)).isEmpty();
        assertThat(due("a")).extracting(DueDelivery::attempts).containsExactly(0);
        assertBooks("a", books(1, 0, 1, 0, 0));
    }

    @Test
    void parked_deliveries_are_retried_by_destination_by_study_or_one_by_one() throws Exception {
        apply(received(1, "a", "b"), received(20, "a"), parked(1, 0), parked(1, 1), parked(20, 0));

        assertThat(retried(new Selection("b", "1.2.3.2", 0))).isZero();
        assertThat(retried(new Selection("", "", delivery(20, 0)))).isEqualTo(1);
        assertThat(retried(new Selection("b", "", 0))).isEqualTo(1);
        assertThat(retried(new Selection("a", "1.2.3.0", delivery(1, 0)))).isEqualTo(1);
        assertThat(retried(Selection.ALL)).isZero();
    }

    @Test
    void a_settlement_of_something_unknown_or_done_changes_nothing() throws Exception {
        apply(received(1, "a", "b"), delivered(1, 0));

        Applied applied = apply(delivered(99, 0), parked(1, 0), retry(1, 0, START), delivered(1, 7));

        assertThat(applied).isEqualTo(new Applied(0, Set.of()));
        assertBooks("a", books(1, 1, 0, 0, 0));
    }

    @Test
    void what_arrived_although_it_was_given_up_is_done() throws Exception {
        apply(received(1, "a"), parked(1, 0), delivered(1, 0));

        assertBooks("a", books(1, 1, 0, 0, 0));
        assertThat(ledger.unfinished(0, 10)).isEmpty();
    }

    @Test
    void an_instance_without_a_plan_is_held_until_it_gets_one() throws Exception {
        apply(received(1), received(2), received(3));
        assertThat(ledger.unrouted()).isEqualTo(3);
        assertThat(ledger.held(1, 1)).containsExactly(inLog(instance(2), 1));
        assertThat(ledger.unfinishedIn(1, 10)).hasSize(3);

        Applied applied = apply(
                new Change.Replanned(2, plan("a")),
                new Change.Replanned(2, plan("b")),
                new Change.Replanned(3, plan()),
                new Change.Replanned(99, plan("b")));

        assertThat(applied).isEqualTo(new Applied(1, Set.of("a")));
        assertThat(ledger.held(0, 10))
                .extracting(stored -> stored.instance().id())
                .containsExactly(1L, 3L);
        assertThat(ledger.unrouted()).isEqualTo(2);
        assertThat(dueIds("a")).containsExactly(delivery(2, 0));
        apply(delivered(2, 0));
        assertThat(ledger.unfinished(0, 10)).hasSize(2);
    }

    @Test
    void deliveries_to_a_destination_that_is_gone_are_held_until_it_is_back() throws Exception {
        apply(received(1, "a", "b"), received(2, "a"), received(3, "a"), parked(3, 0));

        assertThat(apply(new Change.DestinationsChanged(Set.of("b", "c")))).isEqualTo(new Applied(2, Set.of()));
        assertThat(due("a")).isEmpty();
        assertBooks("a", books(3, 0, 0, 1, 2));
        assertThat(dueIds("b")).hasSize(1);
        assertThat(ledger.books()).containsOnlyKeys("a", "b");

        apply(received(4, "a"), delivered(1, 0), new Change.Retried(Selection.ALL, START));
        assertBooks("a", books(4, 1, 0, 0, 3));

        assertThat(apply(new Change.DestinationsChanged(Set.of("a", "b")))).isEqualTo(new Applied(3, Set.of("a")));
        assertThat(dueIds("a")).hasSize(3);
        assertBooks("a", books(4, 1, 3, 0, 0));
    }

    @Test
    void a_plan_for_a_destination_that_never_was_is_held() throws Exception {
        apply(new Change.DestinationsChanged(Set.of("a")));

        assertThat(apply(received(1, "a", "ghost")).due()).containsExactly("a");
        assertThat(due("ghost")).isEmpty();
        assertBooks("ghost", books(1, 0, 0, 0, 1));
    }

    @Test
    void an_instance_that_moved_to_a_file_of_its_own_leaves_its_segment() throws Exception {
        apply(received(1, "a"), new Change.Moved(1), new Change.Moved(1), new Change.Moved(99));

        assertThat(ledger.find(1)).map(StoredInstance::location).contains(new Location.InFile());
        assertThat(due("a")).extracting(entry -> entry.stored().location()).containsExactly(new Location.InFile());
        assertThat(ledger.unfinishedIn(1, 10)).isEmpty();
        assertThat(ledger.unfinishedBytesBySegment()).isEmpty();
        assertThat(ledger.finished(List.of(1L, 2L))).isEmpty();
        assertThat(ledger.finishedWithFile(10)).isEmpty();
    }

    @Test
    void a_file_is_wanted_until_its_instance_is_finished_and_then_reported_until_deleted() throws Exception {
        apply(received(inFile(instance(1)), plan("a")), received(2, "a"), new Change.FileDeleted(1));
        assertThat(ledger.finished(List.of(1L, 2L, 3L))).isEmpty();

        apply(delivered(1, 0), delivered(2, 0), new Change.Moved(2));
        assertThat(ledger.finished(List.of(1L, 2L, 3L))).containsExactlyInAnyOrder(1L, 2L);
        assertThat(ledger.finishedWithFile(10)).containsExactly(1L, 2L);
        assertThat(ledger.find(1)).isPresent();

        apply(new Change.FileDeleted(1));
        assertThat(ledger.finishedWithFile(10)).containsExactly(2L);
        assertThat(ledger.find(1)).isEmpty();
        assertThat(ledger.unfinishedBytesBySegment()).isEmpty();
    }

    @Test
    void history_is_forgotten_when_it_is_old_and_its_bytes_are_gone_and_stays_in_the_books() throws Exception {
        apply(received(1, "a"), received(inFile(instance(2)), plan("a")), received(3, "a"), received(4, "a"));
        apply(delivered(1, 0), delivered(2, 0), delivered(3, 0));

        Applied applied = apply(new Change.Forgotten(START.plusSeconds(63)));

        assertThat(applied).isEqualTo(new Applied(1, Set.of()));
        assertThat(ledger.finishedWithFile(10)).containsExactly(2L);
        assertBooks("a", books(4, 3, 1, 0, 0));
        assertThat(ledger.lastInstanceId()).isEqualTo(4);
        assertThat(apply(new Change.Forgotten(LATER)).rows()).isEqualTo(1);
        assertThat(apply(new Change.Forgotten(LATER)).rows()).isZero();
        apply(new Change.FileDeleted(2));
        assertThat(apply(new Change.Forgotten(LATER)).rows()).isEqualTo(1);
        assertBooks("a", books(4, 3, 1, 0, 0));
        // the series is still known, or known again
        assertThat(dueIds("a")).containsExactly(delivery(4, 0));
        apply(received(5, "a"));
        assertThat(dueIds("a")).containsExactly(delivery(4, 0), delivery(5, 0));
    }

    @Test
    void a_long_history_is_forgotten_in_bites() throws Exception {
        for (long id = 1; id <= LedgerHistory.BITE + 1; id++) {
            apply(received(id, "a"), delivered(id, 0));
        }

        assertThat(apply(new Change.Forgotten(LATER)).rows()).isEqualTo(LedgerHistory.BITE);
        assertThat(apply(new Change.Forgotten(LATER)).rows()).isEqualTo(1);
        assertBooks("a", books(1_001, 1_001, 0, 0, 0));
    }

    @Test
    void a_delivery_with_several_candidates_goes_where_the_chooser_says() throws Exception {
        candidates.down("a");
        apply(received(1, one("spread", "a", "b")));

        assertThat(due("b")).extracting(DueDelivery::route).containsExactly("spread");
        assertThat(ledger.books()).containsOnlyKeys("b");
        assertBooks("b", books(1, 0, 1, 0, 0));
    }

    @Test
    void while_nobody_can_be_used_it_waits_in_nobody_s_books_and_is_chosen_again() throws Exception {
        candidates.down("a", "b");
        assertThat(apply(received(1, one("spread", "a", "b")), received(2, one("spread", "b", "c")))
                        .due())
                .containsExactly("c");
        assertThat(ledger.unassigned()).isEqualTo(1);
        assertThat(ledger.unassigned(0, 10)).containsExactly(delivery(1, 0));
        assertThat(ledger.books()).containsOnlyKeys("c");
        assertThat(ledger.find(1)).isPresent();
        apply(delivered(1, 0), parked(1, 0));

        assertThat(reconsidered("a", 1)).isEqualTo(new Applied(0, Set.of()));
        candidates.up("b");
        assertThat(reconsidered("c", 1).rows()).isZero();
        assertThat(reconsidered("b", 1)).isEqualTo(new Applied(1, Set.of("b")));
        assertThat(ledger.unassigned()).isZero();
        assertBooks("b", books(1, 0, 1, 0, 0));
    }

    @Test
    void a_chooser_that_fails_costs_nothing_but_time() throws Exception {
        candidates.isBroken(true);
        apply(received(1, one("spread", "a", "b")), received(2, "a"));
        assertThat(ledger.unassigned()).isEqualTo(1);
        assertBooks("a", books(1, 0, 1, 0, 0));

        candidates.isBroken(false);
        assertThat(reconsidered("b", 1)).isEqualTo(new Applied(1, Set.of("a")));
        candidates.isBroken(true);
        assertThat(reconsidered("a", 1).rows()).isZero();
        assertBooks("a", books(2, 0, 2, 0, 0));
    }

    @Test
    void what_waits_for_a_destination_that_cannot_be_used_goes_to_another_or_waits_for_any() throws Exception {
        apply(received(1, one("spread", "a", "b")), received(2, "a"), retry(1, 0, LATER.plusSeconds(1)));
        assertThat(ledger.movable("a", 0, 10)).extracting(Movable::deliveryId).containsExactly(delivery(1, 0));
        assertThat(reconsidered("a", 1, 2).rows()).isZero();

        candidates.down("a");
        assertThat(reconsidered("a", 1, 2)).isEqualTo(new Applied(1, Set.of("a", "b")));
        assertThat(due("b"))
                .extracting(DueDelivery::deliveryId, DueDelivery::attempts)
                .containsExactly(tuple(delivery(1, 0), 0));
        assertBooks("a", books(1, 0, 1, 0, 0));
        assertBooks("b", books(1, 0, 1, 0, 0));

        candidates.down("b");
        assertThat(reconsidered("b", 1).rows()).isEqualTo(1);
        assertThat(ledger.unassigned()).isEqualTo(1);
        assertThat(ledger.books()).containsOnlyKeys("a");
        candidates.up("b");
        assertThat(reconsidered("b", 1).rows()).isEqualTo(1);
        candidates.up("a");
        assertThat(reconsidered("a", 1, 2).rows())
                .as("what went to b stays there")
                .isZero();
        assertBooks("b", books(1, 0, 1, 0, 0));
    }

    @Test
    void what_belongs_together_follows_the_first_of_it_and_stays_after_it_had_to_go() throws Exception {
        candidates.down("a");
        apply(received(11, one("sticky", "a", "b")));
        candidates.up("a");
        apply(received(12, one("sticky", "a", "b")), received(25, one("sticky", "a", "b")));
        assertThat(dueIds("b")).containsExactly(delivery(11, 0), delivery(12, 0));
        assertThat(dueIds("a")).containsExactly(delivery(25, 0));

        candidates.down("b");
        assertThat(reconsidered("b", 11, 12).rows()).isEqualTo(2);
        candidates.up("b").down("a");
        apply(received(13, one("sticky", "a", "b")));
        assertThat(dueIds("b")).containsExactly(delivery(13, 0));
        candidates.up("a");
        apply(received(14, one("sticky", "a", "b")));
        assertThat(dueIds("b")).containsExactly(delivery(13, 0), delivery(14, 0));
        apply(new Change.Forgotten(LATER), received(15, one("sticky", "a", "b")));
        assertThat(dueIds("a")).contains(delivery(15, 0));
    }

    @Test
    void copies_of_one_route_never_meet_on_one_destination() throws Exception {
        List<String> three = List.of("a", "b", "c");
        Plan twice = new Plan(
                1,
                List.of(
                        new Plan.PlannedDelivery("copies", 1, three, 0, false),
                        new Plan.PlannedDelivery("copies", 2, three, 0, false)));
        apply(received(1, twice));
        assertThat(dueIds("a")).containsExactly(delivery(1, 0));
        assertThat(dueIds("b")).containsExactly(delivery(1, 1));

        candidates.down("a", "c");
        reconsidered("a", 1);
        assertThat(ledger.unassigned(0, 10)).containsExactly(delivery(1, 0));
        candidates.up("c");
        reconsidered("c", 1);
        assertThat(dueIds("c")).containsExactly(delivery(1, 0));
    }

    @Test
    void what_two_routes_send_to_one_destination_goes_there_once() throws Exception {
        apply(received(1, both(List.of("a", "b"), List.of("a"))));
        assertThat(dueIds("a")).containsExactly(delivery(1, 0));
        assertBooks("a", books(1, 0, 1, 0, 0));

        apply(delivered(1, 0));
        assertThat(ledger.unfinished(0, 10)).isEmpty();
        apply(new Change.Forgotten(LATER));
        assertBooks("a", books(1, 1, 0, 0, 0));
    }

    @Test
    void what_was_merged_is_made_when_the_other_goes_elsewhere() throws Exception {
        apply(received(1, both(List.of("a", "b"), List.of("a"))));
        candidates.down("a");
        assertThat(reconsidered("a", 1).due()).containsExactlyInAnyOrder("a", "b");

        assertThat(dueIds("b")).containsExactly(delivery(1, 0));
        assertThat(dueIds("a")).containsExactly(delivery(1, 1));
        assertBooks("a", books(1, 0, 1, 0, 0));
        assertBooks("b", books(1, 0, 1, 0, 0));
    }

    @Test
    void a_delivery_that_moves_to_where_the_instance_is_already_is_done() throws Exception {
        apply(received(1, both(List.of("b"), List.of("a", "b"))), delivered(1, 0));
        assertThat(ledger.unfinished(0, 10)).hasSize(1);
        candidates.down("a");
        apply(new Change.Reconsidered("a", List.of(delivery(1, 1)), LATER));

        assertThat(ledger.unfinished(0, 10)).isEmpty();
        assertThat(ledger.books()).containsOnlyKeys("b");
        assertBooks("b", books(1, 1, 0, 0, 0));
    }

    @Test
    void what_one_refuses_goes_to_the_next_and_is_parked_at_last_by_the_last() throws Exception {
        Plan next = new Plan(1, List.of(new Plan.PlannedDelivery("next", 1, List.of("a", "b"), 0, true)));
        apply(received(1, next), retry(1, 0, START));
        assertThat(ledger.passesOn(delivery(1, 0))).as("a passes it on").isTrue();
        assertThat(apply(parked(1, 0)).due()).containsExactlyInAnyOrder("a", "b");
        assertThat(ledger.passesOn(delivery(1, 0))).as("b is the last").isFalse();

        assertThat(due("b"))
                .extracting(DueDelivery::deliveryId, DueDelivery::attempts)
                .containsExactly(tuple(delivery(1, 0), 0));
        assertThat(ledger.books()).containsOnlyKeys("b");
        candidates.down("b");
        reconsidered("b", 1);
        assertThat(ledger.unassigned()).as("not back to who refused it").isEqualTo(1);
        candidates.up("b");
        assertThat(reconsidered("a", 1).rows()).isZero();
        reconsidered("b", 1);
        apply(parked(1, 0));
        assertBooks("b", books(1, 0, 0, 1, 0));

        assertThat(retried(Selection.ALL)).isEqualTo(1);
        apply(parked(1, 0));
        assertThat(dueIds("a")).as("retried from the beginning").hasSize(1);
    }

    @Test
    void what_is_damaged_or_not_to_go_on_is_parked_where_it_is() throws Exception {
        Plan next = new Plan(1, List.of(new Plan.PlannedDelivery("next", 1, List.of("a", "b"), 0, true)));
        apply(received(1, next), received(2, one("spread", "a", "b")));
        apply(settled(1, 0, new Settlement.Parked(-1, "damaged", false)), parked(2, 0));

        assertBooks("a", books(2, 0, 0, 2, 0));
        assertThat(ledger.books()).containsOnlyKeys("a");
    }

    @Test
    void everything_a_destination_has_left_goes_to_another() throws Exception {
        apply(
                received(1, "a"),
                received(2, "a"),
                received(3, "a", "b"),
                received(4, "a"),
                received(5, one("spread", "a", "b")),
                retry(1, 0, LATER.plusSeconds(1)),
                parked(2, 0),
                delivered(4, 0));
        assertThat(ledger.open("a", Set.of(delivery(5, 0)), 10))
                .containsExactlyInAnyOrder(delivery(1, 0), delivery(2, 0), delivery(3, 0));

        apply(new Change.DestinationsChanged(Set.of("b")));
        assertThat(apply(rerouted("a", "c", 3))).isEqualTo(new Applied(1, Set.of()));
        assertThat(apply(rerouted("a", "b", 1, 2, 3, 4, 5))).isEqualTo(new Applied(3, Set.of("b")));

        assertThat(due("b"))
                .extracting(DueDelivery::deliveryId, DueDelivery::attempts)
                .contains(tuple(delivery(1, 0), 0), tuple(delivery(2, 0), 0), tuple(delivery(5, 0), 0));
        assertBooks("a", books(1, 1, 0, 0, 0));
        assertBooks("b", books(4, 0, 4, 0, 0));
        assertBooks("c", books(1, 0, 0, 0, 1));
        assertThat(ledger.movable("b", 0, 10)).as("for good").isEmpty();
    }

    @Test
    void rerouting_merges_with_what_is_there_and_takes_what_waits_for_any() throws Exception {
        candidates.down("c", "d");
        apply(received(1, "a", "b"), received(2, one("spread", "c", "d")));
        assertThat(apply(rerouted("a", "b", 1)).rows()).isEqualTo(1);
        assertThat(apply(rerouted("", "b", 2)).rows()).isEqualTo(1);

        assertThat(ledger.unassigned()).isZero();
        assertThat(ledger.books()).containsOnlyKeys("b");
        assertBooks("b", books(2, 0, 2, 0, 0));
        apply(delivered(1, 1), delivered(2, 0));
        assertThat(ledger.unfinished(0, 10)).isEmpty();
    }

    @Test
    void urgent_ones_leave_about_a_fifth_to_others_and_these_a_fifth_of_it_to_the_least() throws Exception {
        for (long id = 1; id <= 90; id++) {
            int priority = (int) (id % 3);
            apply(received(id, new Plan(1, List.of(new Plan.PlannedDelivery("p", 1, List.of("a"), priority, false)))));
        }
        assertThat(priorities(ledger.due("a", LATER, 25, Set.of(), 0))).isEqualTo(Map.of(2L, 20, 1L, 4, 0L, 1));
        assertThat(priorities(ledger.due("a", LATER, 5, Set.of(), 0))).isEqualTo(Map.of(2L, 4, 1L, 1));
        assertThat(priorities(ledger.due("a", LATER, 1, Set.of(), 3))).isEqualTo(Map.of(2L, 1));
        assertThat(priorities(ledger.due("a", LATER, 1, Set.of(), 4))).isEqualTo(Map.of(1L, 1));
        assertThat(priorities(ledger.due("a", LATER, 1, Set.of(), 24))).isEqualTo(Map.of(0L, 1));
        assertThat(ledger.due("a", LATER, 100, Set.of(), 0))
                .doesNotHaveDuplicates()
                .hasSize(90);
    }

    private static Map<Long, Integer> priorities(List<DueDelivery> due) {
        return due.stream()
                .collect(Collectors.toMap(
                        delivery -> delivery.stored().instance().id() % 3, delivery -> 1, Integer::sum));
    }

    private static Change.Received received(long id, Plan plan) {
        return received(inLog(instance(id), 1), plan);
    }

    private static Change.Received received(long id, String... destinations) {
        return LedgerFixtures.received(id, destinations);
    }

    private static Change.Received received(StoredInstance stored, Plan plan) {
        return LedgerFixtures.received(stored, plan);
    }

    private static Plan one(String route, String... candidates) {
        return new Plan(1, List.of(new Plan.PlannedDelivery(route, 1, List.of(candidates), 0, false)));
    }

    private static Plan both(List<String> first, List<String> second) {
        return new Plan(
                1,
                List.of(
                        new Plan.PlannedDelivery("first", 1, first, 0, false),
                        new Plan.PlannedDelivery("second", 1, second, 0, false)));
    }

    private Applied reconsidered(String destination, long... instances) {
        return apply(new Change.Reconsidered(destination, firstDeliveries(instances), LATER));
    }

    private static Change.Rerouted rerouted(String from, String to, long... instances) {
        return new Change.Rerouted(from, to, firstDeliveries(instances), LATER);
    }

    private static List<Long> firstDeliveries(long... instances) {
        return LongStream.of(instances).mapToObj(id -> delivery(id, 0)).toList();
    }

    @Test
    void what_waits_for_later_than_it_should_is_hastened_and_nothing_else() throws Exception {
        apply(received(1, "a"), received(2, "b"), received(3, "a"), parked(3, 0), retry(1, 0, LATER));

        assertThat(apply(new Change.Hastened(LATER.minusSeconds(10)))).isEqualTo(new Applied(1, Set.of("a")));

        assertThat(ledger.due("a", LATER.minusSeconds(11), 10, Set.of(), 0)).isEmpty();
        assertThat(ledger.due("a", LATER.minusSeconds(10), 10, Set.of(), 0)).hasSize(1);
        assertThat(apply(new Change.Hastened(LATER.minusSeconds(10)))).isEqualTo(new Applied(0, Set.of()));
    }

    @Test
    void what_waits_for_one_destination_is_hastened_and_nothing_else() throws Exception {
        apply(received(1, "a"), received(2, "b"), retry(1, 0, LATER), retry(2, 0, LATER));

        assertThat(apply(new Change.Hastened("a", START))).isEqualTo(new Applied(1, Set.of("a")));

        assertThat(ledger.due("a", START, 10, Set.of(), 0)).hasSize(1);
        assertThat(ledger.due("b", LATER.minusSeconds(1), 10, Set.of(), 0)).isEmpty();
    }

    @Test
    void what_was_put_off_until_its_route_opens_follows_other_hours_and_nothing_else_does() throws Exception {
        apply(
                received(1, "a"),
                received(2, "a"),
                received(3, "b"),
                retry(1, 0, LATER),
                putOff(2, "all", LATER),
                putOff(3, "all", LATER));

        Instant later = LATER.plusSeconds(60);
        assertThat(apply(new Change.HoursChanged(Map.of("all", later), START)))
                .as("narrower")
                .isEqualTo(new Applied(2, Set.of("a", "b")));
        assertThat(ledger.due("b", later.minusMillis(1), 10, Set.of(), 0)).isEmpty();
        assertThat(ledger.due("b", later, 10, Set.of(), 0)).hasSize(1);

        Instant sooner = LATER.minusSeconds(60);
        assertThat(apply(new Change.HoursChanged(Map.of("all", sooner), START)).rows())
                .as("wider")
                .isEqualTo(2);
        assertThat(ledger.due("b", sooner, 10, Set.of(), 0)).hasSize(1);
        assertThat(apply(new Change.HoursChanged(Map.of("all", sooner), START)).rows())
                .as("the same again")
                .isZero();

        Instant now = START.plusSeconds(1);
        assertThat(apply(new Change.HoursChanged(Map.of("other", LATER), now)).rows())
                .as("open")
                .isEqualTo(2);
        assertThat(ledger.due("a", now, 10, Set.of(), 0))
                .as("without the one that failed, and waits for its next attempt")
                .extracting(DueDelivery::deliveryId)
                .containsExactly(delivery(2, 0));
        assertThat(apply(new Change.HoursChanged(Map.of("all", LATER), now)).rows())
                .as("none is put off any more")
                .isZero();
    }

    private static Change putOff(long id, String route, Instant opening) {
        return new Change.Settled(delivery(id, 0), Settlement.Retry.untilOpen(route, opening), START);
    }

    private static Ledger.PlacedDelivery placed(long id, String destination, DeliveryState state) {
        return new Ledger.PlacedDelivery(id, "all", destination, state, "", Optional.empty(), Optional.empty());
    }

    @Test
    void what_was_given_up_before_is_given_up_again_although_it_is_pending_or_waits_for_a_destination()
            throws Exception {
        candidates.down("c", "d");
        apply(received(1, "a", "b"), received(2, one("spread", "c", "d")));
        long first = delivery(1, 0);

        assertThat(apply(new Change.Discarded(List.of(first), List.of(), "why", LATER)))
                .isEqualTo(new Applied(0, Set.of()));
        assertThat(apply(new Change.Discarded(List.of(first), List.of(), "why", LATER, true)))
                .isEqualTo(new Applied(1, Set.of("a")));

        assertThat(ledger.deliveries(1))
                .containsExactly(
                        placed(first, "a", DeliveryState.DISCARDED),
                        placed(delivery(1, 1), "b", DeliveryState.PENDING));
        assertThat(ledger.books()).doesNotContainKey("a");
        assertThat(ledger.finished(List.of(1L))).isEmpty();

        apply(new Change.Discarded(List.of(delivery(2, 0)), List.of(), "why", LATER, true));
        assertThat(ledger.unassigned()).isZero();
        assertThat(ledger.finished(List.of(1L, 2L))).containsExactly(2L);
    }

    @Test
    void an_empty_batch_is_no_trouble() throws Exception {
        assertThat(apply()).isEqualTo(new Applied(0, Set.of()));
    }

    @Test
    void each_sync_is_counted_from_as_far_up_as_is_asked_for() throws Exception {
        assertThat(ledger.syncs()).isZero();
        assertThat(ledger.sync(0)).isEqualTo(1);
        assertThat(ledger.sync(70)).isEqualTo(70);
        assertThat(ledger.sync(50)).isEqualTo(71);
        assertThat(ledger.syncs()).isEqualTo(71);
        assertThat(ledger.damage()).isEmpty();
    }

    private Applied apply(Change... changes) {
        try {
            return ledger.apply(List.of(changes));
        } catch (LedgerException e) {
            throw new AssertionError(e);
        }
    }

    private long retried(Selection selection) {
        return apply(new Change.Retried(selection, START)).rows();
    }

    private List<DueDelivery> due(String destination) throws LedgerException {
        return ledger.due(destination, LATER, 100, Set.of(), 0);
    }

    private List<Long> dueIds(String destination) throws LedgerException {
        return due(destination).stream().map(DueDelivery::deliveryId).toList();
    }

    private void assertBooks(String destination, Books expected) throws LedgerException {
        assertThat(ledger.books()).containsEntry(destination, expected);
        assertThat(ledger.recount()).isEqualTo(ledger.books());
        assertThat(ledger.books().values()).allMatch(Books::balanced);
    }
}
