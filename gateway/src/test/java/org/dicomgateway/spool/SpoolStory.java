package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.ledger.LedgerException;

/**
 * One story that touches every file operation of the spool: instances arrive, small and large, are delivered, refused
 * and held; segments fill up, are recycled, and emptied of stragglers; the spool is closed and opened again. Whatever
 * fails in it, it goes on as best it can and keeps what it was told, so that the guarantee can be checked afterwards.
 */
final class SpoolStory {

    private static final int SMALL = 8 << 10;

    private final SpoolHarness harness;
    private final Disk disk;
    private final Map<String, String> offered = new HashMap<>();
    private final Map<String, Integer> sizes = new HashMap<>();
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private final Set<String> delivered = new HashSet<>();
    private int number;

    SpoolStory(SpoolHarness harness, Disk disk) {
        this.harness = harness;
        this.disk = disk;
    }

    /** Plays it; {@code between} happens before the spool is opened for the second time. */
    void play(Runnable between) {
        chapter(spool -> {
            accept(spool, "CT", SMALL);
            accept(spool, "CT", 3 * SpoolHarness.LARGE);
            accept(spool, "OT", SMALL);
            accept(spool, "MG", 2 * SpoolHarness.LARGE);
            deliver(spool, SpoolHarness.PACS, 1);
            for (int i = 0; i < 16; i++) {
                accept(spool, i % 4 == 0 ? "MG" : "CT", SMALL);
            }
            deliver(spool, SpoolHarness.PACS, 100);
            tidy(spool);
            harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
            tidy(spool);
            tidy(spool);
            for (int i = 0; i < 16; i++) {
                accept(spool, "CT", SMALL);
            }
        });
        between.run();
        chapter(spool -> {
            accept(spool, "CT", SMALL);
            deliver(spool, SpoolHarness.PACS, 7);
            tidy(spool);
            accept(spool, "CT", 2 * SpoolHarness.LARGE);
            deliver(spool, SpoolHarness.ARCHIVE, 100);
            tidy(spool);
            deliver(spool, SpoolHarness.PACS, 100);
            tidy(spool);
            tidy(spool);
            accept(spool, "MG", SMALL);
            accept(spool, "CT", 2 * SpoolHarness.LARGE);
            deliver(spool, SpoolHarness.PACS, 100);
            tidy(spool);
            accept(spool, "CT", SMALL);
        });
    }

    private interface Chapter {
        void play(Spool spool);
    }

    private void chapter(Chapter chapter) {
        try (Spool spool = harness.open(disk)) {
            chapter.play(spool);
        } catch (IOException e) {
            // It could not be opened. The story goes on with the next chapter.
        }
    }

    private void accept(Spool spool, String modality, int size) {
        String uid = "1.2.826.0.1." + ++number;
        offered.put(uid, modality);
        sizes.put(uid, size);
        try {
            SpoolHarness.accept(spool, uid, modality, size);
            acknowledged.add(uid);
        } catch (RefusedException e) {
            refused.add(uid);
        } catch (IOException e) {
            throw new AssertionError("the stream of a test does not fail", e);
        }
    }

    private void deliver(Spool spool, String destination, int max) {
        SpoolHarness.settleDown(spool);
        for (Claim claim : spool.claim(destination, max)) {
            String uid = claim.instance().sopInstance().value();
            try {
                assertThat(SpoolHarness.read(spool, claim)).isEqualTo(bytes(uid));
                delivered.add(destination + " " + uid);
                spool.settle(claim, new Settlement.Delivered(0));
            } catch (DamagedInstanceException e) {
                spool.settle(claim, new Settlement.Parked(-1, "damaged"));
            } catch (IOException e) {
                spool.settle(claim, new Settlement.Retry(harness.clock().instant(), false, -1, "cannot be read"));
            }
        }
        SpoolHarness.settleDown(spool);
    }

    private static void tidy(Spool spool) {
        try {
            SpoolHarness.keepHouse(spool);
        } catch (LedgerException | RuntimeException e) {
            // As in the keeper's own thread: it is tried again.
        }
    }

    private byte[] bytes(String uid) {
        return SpoolHarness.dataset(uid, offered.getOrDefault(uid, "?"), sizes.getOrDefault(uid, 0));
    }

    /** Opens the spool on a healthy disk, and holds it against what was promised. */
    void checkGuarantee(boolean refusedMayBeThere) throws IOException {
        try (Spool spool = harness.open()) {
            for (SpoolView.Books books : spool.books().values()) {
                assertThat(books.balanced()).as("%s", books).isTrue();
            }
            spool.retry(SpoolView.Selection.ALL);
            Set<String> found = new HashSet<>();
            for (String destination : List.of(SpoolHarness.PACS, SpoolHarness.ARCHIVE)) {
                SpoolHarness.settleDown(spool);
                for (Claim claim : spool.claim(destination, 1_000)) {
                    String uid = claim.instance().sopInstance().value();
                    assertThat(SpoolHarness.read(spool, claim)).as(uid).isEqualTo(bytes(uid));
                    assertThat(found.add(destination + " " + uid))
                            .as("only once: " + uid)
                            .isTrue();
                    if (!refusedMayBeThere) {
                        assertThat(refused).doesNotContain(uid);
                    }
                    spool.settle(claim, new Settlement.Delivered(0));
                }
            }
            spool.replan((header, origin) ->
                    new Plan(8, List.of(new Plan.PlannedDelivery("late", 1, List.of("late"), 0, false))));
            for (Claim claim : spool.claim("late", 1_000)) {
                found.add("late " + claim.instance().sopInstance());
                spool.settle(claim, new Settlement.Delivered(0));
            }
            assertThat(found).containsAll(owed());
            tidyUp(spool);
        }
        assertThat(filesLeft()).isEmpty();
    }

    private Set<String> owed() {
        Set<String> owed = new HashSet<>();
        for (String uid : acknowledged) {
            switch (offered.getOrDefault(uid, "?")) {
                case "CT" -> owed.add(SpoolHarness.PACS + " " + uid);
                case "MG" -> owed.addAll(Set.of(SpoolHarness.PACS + " " + uid, SpoolHarness.ARCHIVE + " " + uid));
                default -> owed.add("late " + uid);
            }
        }
        owed.removeAll(delivered);
        return owed;
    }

    private static void tidyUp(Spool spool) {
        SpoolHarness.settleDown(spool);
        tidy(spool);
        tidy(spool);
    }

    /** Everything is delivered now: no file of an instance may be left, whole or half. */
    private List<String> filesLeft() throws IOException {
        Disk real = new LocalDisk();
        Folders folders = new Folders(harness.directory);
        return Stream.concat(real.list(folders.large()).stream(), real.list(folders.held()).stream())
                .toList();
    }
}
