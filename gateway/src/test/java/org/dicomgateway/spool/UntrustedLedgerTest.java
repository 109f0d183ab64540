package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.ledger.LedgerException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a sync of the ledger has failed, nobody knows what of it is on the disk. */
class UntrustedLedgerTest {

    @TempDir
    Path directory;

    private SpoolHarness harness;
    private Folders folders;

    @BeforeEach
    void a_spool() {
        harness = new SpoolHarness(directory);
        folders = new Folders(directory);
    }

    @Test
    void nothing_is_recycled_or_deleted_until_it_was_built_anew() throws Exception {
        try (Spool spool = harness.open()) {
            fillAndDeliver(spool);
            harness.ledgers.failSyncs(1);
            keepHouse(spool);
            keepHouse(spool);
            assertThat(spool.vitals().ledgerDamage())
                    .hasValueSatisfying(why ->
                            assertThat(why).contains("nothing is recycled").contains("the sync fails, says the test"));
            assertThat(folders.segment(1)).exists();
            assertThat(new LocalDisk().list(folders.large())).hasSize(1);
            // Reception and delivery go on.
            SpoolHarness.accept(spool, "1.2.99", "CT", 8_000);
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(1);
            harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
            keepHouse(spool);
            assertThat(folders.segment(1)).exists();
        }
        try (Spool spool = harness.open()) {
            assertThat(harness.ledgers.setAside()).hasSize(1);
            assertThat(spool.vitals().ledgerDamage()).isEmpty();
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(18);
            SpoolHarness.keepHouse(spool);
            assertThat(folders.segment(1)).doesNotExist();
        }
        try (Spool spool = harness.open()) {
            assertThat(harness.ledgers.setAside()).hasSize(1);
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).isEmpty();
        }
    }

    @Test
    void that_it_must_be_built_anew_is_noted_as_soon_as_it_can_be() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = harness.open(disk)) {
            fillAndDeliver(spool);
            harness.ledgers.failSyncs(1);
            disk.fail((number, operation) -> operation.contains("facts.journal"));
            keepHouse(spool);
            disk.fail((number, operation) -> false);
            keepHouse(spool);
        }
        try (Spool spool = harness.open()) {
            assertThat(harness.ledgers.setAside()).hasSize(1);
            assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(17);
        }
    }

    @Test
    void without_a_journal_that_can_be_written_nothing_is_recycled() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = harness.open(disk)) {
            fillAndDeliver(spool);
            disk.fail((number, operation) -> operation.startsWith("sync facts.journal"));
            keepHouse(spool);
            assertThat(folders.segment(1)).exists();
            assertThat(new LocalDisk().list(folders.large())).hasSize(1);
            disk.fail((number, operation) -> false);
            keepHouse(spool);
            assertThat(folders.segment(1)).doesNotExist();
            assertThat(new LocalDisk().list(folders.large())).isEmpty();
        }
    }

    private static void fillAndDeliver(Spool spool) throws Exception {
        SpoolHarness.accept(spool, "1.2.1", "CT", 3 * SpoolHarness.LARGE);
        for (int i = 0; i < 16; i++) {
            SpoolHarness.accept(spool, "1.2.2." + i, "CT", 8_000);
        }
        assertThat(SpoolHarness.deliverAll(spool, SpoolHarness.PACS)).hasSize(17);
    }

    private static void keepHouse(Spool spool) {
        try {
            SpoolHarness.keepHouse(spool);
        } catch (LedgerException | RuntimeException e) {
            // As in the keeper's own thread: it is tried again.
        }
    }
}
