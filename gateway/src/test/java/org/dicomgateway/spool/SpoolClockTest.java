package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's clock is set, forth and back: nothing is lost by it, and nothing waits until it is that late again. */
class SpoolClockTest {

    private static final Duration DAY = Duration.ofDays(1);

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

            harness.advance(DAY.negated());
            SpoolHarness.keepHouse(spool);
            SpoolHarness.settleDown(spool);

            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(2);
        }
    }

    @Test
    void what_a_process_left_that_had_a_clock_in_the_future_waits_an_hour_at_most() throws Exception {
        harness.advance(DAY);
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 1_000);
        }
        harness.advance(DAY.negated());
        try (Spool spool = harness.open()) {
            harness.advance(Duration.ofMinutes(61));
            assertThat(spool.claim(SpoolHarness.PACS, 10)).hasSize(1);
        }
    }

    @Test
    void a_clock_that_is_set_forth_and_back_loses_nothing() throws Exception {
        try (Spool spool = harness.open()) {
            for (int n = 1; n <= 20; n++) {
                harness.advance(n % 2 == 0 ? DAY.multipliedBy(400) : DAY.multipliedBy(-400));
                SpoolHarness.accept(spool, "1.2." + n, n % 5 == 0 ? "OT" : "CT", 20_000);
                SpoolHarness.keepHouse(spool);
                spool.keeper().forget();
            }
            SpoolHarness.keepHouse(spool);
            List<Claim> delivered = SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            assertThat(delivered).hasSize(16);
            assertThat(spool.unrouted()).isEqualTo(4);
            assertThat(spool.books().values()).allMatch(SpoolView.Books::balanced);
        }
    }
}
