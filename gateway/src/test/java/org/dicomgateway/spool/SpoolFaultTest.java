package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.PowerCutDisk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The spool's guarantee, with a fault at every file operation there is. */
@Tag("slow")
class SpoolFaultTest {

    private static final Logger SPOOL_LOG = (Logger) LoggerFactory.getLogger("org.dicomgateway.spool");

    @TempDir
    Path directory;

    @BeforeAll
    static void hundreds_of_faults_need_no_stack_traces() {
        SPOOL_LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void log_again() {
        SPOOL_LOG.setLevel(null);
    }

    @Test
    void whatever_single_operation_fails_all_that_was_acknowledged_is_there_and_nothing_that_was_refused()
            throws IOException {
        int operations = play("count", FaultyDisk.healthy(), false);
        assertThat(operations).isGreaterThan(150);
        for (int n = 1; n <= operations; n++) {
            int failing = n;
            play("fail-" + n, FaultyDisk.failing((number, operation) -> number == failing), false);
        }
    }

    @Test
    void whatever_single_operation_fails_while_the_ledger_is_rebuilt_all_that_was_acknowledged_is_there()
            throws IOException {
        for (Between between : List.of(LOST, ROLLED_BACK)) {
            int first = firstOfSecondStart(between);
            int last = play("count-all", FaultyDisk.healthy(), false, between);
            assertThat(last - first).isGreaterThan(100);
            for (int n = first; n <= last; n++) {
                int failing = n;
                FaultyDisk disk = FaultyDisk.failing((number, operation) -> number == failing);
                play("rebuild-" + n, disk, false, between);
            }
        }
    }

    @Test
    void wherever_a_rebuild_is_interrupted_it_is_begun_again_and_all_that_was_acknowledged_is_there()
            throws IOException {
        for (Between between : List.of(LOST, ROLLED_BACK)) {
            int first = firstOfSecondStart(between);
            for (int n = first; n < first + 80; n++) {
                int last = n;
                play("stop-" + n, FaultyDisk.failing((number, operation) -> number >= last), true, between);
            }
        }
    }

    /** What happens to the ledger between two chapters. */
    private interface Between {
        void happens(SpoolHarness harness);
    }

    private static final Between NOTHING = harness -> {};
    private static final Between LOST = harness -> harness.ledgers.lose();
    private static final Between ROLLED_BACK = harness -> harness.ledgers.rollBack(40);

    private int firstOfSecondStart(Between between) throws IOException {
        FaultyDisk disk = FaultyDisk.healthy();
        AtomicInteger first = new AtomicInteger();
        play("count", disk, false, harness -> {
            first.set(disk.count() + 1);
            between.happens(harness);
        });
        return first.get();
    }

    @Test
    void when_the_disk_dies_for_good_all_that_was_acknowledged_is_there() throws IOException {
        int operations = play("count", FaultyDisk.healthy(), true);
        for (int n = 1; n <= operations; n += 3) {
            int first = n;
            play("die-" + n, FaultyDisk.failing((number, operation) -> number >= first), true);
        }
    }

    @Test
    void a_disk_that_takes_less_than_it_is_given_gets_the_rest() throws IOException {
        FaultyDisk disk = FaultyDisk.healthy();
        disk.writeShort();
        play("short", disk, false);
    }

    @Test
    void a_disk_on_which_every_seventh_sync_fails_loses_nothing() throws IOException {
        play("sync", FaultyDisk.failing((number, operation) -> operation.startsWith("sync") && number % 7 == 0), false);
    }

    @Test
    void whenever_the_power_goes_all_that_was_acknowledged_is_there() throws IOException {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            Path trash = Files.createDirectories(directory.resolve("trash-" + seed));
            SpoolHarness harness = new SpoolHarness(directory.resolve("power-" + seed));
            PowerCutDisk disk = new PowerCutDisk(trash, 20 + random.nextInt(400));
            harness.ledgers.powerOff(disk::isOff);
            SpoolStory story = new SpoolStory(harness, disk);
            Between between = List.of(LOST, ROLLED_BACK, NOTHING).get(seed % 3);
            story.play(() -> between.happens(harness));
            int setAside = harness.ledgers.setAside().size();
            disk.lose(random);
            harness.ledgers.lose(random);
            check(story, true, "the power cut with seed " + seed);
            if (between == NOTHING) {
                // A power cut takes from the ledger only what the journal does not count on.
                assertThat(harness.ledgers.setAside()).as("seed %d", seed).hasSize(setAside);
            }
        }
    }

    private int play(String name, FaultyDisk disk, boolean refusedMayBeThere) throws IOException {
        return play(name, disk, refusedMayBeThere, NOTHING);
    }

    private int play(String name, FaultyDisk disk, boolean refusedMayBeThere, Between between) throws IOException {
        SpoolHarness harness = new SpoolHarness(Files.createTempDirectory(directory, name));
        SpoolStory story = new SpoolStory(harness, disk);
        story.play(() -> between.happens(harness));
        int operations = disk.count();
        disk.fail((number, operation) -> false);
        check(story, refusedMayBeThere, name);
        return operations;
    }

    private static void check(SpoolStory story, boolean refusedMayBeThere, String what) {
        try {
            story.checkGuarantee(refusedMayBeThere);
        } catch (IOException | AssertionError e) {
            throw new AssertionError("after " + what + ": " + e.getMessage(), e);
        }
    }
}
