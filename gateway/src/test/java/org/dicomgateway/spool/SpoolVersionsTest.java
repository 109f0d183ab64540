package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dicomgateway.observe.ForwardEvent;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.SpoolSearch.EventKind;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.SpoolView.Selection;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No destination gets an older version of an instance after a newer one was sent there. */
class SpoolVersionsTest {

    private static final String UID = "1.2.9";
    private static final Settlement DELIVERED = new Settlement.Delivered(0);
    private static final Settlement REFUSED = new Settlement.Parked(0xC000, "cannot understand");
    private static final Settlement NEVER_SENT = new Settlement.Parked(-1, "no presentation context");

    @TempDir
    private Path directory;

    private SpoolHarness harness;
    private final List<ForwardEvent> logged = new CopyOnWriteArrayList<>();
    private Spool spool;
    private Plan plan = to("a", "b");

    /** One delivery: the first of these that can be used. */
    private static Plan to(String... candidates) {
        return new Plan(7, List.of(new PlannedDelivery("route", 1, List.of(candidates), 0, true)));
    }

    @BeforeEach
    void make() throws IOException {
        harness = new SpoolHarness(directory);
        spool = openSpool();
    }

    private Spool openSpool() throws IOException {
        Path ledger = new Folders(directory).ledger();
        return Spool.open(
                harness.settings,
                (header, origin) -> plan,
                harness.candidates,
                harness.clock(),
                System::nanoTime,
                new LocalDisk(),
                new SqliteLedgerSource(ledger),
                new ForwardLog(logged::add),
                StageTimes.NONE);
    }

    private void reopen() throws IOException {
        spool.close();
        spool = openSpool();
    }

    @AfterEach
    void close() {
        SpoolHarness.settleDown(spool);
        assertThat(spool.books().values()).allMatch(Books::balanced);
        spool.close();
    }

    /** The nth version of the instance. */
    private long accept(int version) throws Exception {
        byte[] dataset = SpoolHarness.dataset(UID, "CT", 1_000 + 2 * version);
        Intake.Accepted accepted = spool.accept(SpoolHarness.arrival(UID), new ByteArrayInputStream(dataset));
        SpoolHarness.settleDown(spool);
        return accepted.instance().id();
    }

    private Claim claim(String destination) {
        List<Claim> claims = spool.claim(destination, 10);
        assertThat(claims).as("due at %s", destination).hasSize(1);
        return claims.get(0);
    }

    private void settle(Claim claim, Settlement settlement) {
        spool.settle(claim, settlement);
        SpoolHarness.settleDown(spool);
    }

    private Settlement retry(Duration later) {
        return new Settlement.Retry(harness.clock().instant().plus(later), false, -1, "no association");
    }

    private Settlement noAnswer() {
        return retry(Duration.ZERO).withoutAnswer();
    }

    private DeliveryState state(long instance) {
        return spool.story(instance)
                .orElseThrow()
                .instance()
                .deliveries()
                .get(0)
                .state();
    }

    private void awaitState(long instance, DeliveryState state) {
        await().untilAsserted(() -> assertThat(state(instance)).isEqualTo(state));
    }

    private void fails(String destination) {
        harness.candidates.down(destination);
        spool.reconsider(destination);
    }

    private void awaitAt(long instance, String destination) {
        await().untilAsserted(() -> assertThat(spool.story(instance)
                        .orElseThrow()
                        .instance()
                        .deliveries()
                        .get(0)
                        .destination())
                .contains(destination));
    }

    @Test
    void what_was_in_flight_to_a_server_that_fails_does_not_follow_a_newer_version_to_another() throws Exception {
        long v1 = accept(1);
        Claim first = claim("a");
        long v2 = accept(2);
        assertThat(spool.claim("a", 10)).isEmpty();
        fails("a");
        awaitAt(v2, "b");
        settle(claim("b"), DELIVERED);
        settle(first, noAnswer());
        awaitState(v1, DeliveryState.SUPERSEDED);
        assertThat(spool.claim("b", 10)).isEmpty();
        assertThat(spool.books().get("b")).isEqualTo(new Books(2, 1, 0, 0, 0, 1, 0));
    }

    @Test
    void a_backlog_that_is_given_out_bite_by_bite_brings_no_old_version_late() throws Exception {
        long v1 = accept(1);
        Claim first = claim("a");
        for (int i = 0; i < 1_100; i++) {
            SpoolHarness.accept(spool, "1.2.10." + i, "CT", 100);
        }
        long v2 = accept(2);
        fails("a");
        awaitAt(v2, "b");
        assertThat(SpoolHarness.deliverAll(spool, "b")).hasSize(1_101);
        settle(first, retry(Duration.ZERO));
        awaitState(v1, DeliveryState.SUPERSEDED);
    }

    @Test
    void what_belongs_together_is_in_order_too() throws Exception {
        plan = new Plan(7, List.of(new PlannedDelivery("sticky", 1, List.of("a", "b"), 0, false)));
        what_was_in_flight_to_a_server_that_fails_does_not_follow_a_newer_version_to_another();
    }

