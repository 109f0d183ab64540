package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.ledger.LedgerException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** A supervisor starts the gateway again and again, on a disk that does not get better; then it does. */
class SpoolReopeningTest {

    private static final Logger SPOOL_LOG = (Logger) LoggerFactory.getLogger("org.dicomgateway.spool");
    private static final int SMALL = 8 << 10;

    @TempDir
    private Path directory;

    private final Map<String, Integer> sizes = new TreeMap<>();
    private int number;

    @BeforeAll
    static void hundreds_of_faults_need_no_stack_traces() {
        SPOOL_LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void log_again() {
        SPOOL_LOG.setLevel(null);
    }

    /** Operations that fail, all of them from the n-th start on at the n-th operation; all others succeed. */
    @ParameterizedTest
    @CsvSource({
        "sync, false",
        "sync, true",
        "write create rename zeroFill delete, false",
        "write create rename, true",
        "'', true"
    })
    void opened_again_and_again_on_a_disk_that_stays_bad_it_loses_nothing(String failing, boolean ledgerIsLost)
            throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            for (int i = 1; i <= 20; i++) {
                accept(spool, i % 5 == 0 ? 2 * SpoolHarness.LARGE : SMALL);
            }
        }
        if (ledgerIsLost) {
            harness.ledgers.lose();
        }
        int starts = 0;
        for (int first = 1; first < 80; first += 2, starts++) {
            int from = first;
            start(harness, FaultyDisk.failing((number, operation) -> number >= from && isOneOf(operation, failing)));
        }
        assertThat(starts).isEqualTo(40);
        try (Spool spool = harness.open()) {
            Set<String> found = new HashSet<>();
            SpoolHarness.settleDown(spool);
            for (Claim claim : spool.claim(SpoolHarness.PACS, 1_000)) {
                String uid = claim.instance().sopInstance().value();
                // What was refused may be there: the disk did not let it be taken back.
                if (sizes.containsKey(uid)) {
                    assertThat(SpoolHarness.read(spool, claim))
                            .isEqualTo(SpoolHarness.dataset(uid, "CT", sizes.getOrDefault(uid, 0)));
                }
                assertThat(found.add(uid)).as("only once: " + uid).isTrue();
            }
            assertThat(found).containsAll(sizes.keySet());
        }
    }

    private static boolean isOneOf(String operation, String names) {
        return Stream.of(names.split(" ", -1)).anyMatch(operation::startsWith);
    }

    private void accept(Spool spool, int size) throws RefusedException, IOException {
        String uid = "1.2.3." + ++number;
        SpoolHarness.accept(spool, uid, "CT", size);
        sizes.put(uid, size);
    }

    /** It may start or not; when it does, what it takes in it must keep. */
    private void start(SpoolHarness harness, Disk disk) throws IOException {
        Spool spool;
        try {
            spool = harness.open(disk);
        } catch (IOException refused) {
            return;
        }
        try (spool) {
            accept(spool, SMALL);
            accept(spool, 2 * SpoolHarness.LARGE);
            SpoolHarness.keepHouse(spool);
        } catch (RefusedException | LedgerException stillBad) {
            // As it was said to the sender.
        }
    }
}
