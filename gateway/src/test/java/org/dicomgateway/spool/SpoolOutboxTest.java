package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.dispatch.Claims;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.log.SegmentHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolOutboxTest {

    private static final Settlement DELIVERED = new Settlement.Delivered(0);

    @TempDir
    Path directory;

    private SpoolHarness harness;
    private Spool spool;

    @BeforeEach
    void open() throws IOException {
        harness = new SpoolHarness(directory);
        spool = harness.open();
    }

    @AfterEach
    void close() {
        spool.close();
    }

    private void accept(String uid, String modality) throws Exception {
        SpoolHarness.accept(spool, uid, modality, 2_000);
        SpoolHarness.settleDown(spool);
    }

    private SpoolView.Books books() {
        return Objects.requireNonNull(spool.books().get(SpoolHarness.PACS));
    }

    private Claim claimOne() {
        List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
        assertThat(claims).hasSize(1);
        return claims.get(0);
    }

    @Test
    void what_somebody_has_is_given_to_nobody_else() throws Exception {
        accept("1.2.1", "CT");
        Claim claim = claimOne();
        assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        spool.settle(claim, new Settlement.Retry(harness.clock().instant(), true, 0xA700, "full"));
        SpoolHarness.settleDown(spool);
        assertThat(claimOne().attempts()).isEqualTo(1);
    }

    @Test
    void a_settled_delivery_is_given_to_nobody_while_the_ledger_does_not_know_yet() throws Exception {
        accept("1.2.1", "CT");
        Claim claim = claimOne();
        harness.ledgers.fail(true);
        spool.settle(claim, DELIVERED);
        await().untilAsserted(() -> assertThat(spool.closedBecause()).isPresent());
        assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        harness.ledgers.fail(false);
        await().untilAsserted(() -> assertThat(books().delivered()).isEqualTo(1));
        assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
    }

    @Test
    void while_the_ledger_takes_no_writes_nothing_is_claimed_and_afterwards_everything_is() throws Exception {
        for (int i = 0; i < 500; i++) {
            SpoolHarness.accept(spool, "1.2.3." + i, "CT", 100);
        }
        SpoolHarness.settleDown(spool);
        List<Claim> inHand = spool.claim(SpoolHarness.PACS, 50);
        harness.ledgers.fail(true);
        inHand.forEach(claim -> spool.settle(claim, DELIVERED));
        await().untilAsserted(() -> assertThat(spool.closedBecause()).isPresent());

        assertThat(spool.claim(SpoolHarness.PACS, 50)).isEmpty();

        harness.ledgers.fail(false);
        await().untilAsserted(() -> assertThat(spool.closedBecause()).isEmpty());
        assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(450);
        assertThat(books().delivered()).isEqualTo(500);
    }

    @Test
    void a_ledger_that_hangs_has_no_more_than_so_many_settlements_waiting_for_it() throws Exception {
        int all = Claims.MOST_UNAPPLIED + 1_000;
        for (int i = 0; i < all; i++) {
            SpoolHarness.accept(spool, "1.2.3." + i, "CT", 100);
        }
        SpoolHarness.settleDown(spool);
        harness.ledgers.hang(true);
        int delivered = deliverWhatIsClaimed();
        harness.ledgers.hang(false);
        assertThat(delivered).isBetween(Claims.MOST_UNAPPLIED, Claims.MOST_UNAPPLIED + 99);

        SpoolHarness.settleDown(spool);
        assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(all - delivered);
        assertThat(books().delivered()).isEqualTo(all);
    }

    private int deliverWhatIsClaimed() {
        int delivered = 0;
        for (List<Claim> claims = spool.claim(SpoolHarness.PACS, 100);
                !claims.isEmpty();
                claims = spool.claim(SpoolHarness.PACS, 100)) {
            claims.forEach(claim -> spool.settle(claim, DELIVERED));
            delivered += claims.size();
        }
        return delivered;
    }

    @Test
    void many_claimers_of_one_destination_never_get_the_same_delivery() throws Exception {
        for (int i = 0; i < 300; i++) {
            SpoolHarness.accept(spool, "1.2.3." + i, "CT", 100);
        }
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        AtomicInteger twice = new AtomicInteger();
        ExecutorService claimers = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> done = IntStream.range(0, 8)
                    .<Future<?>>mapToObj(n -> claimers.submit(() -> {
                        while (seen.size() < 300) {
                            for (Claim claim : spool.claim(SpoolHarness.PACS, 3)) {
                                if (!seen.add(claim.deliveryId())) {
                                    twice.incrementAndGet();
                                }
                                spool.settle(claim, DELIVERED);
                            }
                        }
                    }))
                    .toList();
            for (Future<?> claimer : done) {
                claimer.get();
            }
        } finally {
            claimers.shutdownNow();
        }
        assertThat(twice).hasValue(0);
    }

    @Test
    void the_same_SOP_instance_received_twice_is_delivered_twice_in_order_and_never_at_once() throws Exception {
        accept("1.2.1", "CT");
        accept("1.2.1", "CT");
        accept("1.2.2", "CT");
        List<Claim> first = spool.claim(SpoolHarness.PACS, 10);
        assertThat(first)
                .extracting(claim -> claim.instance().sopInstance().value())
                .containsExactly("1.2.1", "1.2.2");
        assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        spool.settle(first.get(0), DELIVERED);
        SpoolHarness.settleDown(spool);
        Claim second = claimOne();
        assertThat(second.instance().sopInstance().value()).isEqualTo("1.2.1");
        assertThat(second.instance().id()).isGreaterThan(first.get(0).instance().id());
    }

    @Test
    void a_parked_delivery_that_is_retried_waits_for_the_younger_one_of_its_SOP_instance_in_flight() throws Exception {
        accept("1.2.1", "CT");
        spool.settle(claimOne(), new Settlement.Parked(0xC000, "no"));
        accept("1.2.1", "CT");
        Claim younger = claimOne();
        assertThat(spool.retry(SpoolView.Selection.ALL)).isEqualTo(1);
        assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        spool.settle(younger, DELIVERED);
        SpoolHarness.settleDown(spool);
        assertThat(claimOne().instance().id()).isLessThan(younger.instance().id());
    }

    @Test
    void settling_twice_or_reading_after_it_is_no_way_to_harm_the_books() throws Exception {
        accept("1.2.1", "CT");
        Claim claim = claimOne();
        spool.settle(claim, DELIVERED);
        spool.settle(claim, new Settlement.Parked(-1, "late"));
        SpoolHarness.settleDown(spool);
        assertThat(books()).isEqualTo(new SpoolView.Books(1, 1, 0, 0, 0, 0, 0));
        assertThatThrownBy(() -> spool.open(claim)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_lane_is_woken_when_something_arrives_or_may_go_on() throws Exception {
        AtomicInteger woken = new AtomicInteger();
        spool.onWork(SpoolHarness.PACS, () -> {
            throw new IllegalStateException("a lane that is broken");
        });
        spool.onWork(SpoolHarness.PACS, woken::incrementAndGet);
        accept("1.2.1", "OT");
        assertThat(woken).hasValue(0);
        accept("1.2.2", "CT");
        assertThat(woken).hasValue(1);
        spool.settle(claimOne(), new Settlement.Parked(0xC000, "no"));
        SpoolHarness.settleDown(spool);
        assertThat(woken).hasValueGreaterThan(1);
        int before = woken.get();
        spool.retry(SpoolView.Selection.ALL);
        assertThat(woken).hasValueGreaterThan(before);
    }

    @Test
    void damage_is_noticed_before_the_last_byte_of_a_large_instance_and_before_the_first_of_a_small() throws Exception {
        SpoolHarness.accept(spool, "1.2.1", "CT", 4_000);
        SpoolHarness.accept(spool, "1.2.2", "CT", 3 << 20);
        SpoolHarness.settleDown(spool);
        List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
        Folders folders = new Folders(directory);
        flip(folders.segment(1), SegmentHeader.LENGTH + 2_000);
        flip(folders.large().resolve("2.dcm"), 600);
        assertThatThrownBy(() -> spool.open(claims.get(0)))
                .isInstanceOf(DamagedInstanceException.class)
                .hasMessageContaining("instance 1 in segment 1");
        try (InputStream dataset = spool.open(claims.get(1))) {
            AtomicInteger given = new AtomicInteger();
            assertThatThrownBy(() -> {
                        while (dataset.read() >= 0) {
                            given.incrementAndGet();
                        }
                    })
                    .isInstanceOf(DamagedInstanceException.class);
            assertThat((long) given.get())
                    .isPositive()
                    .isLessThan(claims.get(1).instance().datasetLength());
        }
        Files.delete(folders.large().resolve("2.dcm"));
        assertThatThrownBy(() -> spool.open(claims.get(1)))
                .isInstanceOf(DamagedInstanceException.class)
                .hasMessageContaining("missing");
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek(offset);
            int old = damaged.read();
            damaged.seek(offset);
            damaged.write(old ^ 1);
        }
    }

    @Test
    void what_is_held_finds_a_route_with_new_rules() throws Exception {
        accept("1.2.1", "OT");
        accept("1.2.2", "XX");
        SpoolHarness.accept(spool, "1.2.3", "OT", 3 * SpoolHarness.LARGE);
        SpoolHarness.settleDown(spool);
        assertThat(spool.unrouted()).isEqualTo(3);
        Plan late = new Plan(8, List.of(new Plan.PlannedDelivery("late", 1, List.of(SpoolHarness.PACS), 0, false)));
        Plan none = new Plan(8, List.of());
        assertThat(spool.replan((header, origin) -> header.modality().equals("OT") ? late : none))
                .isEqualTo(2);
        assertThat(spool.unrouted()).isEqualTo(1);
        assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(2);
    }

    @Test
    void deliveries_for_a_destination_that_is_gone_are_held_until_it_is_back() throws Exception {
        spool.destinationsChanged(Set.of(SpoolHarness.ARCHIVE));
        accept("1.2.1", "CT");
        assertThat(spool.claim(SpoolHarness.PACS, 10)).isEmpty();
        assertThat(books()).isEqualTo(new SpoolView.Books(1, 0, 0, 0, 1, 0, 0));
        spool.destinationsChanged(Set.of(SpoolHarness.PACS));
        assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(1);
    }

    @Test
    void a_segment_is_used_again_only_when_nobody_reads_from_it() throws Exception {
        accept("1.2.1", "CT");
        Claim claim = claimOne();
        byte[] bytes = SpoolHarness.dataset("1.2.1", "CT", 2_000);
        for (int i = 0; i < 40; i++) {
            SpoolHarness.accept(spool, "1.2.9." + i, "CT", 8_000);
        }
        SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
        harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
        SpoolHarness.keepHouse(spool);
        SpoolHarness.keepHouse(spool);
        assertThat(new Folders(directory).held().resolve(claim.instance().id() + ".dcm"))
                .exists();
        assertThat(new Folders(directory).segment(1)).exists();
        assertThat(SpoolHarness.read(spool, claim)).isEqualTo(bytes);
        spool.settle(claim, new Settlement.Retry(harness.clock().instant(), true, -1, "once more"));
        SpoolHarness.settleDown(spool);
        SpoolHarness.keepHouse(spool);
        assertThat(new Folders(directory).segment(1)).doesNotExist();
        assertThat(SpoolHarness.read(spool, claimOne())).isEqualTo(bytes);
    }

    @Test
    void what_is_delivered_gives_its_room_back() throws Exception {
        Folders folders = new Folders(directory);
        for (int round = 0; round < 12; round++) {
            for (int i = 0; i < 20; i++) {
                SpoolHarness.accept(spool, "1.2." + round + "." + i, "CT", i == 0 ? 3 * SpoolHarness.LARGE : 8_000);
            }
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(20);
            SpoolHarness.keepHouse(spool);
            try (Stream<Path> log = Files.list(folders.log())) {
                assertThat(log.count()).isLessThanOrEqualTo(5);
            }
            assertThat(folders.large()).isEmptyDirectory();
        }
        harness.advance(SpoolHarness.HISTORY.plusDays(1));
        spool.spoolMaintenance().forget();
        assertThat(books().delivered()).isEqualTo(240);
    }
}
