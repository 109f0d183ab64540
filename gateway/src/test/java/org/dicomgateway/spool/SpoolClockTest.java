package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.dicomgateway.spool.ledger.LedgerException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's clock is set, forth and back: nothing is lost by it, and nothing waits until it is that late again. */
class SpoolClockTest {

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = SpoolHarness.HISTORY.plusDays(1);

    @TempDir
    private Path directory;

    private SpoolHarness harness;

    @BeforeEach
    void make() {
        harness = new SpoolHarness(directory);
    }

    @Test
    void what_was_received_and_what_is_to_be_tried_again_does_not_wait_when_the_clock_is_set_back() throws Exception {
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 1_000);
            SpoolHarness.settleDown(spool);
            Claim claim = spool.claim(SpoolHarness.PACS, 1).get(0);
            spool.settle(claim, new Settlement.Retry(harness.clock().instant().plusSeconds(5), true, 0xA700, "full"));
            SpoolHarness.accept(spool, "1.2.2", "CT", 1_000);
            SpoolHarness.keepHouse(spool);
            assertThat(spool.claim(SpoolHarness.PACS, 10))
                    .hasSize(1)
                    .allSatisfy(each -> spool.settle(
                            each, new Settlement.Retry(harness.clock().instant(), false, -1, "given back")));