    @Test
    void a_parked_version_that_is_retried_after_a_newer_one_was_delivered_is_superseded() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long v2 = accept(2);
        settle(claim("a"), DELIVERED);
        assertThat(spool.retry(Selection.ALL)).isEqualTo(1);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(spool.claim("a", 10)).isEmpty();
        assertThat(spool.books().get("a")).isEqualTo(new Books(2, 1, 0, 0, 0, 1, 0));
        assertThat(spool.story(v1).orElseThrow().events())
                .extracting(SpoolSearch.Event::kind)
                .containsExactly(
                        EventKind.RECEIVED,
                        EventKind.PLANNED,
                        EventKind.PARKED,
                        EventKind.RETRIED,
                        EventKind.SUPERSEDED);
        assertThat(logged)
                .filteredOn(event -> event.event() == ForwardLog.Event.SUPERSEDED)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.sopInstance()).isEqualTo(UID);
                    assertThat(event.destination()).isEqualTo("a");
                    assertThat(event.reason()).contains("instance " + v1).contains("instance " + v2);
                });
    }

    @Test
    void a_parked_version_that_is_retried_while_a_newer_one_is_in_flight_waits_for_what_becomes_of_it()
            throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        accept(2);
        Claim second = claim("a");
        spool.retry(Selection.ALL);
        assertThat(spool.claim("a", 10)).isEmpty();
        settle(second, DELIVERED);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
    }

    @Test
    void an_attempt_without_an_answer_counts_as_sent() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long v2 = accept(2);
        settle(claim("a"), noAnswer());
        spool.retry(Selection.ALL);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(claim("a").instance().id()).isEqualTo(v2);
    }

    @Test
    void a_refusal_after_an_attempt_without_an_answer_does_not_make_it_unsent() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        accept(2);
        settle(claim("a"), noAnswer());
        settle(claim("a"), REFUSED);
        spool.retry(new Selection("a", "", DeliveryId.of(v1, 0)));
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
    }

    @Test
    void a_newer_version_that_was_refused_or_never_sent_keeps_nothing_back() throws Exception {
        plan = to("a");
        for (Settlement settlement : List.of(REFUSED, NEVER_SENT)) {
            long v1 = accept(1);
            settle(claim("a"), REFUSED);
            accept(2);
            settle(claim("a"), settlement);
            spool.retry(new Selection("a", "", DeliveryId.of(v1, 0)));
            Claim again = claim("a");
            assertThat(again.instance().id()).isEqualTo(v1);
            settle(again, DELIVERED);
        }
    }

    @Test
    void a_newer_version_does_not_overtake_an_older_one_that_is_to_be_tried_later() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), retry(Duration.ofMinutes(5)));
        long v2 = accept(2);
        assertThat(spool.claim("a", 10)).isEmpty();
        harness.advance(Duration.ofMinutes(6));
        Claim first = claim("a");
        assertThat(first.instance().id()).isEqualTo(v1);
        settle(first, DELIVERED);
        assertThat(claim("a").instance().id()).isEqualTo(v2);
    }

    @Test
    void a_newer_version_that_is_more_urgent_waits_as_well() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        plan = new Plan(7, List.of(new PlannedDelivery("urgent", 1, List.of("a"), 10, false)));
        long v2 = accept(2);
        assertThat(SpoolHarness.deliverAll(spool, "a"))
                .extracting(claim -> claim.instance().id())
                .containsExactly(v1, v2);
    }

    @Test
    void a_rerouted_version_is_superseded_where_a_newer_one_was_delivered() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        plan = to("b");
        accept(2);
        settle(claim("b"), DELIVERED);
        assertThat(spool.reroute("a", "b")).isEqualTo(1);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(spool.claim("b", 10)).isEmpty();
    }

    @Test
    void what_gets_a_plan_late_is_superseded_where_a_newer_one_was_delivered() throws Exception {
        plan = new Plan(7, List.of());
        long v1 = accept(1);
        plan = to("a");
        accept(2);
        settle(claim("a"), DELIVERED);
        assertThat(spool.replan((header, origin) -> plan)).isEqualTo(1);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
    }

    @Test
    void what_was_being_sent_when_the_process_ended_counts_as_sent() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long v2 = accept(2);
        assertThat(claim("a").instance().id()).isEqualTo(v2);
        reopen();
        spool.retry(Selection.ALL);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(claim("a").instance().id()).isEqualTo(v2);
    }

    @Test
    void what_became_pending_while_a_newer_one_was_being_sent_and_the_process_ended_is_superseded() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long v2 = accept(2);
        claim("a");
        spool.retry(Selection.ALL);
        reopen();
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(claim("a").instance().id()).isEqualTo(v2);
    }

    @Test
    void of_three_versions_the_last_one_sent_is_the_newest() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long v2 = accept(2);
        settle(claim("a"), REFUSED);
        long v3 = accept(3);
        settle(claim("a"), DELIVERED);
        spool.retry(Selection.ALL);
        assertThat(List.of(state(v1), state(v2), state(v3)))
                .containsExactly(DeliveryState.SUPERSEDED, DeliveryState.SUPERSEDED, DeliveryState.DELIVERED);
    }

    @Test
    void when_an_operator_discards_the_newer_version_the_older_one_may_go() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long v2 = accept(2);
        settle(claim("a"), noAnswer());
        settle(claim("a"), REFUSED);
        spool.discard(new Selection("a", "", DeliveryId.of(v2, 0)), "the wrong patient");
        spool.retry(Selection.ALL);
        assertThat(claim("a").instance().id()).isEqualTo(v1);
    }

    @Test
    void where_a_version_was_sent_is_known_as_long_as_an_older_one_is_kept() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        accept(2);
        settle(claim("a"), DELIVERED);
        SpoolHarness.keepHouse(spool);
        harness.advance(SpoolHarness.HISTORY.plusDays(1));
        spool.spoolMaintenance().forget();
        spool.retry(Selection.ALL);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
    }

    @Test
    void a_ledger_that_is_built_anew_does_not_send_an_old_version_after_one_that_is_gone() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        deliverAndRecycle(2);
        loseTheLedger();
        SpoolHarness.settleDown(spool);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(SpoolHarness.deliverAll(spool, "a"))
                .extracting(claim -> claim.instance().sopInstance().value())
                .doesNotContain(UID);
    }

    @Test
    void a_ledger_that_is_lost_right_after_a_newer_version_was_sent_sends_no_older_one_again() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), new Settlement.Delivered(0));
        accept(2);
        Claim sent = claim("a");
        loseTheLedger();
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(SpoolHarness.deliverAll(spool, "a"))
                .extracting(claim -> claim.instance().id())
                .containsExactly(sent.instance().id());
    }

    @Test
    void a_ledger_that_is_rolled_back_behind_a_newer_version_sends_no_older_one_again() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        Map<String, byte[]> before = ledgerFiles();
        settle(claim("a"), new Settlement.Delivered(0));
        accept(2);
        Claim sent = claim("a");
        spool.close();
        for (Map.Entry<String, byte[]> file : before.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        spool = openSpool();
        SpoolHarness.settleDown(spool);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
        assertThat(SpoolHarness.deliverAll(spool, "a"))
                .extracting(claim -> claim.instance().id())
                .containsExactly(sent.instance().id());
    }

    private Map<String, byte[]> ledgerFiles() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        for (String name : List.of("ledger.db", "ledger.db-wal")) {
            files.put(name, Files.readAllBytes(directory.resolve(name)));
        }
        return files;
    }

    @Test
    void what_gets_a_plan_only_after_the_ledger_was_built_anew_is_in_order_too() throws Exception {
        plan = new Plan(7, List.of());
        long v1 = accept(1);
        plan = to("a");
        deliverAndRecycle(2);
        plan = new Plan(7, List.of());
        loseTheLedger();
        assertThat(spool.replan((header, origin) -> to("a"))).isEqualTo(1);
        assertThat(state(v1)).isEqualTo(DeliveryState.SUPERSEDED);
    }

    /** Receives this version among others, delivers all, and has the log forget what is delivered. */
    private void deliverAndRecycle(int version) throws Exception {
        for (int i = 0; i < 40; i++) {
            SpoolHarness.accept(spool, "1.2.10." + i, "CT", 9_000);
            if (i == 20) {
                accept(version);
            }
        }
        SpoolHarness.deliverAll(spool, "a");
        harness.advance(SpoolHarness.STRAGGLER_AGE.plusMinutes(1));
        SpoolHarness.keepHouse(spool);
        SpoolHarness.keepHouse(spool);
    }

    private void loseTheLedger() throws IOException {
        spool.close();
        new SqliteLedgerSource(new Folders(directory).ledger()).setAside(".lost");
        spool = openSpool();
        SpoolHarness.settleDown(spool);
    }

    @Test
    void a_resend_with_the_same_content_is_delivered_whenever_it_comes() throws Exception {
        plan = to("a");
        long v1 = accept(1);
        settle(claim("a"), REFUSED);
        long again = accept(1);
        settle(claim("a"), DELIVERED);
        spool.retry(Selection.ALL);
        settle(claim("a"), DELIVERED);
        assertThat(List.of(state(v1), state(again))).containsExactly(DeliveryState.DELIVERED, DeliveryState.DELIVERED);
    }

    @Test
    void a_duplicate_is_explained_by_a_lost_answer_or_by_there_being_no_other_version() throws Exception {
        plan = to("a");
        accept(1);
        Claim first = claim("a");
        assertThat(spool.explainsDuplicate(first)).as("no other version").isTrue();
        settle(first, DELIVERED);
        accept(1);
        Claim resend = claim("a");
        assertThat(spool.explainsDuplicate(resend)).as("the same content").isTrue();
        settle(resend, DELIVERED);
        accept(2);
        Claim second = claim("a");
        assertThat(spool.explainsDuplicate(second))
                .as("another version is there")
                .isFalse();
        settle(second, noAnswer());
        assertThat(spool.explainsDuplicate(claim("a")))
                .as("its answer was lost")
                .isTrue();
    }
}
