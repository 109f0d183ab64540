package org.dicomgateway.powercut;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.testkit.Part10;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The power goes, and nothing is lost that was answered with success: the shipped gateway with its real ledger on a
 * real file system, each of its writes, syncs, renames and answers recorded by {@code strace}, and played to a disk
 * that loses what was not synced. Every sync that the promise needs is needed by this test: {@code scripts/mutants.sh}.
 */
class PowerCutIT {

    private static final Logger SPOOL_LOG = (Logger) LoggerFactory.getLogger("org.dicomgateway");
    private static final int RANDOM_CUTS = Integer.getInteger("powercut.random", 40);

    @TempDir
    private static Path directory;

    private static Recording recording;
    /** All of it, played without a power cut. */
    private static Playback whole;

    private static int calls;
    private static final List<String> TOO_EARLY = new ArrayList<>();

    @BeforeAll
    static void record() throws IOException {
        recording = Recording.make(directory);
        SPOOL_LOG.setLevel(Level.OFF);
        whole = play(new Looking() {
            @Override
            public void acknowledges(Playback now, String uid) {
                noteWhatIsNotDurable(now.disk(), uid);
            }

            @Override
            public void promises(Playback now, String transaction) {
                byte[] named = transaction.getBytes(StandardCharsets.US_ASCII);
                if (now.disk().durable(".request").stream().noneMatch(file -> Playback.indexOf(file, named) >= 0)) {
                    TOO_EARLY.add("the request " + transaction);
                }
            }

            @Override
            public void ended(Playback now, SystemCall call) {
                calls += isOfTheSpool(call) ? 1 : 0;
            }
        });
    }

    private static void noteWhatIsNotDurable(RecordedDisk disk, String uid) {
        byte[] dataset = Part10.dataset(recording.file(uid).path());
        List<byte[]> segments = disk.durable(".seg");
        boolean bytes = Stream.concat(segments.stream(), disk.durable(".dcm").stream())
                .anyMatch(file -> Playback.indexOf(file, dataset) >= 0);
        byte[] named = uid.getBytes(StandardCharsets.US_ASCII);
        boolean record = segments.stream().anyMatch(file -> Playback.indexOf(file, named) >= 0);
        if (!bytes || !record) {
            TOO_EARLY.add(uid + (bytes ? "" : ": its bytes") + (record ? "" : ": its record"));
        }
    }

    @AfterAll
    static void log_again() {
        SPOOL_LOG.setLevel(null);
    }

    @Test
    void success_is_answered_after_the_sync_that_covers_the_instance_and_its_record_or_the_request() {
        assertThat(TOO_EARLY)
                .as("what was not durable when it was acknowledged")
                .isEmpty();
        assertThat(whole.acknowledged()).containsExactlyInAnyOrderElementsOf(recording.sent());
        assertThat(whole.promised()).isEqualTo(recording.transactions().size());
    }

    @Test
    void no_file_gets_its_name_before_its_bytes_are_durable() {
        assertThat(whole.disk().unfinishedFilesNamed()).isEmpty();
    }

    @Test
    void whenever_the_power_goes_while_something_is_removed_all_that_was_acknowledged_is_there() throws IOException {
        Cuts cuts = new Cuts();
        play(new Looking() {
            @Override
            public void ended(Playback now, SystemCall call) throws IOException {
                if (isRemoval(call)) {
                    cuts.atAllCosts(now, call);
                }
            }
        });
        assertThat(cuts.count).isGreaterThan(20);
    }

    @Test
    void when_the_power_goes_right_after_the_sync_of_a_record_its_file_has_its_name() throws IOException {
        Path large = recording.spool().resolve("large");
        int[] syncs = {0};
        Cuts cuts = new Cuts();
        play(new Looking() {
            @Override
            public void ended(Playback now, SystemCall call) throws IOException {
                if (isSyncOfSegment(call)) {
                    syncs[0]++;
                    // Only then can it lose a name; that of another instance, which is on its way, may be among them.
                    if (now.disk().directoriesAtRisk().contains(large)) {
                        cuts.atAllCosts(now, call);
                    }
                }
            }
        });
        assertThat(syncs[0]).isGreaterThan(20);
    }