            harness.setClock(DAY.negated());
            SpoolHarness.keepHouse(spool);
            SpoolHarness.settleDown(spool);

            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(2);
        }
    }

    @Test
    void what_a_process_left_that_had_a_clock_in_the_future_waits_an_hour_at_most() throws Exception {
        harness.setClock(DAY);
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 1_000);
        }
        harness.setClock(DAY.negated());
        try (Spool spool = harness.open()) {
            harness.advance(Duration.ofMinutes(61));
            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(1);
        }
    }

    @Test
    void a_clock_that_is_a_month_ahead_for_a_minute_makes_nothing_forgotten() throws Exception {
        try (Spool spool = open()) {
            deliverOneAndGoOnForADay(spool);

            harness.setClock(MONTH);
            forgetForAMinute(spool);
            harness.setClock(MONTH.negated());
            forgetForAMinute(spool);

            assertThat(known(spool)).isEqualTo(1);
        }
    }

    @Test
    void a_clock_that_is_wrong_at_a_start_and_set_right_soon_makes_nothing_forgotten() throws Exception {
        try (Spool spool = open()) {
            deliverOneAndGoOnForADay(spool);
        }
        harness.setClock(MONTH);
        try (Spool spool = open()) {
            forgetForAMinute(spool);
            harness.setClock(MONTH.negated());
            forgetForAMinute(spool);
            assertThat(known(spool)).isEqualTo(1);
        }
    }

    @Test
    void history_is_forgotten_when_the_clock_has_gone_evenly_again_for_a_day() throws Exception {
        try (Spool spool = open()) {
            deliverOneAndGoOnForADay(spool);
            harness.setClock(MONTH);
            forgetForAMinute(spool);

            for (int hour = 0; hour < 23; hour++) {
                harness.advance(Duration.ofHours(1));
                spool.spoolMaintenance().forget();
            }
            assertThat(known(spool)).isEqualTo(1);
            harness.advance(Duration.ofHours(1));
            spool.spoolMaintenance().forget();
            assertThat(known(spool)).isZero();
        }
    }

    @Test
    void what_is_stuck_is_moved_to_a_file_also_when_its_segment_is_of_a_time_that_is_yet_to_come() throws Exception {
        harness.setClock(MONTH);
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 1_000);
            for (int n = 2; n <= 9; n++) {
                SpoolHarness.accept(spool, "1.2." + n, "CT", 20_000);
            }
            SpoolHarness.settleDown(spool);
            List<Claim> claims = spool.claim(SpoolHarness.PACS, 10);
            claims.stream().skip(1).forEach(claim -> spool.settle(claim, new Settlement.Delivered(0)));
            SpoolHarness.settleDown(spool);

            harness.setClock(MONTH.negated());
            SpoolHarness.keepHouse(spool);

            assertThat(new Folders(directory).held()).isNotEmptyDirectory();
        }
    }

    @Test
    void a_clock_that_jumps_while_things_are_received_and_delivered_loses_and_repeats_nothing() throws Exception {
        int count = 300;
        Set<String> delivered = ConcurrentHashMap.newKeySet();
        try (Spool spool = open()) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                for (int n = 1; n <= count; n++) {
                    accept(spool, "1.2." + n);
                }
            });
            CompletableFuture<Void> delivering = CompletableFuture.runAsync(() -> {
                Random random = new Random(3);
                while (delivered.size() < count) {
                    for (Claim claim : spool.claim(SpoolHarness.PACS, 7)) {
                        if (random.nextInt(4) == 0) {
                            Instant later = harness.clock().instant().plusSeconds(5);
                            spool.settle(claim, new Settlement.Retry(later, true, 0xA700, "full"));
                        } else {
                            assertThat(delivered.add(
                                            claim.instance().sopInstance().value()))
                                    .isTrue();
                            spool.settle(claim, new Settlement.Delivered(0));
                        }
                    }
                }
            });
            Random random = new Random(4);
            while (!delivering.isDone()) {
                harness.setClock(random.nextBoolean() ? MONTH : MONTH.negated());
                SpoolHarness.keepHouse(spool);
                spool.spoolMaintenance().forget();
                harness.advance(Duration.ofSeconds(6));
            }
            sending.get();
            delivering.get();
            SpoolHarness.settleDown(spool);
            assertThat(spool.books().get(SpoolHarness.PACS))
                    .isEqualTo(new SpoolView.Books(count, count, 0, 0, 0, 0, 0));
            assertThat(known(spool)).as("in history").isEqualTo(count);
        }
    }

    /** On the real ledger. */
    private Spool open() throws IOException {
        return harness.open(FaultyDisk.healthy(), new SqliteLedgerSource(new Folders(directory).ledger()));
    }

    /** Its bytes are gone then: only history knows it. */
    private void deliverOneAndGoOnForADay(Spool spool) throws Exception {
        SpoolHarness.accept(spool, "1.2.1", "CT", 1_000);
        SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
        SpoolHarness.keepHouse(spool);
        harness.advance(DAY);
        spool.spoolMaintenance().forget();
        assertThat(known(spool)).isEqualTo(1);
    }

    private void forgetForAMinute(Spool spool) throws LedgerException {
        for (int second = 0; second < 60; second++) {
            harness.advance(Duration.ofSeconds(1));
            spool.spoolMaintenance().tidy();
            spool.spoolMaintenance().forget();
        }
    }

    private static void accept(Spool spool, String sopInstance) {
        try {
            SpoolHarness.accept(spool, sopInstance, "CT", 1_000);
        } catch (RefusedException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int known(Spool spool) {
        return spool.instances(Search.ALL, Optional.empty(), 1_000).items().size();
    }

    @Test
    void a_clock_that_is_set_forth_and_back_loses_nothing() throws Exception {
        try (Spool spool = harness.open()) {
            for (int n = 1; n <= 20; n++) {
                harness.setClock(n % 2 == 0 ? DAY.multipliedBy(400) : DAY.multipliedBy(-400));
                SpoolHarness.accept(spool, "1.2." + n, n % 5 == 0 ? "OT" : "CT", 20_000);
                SpoolHarness.keepHouse(spool);
                spool.spoolMaintenance().forget();
            }
            SpoolHarness.keepHouse(spool);
            List<Claim> delivered = SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            assertThat(delivered).hasSize(16);
            assertThat(spool.unrouted()).isEqualTo(4);
            assertThat(spool.books().values()).allMatch(SpoolView.Books::balanced);
        }
    }
}
