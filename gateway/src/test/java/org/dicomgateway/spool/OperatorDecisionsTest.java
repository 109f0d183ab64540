package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.journal.FactJournal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator has decided stays decided, also when the ledger that knew it is lost. */
class OperatorDecisionsTest {

    private static final String OTHER = "other";

    @TempDir
    Path directory;

    private SpoolHarness harness;
    private Folders folders;

    @BeforeEach
    void a_spool() {
        harness = new SpoolHarness(directory.resolve("spool"));
        folders = new Folders(harness.directory);
    }

    private Spool open(Disk disk) throws IOException {
        return SpoolHarness.open(
                harness.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                harness.clock(),
                disk,
                new SqliteLedgerSource(folders.ledger()));
    }

    private Spool open() throws IOException {
        return open(new LocalDisk());
    }

    private void loseLedger() throws IOException {
        for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
            Files.deleteIfExists(harness.directory.resolve(name));
        }
    }

    private static void park(Spool spool, String destination, String sopInstance) {
        SpoolHarness.settleDown(spool);
        for (Claim claim : spool.claim(destination, 100)) {
            boolean thisOne = claim.instance().sopInstance().value().equals(sopInstance);
            spool.settle(
                    claim,
                    thisOne
                            ? new Settlement.Parked(0xC000, "it says no")
                            : new Settlement.Retry(claim.instance().receivedAt(), false, -1, "not now"));
        }
        SpoolHarness.settleDown(spool);
    }

    private static List<String> claimed(Spool spool, String destination) {
        SpoolHarness.settleDown(spool);
        return spool.claim(destination, 100).stream()
                .map(claim -> claim.instance().sopInstance().value())
                .toList();
    }

    private static void assertBalanced(Spool spool) {
        assertThat(spool.books().values()).allMatch(SpoolView.Books::balanced);
    }

    @Test
    void what_was_discarded_is_not_delivered_by_a_ledger_that_is_built_anew() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "MG", 8_000);
            SpoolHarness.accept(spool, "1.2.2", "CT", 8_000);
            SpoolHarness.accept(spool, "1.2.3", "OT", 8_000);
            park(spool, SpoolHarness.PACS, "1.2.1");
            assertThat(spool.discard(new SpoolView.Selection("", "1.2.3", 0), "wrong patient"))
                    .isEqualTo(2);
        }
        loseLedger();
        try (Spool spool = open()) {
            assertThat(claimed(spool, SpoolHarness.PACS)).containsExactly("1.2.2");
            assertThat(claimed(spool, SpoolHarness.ARCHIVE)).containsExactly("1.2.1");
            assertThat(spool.unrouted()).isZero();
            assertBalanced(spool);
        }
        // And again: what was told to a ledger is still told to the next one.
        loseLedger();
        try (Spool spool = open()) {
            assertThat(claimed(spool, SpoolHarness.PACS)).containsExactly("1.2.2");
        }
    }

    @Test
    void what_was_rerouted_stays_with_its_new_destination_and_what_was_then_discarded_there_too() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            SpoolHarness.accept(spool, "1.2.2", "CT", 8_000);
            SpoolHarness.settleDown(spool);
            assertThat(spool.reroute(SpoolHarness.PACS, OTHER)).isEqualTo(2);
            park(spool, OTHER, "1.2.2");
            assertThat(spool.discard(new SpoolView.Selection(OTHER, "", 0), "sent twice"))
                    .isEqualTo(1);
            SpoolHarness.accept(spool, "1.2.3", "CT", 8_000);
        }
        loseLedger();
        try (Spool spool = open()) {
            assertThat(claimed(spool, SpoolHarness.PACS)).containsExactly("1.2.3");
            assertThat(claimed(spool, OTHER)).containsExactly("1.2.1");
            assertBalanced(spool);
        }
    }

    @Test
    void a_file_that_is_planned_again_is_not_sent_where_it_was_discarded() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "MG", 3 * SpoolHarness.LARGE);
            park(spool, SpoolHarness.PACS, "1.2.1");
            spool.discard(new SpoolView.Selection(SpoolHarness.PACS, "", 0), "wrong patient");
        }
        loseLedger();
        for (String segment : new LocalDisk().list(folders.log())) {
            Files.delete(folders.log().resolve(segment));
        }
        try (Spool spool = open()) {
            assertThat(claimed(spool, SpoolHarness.PACS)).isEmpty();
            assertThat(claimed(spool, SpoolHarness.ARCHIVE)).containsExactly("1.2.1");
        }
    }

    @Test
    void what_a_route_applied_to_only_later_and_was_discarded_then_stays_discarded() throws Exception {
        Planner later = (header, origin) ->
                new Plan(8, List.of(new Plan.PlannedDelivery("late", 1, List.of(SpoolHarness.PACS), 0, false)));
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "OT", 8_000);
            SpoolHarness.settleDown(spool);
            spool.replan(later);
            park(spool, SpoolHarness.PACS, "1.2.1");
            assertThat(spool.discard(new SpoolView.Selection(SpoolHarness.PACS, "", 0), "wrong patient"))
                    .isEqualTo(1);
        }
        loseLedger();
        try (Spool spool = SpoolHarness.open(
                harness.settings,
                later,
                Candidates.FIRST,
                harness.clock(),
                new LocalDisk(),
                new SqliteLedgerSource(folders.ledger()))) {
            spool.replan(later);
            assertThat(claimed(spool, SpoolHarness.PACS)).isEmpty();
            assertThat(spool.unrouted()).isZero();
        }
    }

    @Test
    void nothing_is_remembered_of_what_is_gone() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            park(spool, SpoolHarness.PACS, "1.2.1");
            spool.discard(new SpoolView.Selection(SpoolHarness.PACS, "", 0), "wrong patient");
        }
        assertThat(facts()).hasSize(1);
        for (int start = 0; start < 2; start++) {
            try (Spool spool = open()) {
                SpoolHarness.keepHouse(spool);
            }
        }
        assertThat(facts()).isEmpty();
    }

    private List<Fact> facts() {
        try (FactJournal journal = FactJournal.open(new LocalDisk(), folders, ".aside")) {
            return journal.facts();
        }
    }

    @Test
    void an_operator_is_not_told_that_it_is_done_before_it_is_durable() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = open(disk)) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            park(spool, SpoolHarness.PACS, "1.2.1");
            disk.fail((number, operation) -> operation.startsWith("sync facts.journal"));
            assertThatThrownBy(() -> spool.discard(new SpoolView.Selection(SpoolHarness.PACS, "", 0), "wrong patient"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("may be forgotten");
            disk.fail((number, operation) -> false);
            SpoolHarness.keepHouse(spool);
        }
        loseLedger();
        try (Spool spool = open()) {
            assertThat(claimed(spool, SpoolHarness.PACS)).isEmpty();
        }
    }

    @Test
    void the_ledger_cannot_be_rolled_back_behind_a_decision() throws Exception {
        Path before = directory.resolve("before.db");
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            park(spool, SpoolHarness.PACS, "1.2.1");
        }
        Files.copy(folders.ledger(), before);
        try (Spool spool = open()) {
            spool.discard(new SpoolView.Selection(SpoolHarness.PACS, "", 0), "wrong patient");
        }
        Files.delete(folders.ledger());
        Files.copy(before, folders.ledger());
        try (Spool spool = open()) {
            spool.destinationsChanged(Set.of(SpoolHarness.PACS));
            spool.retry(SpoolView.Selection.ALL);
            assertThat(claimed(spool, SpoolHarness.PACS)).isEmpty();
        }
    }
}