    private static boolean isSyncOfSegment(SystemCall call) {
        return Set.of("fsync", "fdatasync").contains(call.name())
                && call.words().get(0).contains(".seg");
    }

    @Test
    void whenever_the_power_goes_all_that_was_acknowledged_is_there() throws IOException {
        int[] left = {0};
        Cuts cuts = new Cuts();
        Random random = new Random(5);
        play(new Looking() {
            @Override
            public void ended(Playback now, SystemCall call) throws IOException {
                if (isOfTheSpool(call) && --left[0] < 0) {
                    left[0] = random.nextInt(Math.max(1, 2 * calls / RANDOM_CUTS));
                    cuts.somehow(now, call, random);
                }
            }
        });
        assertThat(cuts.count).isGreaterThan(RANDOM_CUTS / 2);
    }

    private static Playback play(Looking visitor) throws IOException {
        Playback playback = new Playback(recording, visitor);
        playback.play();
        return playback;
    }

    /** A segment is used again, a file is deleted, or the mark of a rebuild: what was in it must not be needed. */
    private static boolean isRemoval(SystemCall call) {
        if (call.result() != 0 || call.strings().isEmpty()) {
            return false;
        }
        String path = call.path(0);
        return switch (call.name()) {
            case "rename", "renameat", "renameat2" -> path.endsWith(".seg");
            case "unlink", "unlinkat" -> path.startsWith(recording.spool().toString()) && !path.endsWith(".part");
            default -> false;
        };
    }

    private static boolean isOfTheSpool(SystemCall call) {
        String spool = recording.spool().toString();
        return call.words().stream().anyMatch(word -> word.contains(spool))
                || (!call.strings().isEmpty() && call.name().contains("rename"));
    }

    /** Does nothing, unless told. */
    private abstract static class Looking implements Playback.Visitor {

        @Override
        public void acknowledges(Playback now, String sopInstance) throws IOException {}

        @Override
        public void promises(Playback now, String transaction) throws IOException {}

        @Override
        public void ended(Playback now, SystemCall call) throws IOException {}
    }

    /** Power cuts, each checked by a spool that is opened on what is left. */
    private static final class Cuts {

        private int count;

        /** Each directory's names lost or not, with all bytes lost that can be, and with none. */
        void atAllCosts(Playback now, SystemCall call) throws IOException {
            List<Path> atRisk = now.disk().directoriesAtRisk();
            for (int lost = 0; lost < 1 << atRisk.size(); lost++) {
                Map<Path, Loss> names = new HashMap<>();
                for (int i = 0; i < atRisk.size(); i++) {
                    names.put(atRisk.get(i), (lost & 1 << i) == 0 ? Loss.NOTHING : Loss.ALL);
                }
                cut(now, call, Loss.ALL, names, new Random(0));
                cut(now, call, Loss.NOTHING, names, new Random(0));
            }
        }

        void somehow(Playback now, SystemCall call, Random random) throws IOException {
            Map<Path, Loss> names = new HashMap<>();
            now.disk().directoriesAtRisk().forEach(directory -> names.put(directory, Loss.SOME));
            cut(now, call, Loss.SOME, names, random);
        }

        private void cut(Playback now, SystemCall call, Loss bytes, Map<Path, Loss> names, Random random)
                throws IOException {
            Path left = directory.resolve("left-" + System.nanoTime());
            now.disk().powerCut(left, bytes, names, random);
            count++;
            try {
                new SpoolAfterwards(recording).check(left, now.acknowledged(), now.delivered(), now.isRebuilding());
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "after cut " + count + ", after " + call.name() + call.words() + " of "
                                + (call.strings().isEmpty() || call.data().length > 300 ? "" : call.path(0))
                                + ", bytes lost: " + bytes + ", names lost: " + names + ": " + e.getMessage(),
                        e);
            }
            remove(left);
        }
    }

    static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
