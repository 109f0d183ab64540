package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries that could go to more than one destination, on the real ledger. */
class SpoolDispatchTest {

    private static final Settlement DELIVERED = new Settlement.Delivered(0);

    @TempDir
    Path directory;

    private SpoolHarness harness;
    private Candidates candidates;
    private Spool spool;
    private Plan plan = plan(new PlannedDelivery("sticky", 1, List.of("a", "b"), 0, false));
    private int number;

    private static Plan plan(PlannedDelivery... deliveries) {
        return new Plan(7, List.of(deliveries));
    }

    @BeforeEach
    void make() throws IOException {
        harness = new SpoolHarness(directory);
        candidates = harness.candidates;
        spool = openSpool();
    }

    private Spool openSpool() throws IOException {
        Path ledger = new Folders(directory).ledger();
        return SpoolHarness.open(
                harness.settings,
                (header, origin) -> plan,
                candidates,
                harness.clock(),
                new LocalDisk(),
                new SqliteLedgerSource(ledger));
    }

    @AfterEach
    void close() {
        Map<String, Books> books = spool.books();
        assertThat(books.values()).allMatch(Books::balanced);
        spool.close();
    }

    private void accept(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            SpoolHarness.accept(spool, "1.2.7." + ++number, "CT", 500);
        }
        SpoolHarness.settleDown(spool);
    }

    private long pending(String destination) {
        return books(destination).pending();
    }

    private Books books(String destination) {
        return spool.books().getOrDefault(destination, new Books(0, 0, 0, 0, 0, 0, 0));
    }

    private void awaitPending(String destination, long count) {
        await().untilAsserted(() -> assertThat(pending(destination)).isEqualTo(count));
    }

    @Test
    void a_destination_is_chosen_at_receipt_and_wakes_its_lane() throws Exception {
        AtomicInteger woken = new AtomicInteger();
        spool.onWork("b", woken::incrementAndGet);
        candidates.down("a");
        accept(1);
        assertThat(woken).hasValue(1);
        assertThat(spool.claim("b", 10)).hasSize(1);
        assertThat(spool.books()).containsOnlyKeys("b");
        assertThat(books("b").pendingBytes()).isPositive();
    }

    @Test
    void what_waits_for_anybody_goes_to_who_can_be_used_first() throws Exception {
        candidates.down("a", "b");
        accept(1_200);
        assertThat(spool.unassigned()).isEqualTo(1_200);
        assertThat(spool.books()).isEmpty();
        candidates.up("b");
        spool.reconsider("b");
        awaitPending("b", 1_200);
        assertThat(spool.unassigned()).isZero();
    }

    @Test
    void the_waiting_ones_leave_a_destination_that_fails_and_those_in_flight_stay() throws Exception {
        accept(1_300);
        List<Claim> inFlight = spool.claim("a", 10);
        candidates.down("a");
        spool.reconsider("a");
        awaitPending("b", 1_290);
        assertThat(pending("a")).isEqualTo(10);
        inFlight.forEach(claim -> spool.settle(claim, DELIVERED));
        SpoolHarness.settleDown(spool);
        assertThat(books("a")).isEqualTo(new Books(10, 10, 0, 0, 0, 0, 0));
        candidates.up("a");
        spool.reconsider("a");
        SpoolHarness.settleDown(spool);
        assertThat(SpoolHarness.deliverAll(spool, "b")).hasSize(1_290);
    }

    @Test
    void each_route_judges_a_destination_for_itself_wherever_its_deliveries_stand_in_the_line() throws Exception {
        plan = plan(new PlannedDelivery("given", 1, List.of("a", "b"), 0, false));
        accept(700);
        plan = plan(new PlannedDelivery("turns", 1, List.of("a", "b"), 0, false));
        accept(30);
        candidates.downFor("turns", "a");
        spool.reconsider("a");
        awaitPending("b", 30);
        assertThat(spool.claim("b", 100)).extracting(Claim::route).hasSize(30).containsOnly("turns");
        assertThat(pending("a")).as("the others' route can use it").isEqualTo(700);
    }

    @Test
    void what_waits_for_anybody_is_chosen_by_what_its_own_route_can_use() throws Exception {
        candidates.down("a", "b").downFor("turns", "a");
        plan = plan(new PlannedDelivery("turns", 1, List.of("a", "b"), 0, false));
        accept(1);
        plan = plan(new PlannedDelivery("given", 1, List.of("a", "b"), 0, false));
        accept(20);
        candidates.up("a");
        spool.reconsider("a");
        awaitPending("a", 20);
        assertThat(spool.unassigned()).isEqualTo(1);
    }

    @Test
    void what_was_in_flight_when_its_destination_failed_follows_when_it_is_given_back() throws Exception {
        accept(10);
        List<Claim> inFlight = spool.claim("a", 10);
        candidates.down("a");
        spool.reconsider("a");
        SpoolHarness.settleDown(spool);
        inFlight.forEach(claim ->
                spool.settle(claim, new Settlement.Retry(harness.clock().instant(), false, -1, "no answer")));
        awaitPending("b", 10);
        assertThat(pending("a")).isZero();
    }

    @Test
    void nothing_is_claimed_twice_while_a_destination_comes_and_goes() throws Exception {
        accept(600);
        Set<String> sent = new HashSet<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread flapping = new Thread(() -> {
            for (int i = 0; !over.get(); i++) {
                String down = i % 2 == 0 ? "a" : "b";
                candidates.up("a", "b").down(down);
                spool.reconsider("a");
                spool.reconsider("b");
                SpoolHarness.settleDown(spool);
            }
        });
        flapping.start();
        try {
            while (sent.size() < 600) {
                for (String destination : List.of("a", "b")) {
                    for (Claim claim : spool.claim(destination, 7)) {
                        assertThat(sent.add(claim.instance().sopInstance().value()))
                                .isTrue();
                        spool.settle(claim, DELIVERED);
                    }
                }
            }
        } finally {
            over.set(true);
            flapping.join();
        }
        SpoolHarness.settleDown(spool);
        assertThat(spool.books().values().stream().mapToLong(Books::delivered).sum())
                .isEqualTo(600);
    }

    @Test
    void a_study_stays_with_its_server_over_a_restart() throws Exception {
        candidates.down("a");
        accept(1);
        candidates.up("a");
        spool.close();
        spool = openSpool();
        accept(1);
        assertThat(spool.claim("b", 10)).hasSize(2);
    }

    @Test
    void what_one_refuses_is_with_the_next_at_once_and_the_last_parks_it() throws Exception {
        plan = plan(new PlannedDelivery("next", 1, List.of("a", "b"), 0, true));
        accept(1);
        spool.settle(spool.claim("a", 1).get(0), new Settlement.Parked(0xC000, "no"));
        SpoolHarness.settleDown(spool);
        assertThat(spool.claim("a", 1)).isEmpty();
        Claim second = spool.claim("b", 1).get(0);
        assertThat(second.attempts()).isZero();
        assertThat(SpoolHarness.read(spool, second)).isNotEmpty();
        spool.settle(second, new Settlement.Parked(0xC000, "no"));
        SpoolHarness.settleDown(spool);
        assertThat(spool.books()).containsExactly(Map.entry("b", new Books(1, 0, 0, 1, 0, 0, 0)));
    }

    @Test
    void everything_that_is_not_in_flight_is_rerouted() throws Exception {
        accept(700);
        Claim inFlight = spool.claim("a", 1).get(0);
        Claim refused = spool.claim("a", 1).get(0);
        spool.settle(refused, new Settlement.Parked(0xC000, "no"));
        SpoolHarness.settleDown(spool);
        assertThat(spool.reroute("a", "c")).isEqualTo(699);
        assertThat(spool.reroute("a", "a")).isZero();
        assertThat(pending("c")).isEqualTo(699);
        spool.settle(inFlight, DELIVERED);
        assertThat(SpoolHarness.deliverAll(spool, "c")).hasSize(699);
        assertThat(books("a")).isEqualTo(new Books(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void a_lost_ledger_is_built_anew_and_its_choices_are_made_anew() throws Exception {
        plan = plan(new PlannedDelivery("next", 1, List.of("a", "b"), 0, true));
        accept(2);
        spool.close();
        for (String file : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
            Files.deleteIfExists(directory.resolve(file));
        }
        candidates.down("a");
        spool = openSpool();
        assertThat(pending("b")).isEqualTo(2);
        candidates.up("a");
        spool.settle(spool.claim("b", 1).get(0), new Settlement.Parked(0xC000, "no"));
        SpoolHarness.settleDown(spool);
        assertThat(pending("a"))
                .as("the log keeps what the route says of refusals")
                .isEqualTo(1);
    }

    @Test
    void a_small_claim_gets_a_less_urgent_one_now_and_then() throws Exception {
        plan = plan(new PlannedDelivery("routine", 1, List.of("a"), 0, false));
        accept(4);
        plan = plan(new PlannedDelivery("stat", 1, List.of("a"), 9, false));
        accept(20);
        List<String> routes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            routes.add(spool.claim("a", 1).get(0).route());
        }
        assertThat(routes).filteredOn("routine"::equals).hasSize(2);
    }
}
