package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a destination may have been sent instead of an instance is not forgotten, also when the ledger is lost. */
class SentAsTest {

    @TempDir
    Path directory;

    private SpoolHarness harness;

    @BeforeEach
    void a_spool() {
        harness = new SpoolHarness(directory.resolve("spool"));
    }

    private Spool open() throws IOException {
        return SpoolHarness.open(
                harness.settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                harness.clock(),
                new LocalDisk(),
                new SqliteLedgerSource(new Folders(harness.directory).ledger()));
    }

    private void loseLedger() throws IOException {
        for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
            Files.deleteIfExists(harness.directory.resolve(name));
        }
    }

    private static SentAs made(String version, Claim claim) {
        return new SentAs(
                version,
                Uid.of("2.25." + claim.instance().id()),
                "2.25.7",
                "2.25.8",
                DatasetDigest.of(17),
                100,
                Optional.empty());
    }

    /** Those of all instances, by the order of their receipt. */
    private static List<Claim> claims(Spool spool) {
        SpoolHarness.settleDown(spool);
        return spool.claim(SpoolHarness.PACS, 100).stream()
                .sorted(Comparator.comparing(claim -> claim.instance().id()))
                .toList();
    }

    private static void give(Spool spool, List<Claim> claims) {
        claims.forEach(claim ->
                spool.settle(claim, new Settlement.Retry(claim.instance().receivedAt(), false, -1, "no answer")));
        SpoolHarness.settleDown(spool);
    }

    private static List<String> versions(Spool spool, List<Claim> claims) throws Outbox.NotNowException {
        List<String> found = new ArrayList<>();
        for (Claim claim : claims) {
            Optional<SentAs> note = spool.sentAs(claim);
            note.ifPresent(each -> assertThat(each.isForgotten()).isTrue());
            note.ifPresent(each ->
                    assertThat(each.sopInstance()).isEqualTo(claim.instance().sopInstance()));
            found.add(note.map(SentAs::version).orElse("nothing"));
        }
        return found;
    }

    @Test
    void a_new_ledger_knows_by_which_transforms_each_instance_may_have_been_sent() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            Claim first = claims(spool).get(0);
            spool.noteSentAs(Map.of(first, made("v1", first))).await();
            give(spool, List.of(first));
        }
        loseLedger();
        try (Spool spool = open()) {
            assertThat(versions(spool, claims(spool))).as("one version").containsExactly("v1");
        }
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.2", "CT", 8_000);
            Claim second = claims(spool).get(1);
            spool.noteSentAs(Map.of(second, made("v2", second))).await();
            SpoolHarness.accept(spool, "1.2.3", "CT", 8_000);
        }
        loseLedger();
        try (Spool spool = open()) {
            List<Claim> all = claims(spool);
            assertThat(versions(spool, all)).as("two versions").containsExactly("", "", "v2");
            spool.noteSentUnchanged(all.get(0));
            SpoolHarness.accept(spool, "1.2.4", "CT", 8_000);
        }
        loseLedger();
        try (Spool spool = open()) {
            assertThat(versions(spool, claims(spool))).as("then unchanged").containsExactly("", "", "", "nothing");
        }
    }

    @Test
    void a_destination_that_was_never_sent_anything_else_is_not_asked_about_it() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            Claim first = claims(spool).get(0);
            spool.noteSentUnchanged(first);
            give(spool, List.of(first));
        }
        loseLedger();
        try (Spool spool = open()) {
            assertThat(versions(spool, claims(spool))).containsExactly("nothing");
        }
    }

    @Test
    void what_was_delivered_is_known_as_what_it_was_sent_as_when_it_is_sent_again() throws Exception {
        try (Spool spool = open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 8_000);
            Claim first = claims(spool).get(0);
            spool.noteSentAs(Map.of(first, made("v1", first))).await();
        }
        loseLedger();
        try (Spool spool = open()) {
            Claim again = claims(spool).get(0);
            spool.noteSentAs(Map.of(again, made("v1", again))).await();
            assertThat(spool.sentAs(again)).contains(made("v1", again));
        }
    }
}
