package org.dicomgateway.spool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.spool.ledger.LedgerFixtures.START;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.InMemoryLedger;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerFixtures;
import org.dicomgateway.spool.ledger.SentVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens, in any order: the database says what the plain ledger says. */
@Tag("slow")
class LedgerComparisonTest {

    private static final List<String> DESTINATIONS = List.of("a", "b", "c", "d");
    private static final int BATCHES = 300;
    /** Ids of instances that came later than all others, and that no ledger knows. */
    private static final long GONE = 1_000_000;

    @TempDir
    private Path folder;

    private final Candidates candidates = new Candidates();
    private long nextId = 1;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_random_life_is_told_the_same_by_both(long seed) throws Exception {
        Random random = new Random(seed);
        Path file = folder.resolve("ledger.db");
        Ledger plain = new InMemoryLedger(candidates);
        Ledger real = SqliteLedger.open(file, candidates);
        try {
            for (int batch = 0; batch < BATCHES; batch++) {
                candidates.up(someDestination(random)).down(random.nextBoolean() ? "none" : someDestination(random));
                List<SentVersion> written = random.nextInt(10) == 0 ? plain.unwritten(3) : List.of();
                assertThat(real.apply(List.of(new Change.Written(written))))
                        .isEqualTo(plain.apply(List.of(new Change.Written(written))));
                List<Change> changes = random.ints(random.nextInt(12), 0, 100)
                        .mapToObj(kind -> change(kind, random))
                        .toList();
                assertThat(real.apply(changes))
                        .as("batch %s: %s", batch, changes)
                        .isEqualTo(plain.apply(changes));
                assertSame(real, plain, random);
                if (random.nextInt(40) == 0) {
                    real.close();
                    real = SqliteLedger.open(file, candidates);
                }
            }
        } finally {
            real.close();
        }
    }

    private Change change(int kind, Random random) {
        if (kind < 35) {
            long id = nextId++;
            return received(id, random);
        } else if (kind < 39) {
            return new Change.HandedOut(someDeliveries(random));
        } else if (kind == 39) {
            return random.nextBoolean() ? new Change.Restarted(time(random)) : sent(random);
        } else if (kind < 70) {
            return new Change.Settled(someDelivery(random), settlement(random), time(random));
        } else if (kind < 76) {
            return new Change.Moved(someId(random));
        } else if (kind < 82) {
            return new Change.FileDeleted(someId(random));
        } else if (kind < 87) {
            return new Change.Replanned(someId(random), plan(random));
        } else if (kind < 90) {
            return new Change.Discarded(someDeliveries(random), List.of(someId(random)), "not wanted", time(random));
        } else if (kind < 92) {
            return new Change.Retried(selection(random), time(random));
        } else if (kind < 93) {
            return random.nextBoolean()
                    ? new Change.Hastened(
                            random.nextBoolean() ? "" : DESTINATIONS.get(random.nextInt(DESTINATIONS.size())),
                            time(random))
                    : new Change.HoursChanged(Map.of("route0", time(random), "sticky1", time(random)), time(random));
        } else if (kind < 94) {
            return received(someId(random), random); // replayed, or one that was forgotten
        } else if (kind < 96) {
            return new Change.Forgotten(START.plusSeconds(nextId / 2));
        }
        if (kind == 96) {
            return new Change.Rerouted(
                    random.nextInt(4) == 0 ? "" : someDestination(random),
                    someDestination(random),
                    someDeliveries(random),
                    time(random));
        } else if (kind < 99) {
            return new Change.Reconsidered(someDestination(random), someDeliveries(random), time(random));
        }
        Set<String> present = new HashSet<>(DESTINATIONS);
        present.removeIf(destination -> random.nextInt(4) == 0);
        return new Change.DestinationsChanged(present);
    }

    private static Change received(long id, Random random) {
        String study = "1.2." + random.nextInt(5);
        Instance instance = LedgerFixtures.instance(id, study + ".1." + random.nextInt(30), study);
        return LedgerFixtures.received(
                random.nextInt(5) == 0 ? LedgerFixtures.inFile(instance) : LedgerFixtures.inLog(instance, id / 50),
                plan(random));
    }

    private static Plan plan(Random random) {
        return new Plan(
                1,
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(copy -> new Plan.PlannedDelivery(
                                (random.nextBoolean() ? "sticky" : "route") + random.nextInt(2),
                                copy + 1,
                                candidates(random),
                                random.nextInt(3),
                                random.nextBoolean()))
                        .toList());
    }

    private static List<String> candidates(Random random) {
        List<String> shuffled = new ArrayList<>(DESTINATIONS);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, 1 + random.nextInt(3));
    }

    private static String someDestination(Random random) {
        return DESTINATIONS.get(random.nextInt(DESTINATIONS.size()));
    }

    private List<Long> someDeliveries(Random random) {
        return random.ints(40, 0, 4)
                .mapToObj(place -> LedgerFixtures.delivery(someId(random), place))
                .distinct()
                .toList();
    }

    /** What a ledger that was lost knew. */
    private static Change sent(Random random) {
        String uid = "1.2." + random.nextInt(5) + ".1." + random.nextInt(30);
        return new Change.Sent(
                List.of(new SentVersion(
                        uid,
                        someDestination(random),
                        GONE + random.nextInt(9),
                        1_000,
                        7,
                        random.nextBoolean(),
                        List.of())),
                time(random));
    }

    private static Settlement settlement(Random random) {
        Settlement settlement = answered(random);
        // What is put off by hours was not sent.
        boolean putOff =
                settlement instanceof Settlement.Retry retry && retry.reason().startsWith("route ");
        return !putOff && random.nextInt(4) == 0 ? settlement.withoutAnswer() : settlement;
    }

    private static Settlement answered(Random random) {
        return switch (random.nextInt(6)) {
            case 2 -> Settlement.Retry.untilOpen(random.nextBoolean() ? "route0" : "sticky0", time(random));
            case 0 -> new Settlement.Retry(time(random), random.nextBoolean(), -1, "no association");
            case 1 -> new Settlement.Parked(0xC000, "cannot understand", random.nextInt(4) > 0);
            default -> new Settlement.Delivered(0);
        };
    }

    private SpoolView.Selection selection(Random random) {
        return new SpoolView.Selection(
                random.nextBoolean() ? "" : DESTINATIONS.get(random.nextInt(DESTINATIONS.size())),
                random.nextBoolean() ? "" : "1.2." + random.nextInt(5),
                random.nextInt(3) > 0 ? 0 : someDelivery(random));
    }

    private static Instant time(Random random) {
        return START.plusMillis(random.nextInt(400_000));
    }

    /** One of the last that were received, mostly. */
    private long someId(Random random) {
        return Math.max(1, nextId - random.nextInt(60));
    }

    private long someDelivery(Random random) {
        return LedgerFixtures.delivery(someId(random), random.nextInt(4));
    }

    private void assertSame(Ledger real, Ledger plain, Random random) throws LedgerException {
        assertThat(real.books()).isEqualTo(plain.books());
        assertThat(real.recount()).isEqualTo(plain.books());
        assertThat(real.books().values()).allMatch(SpoolView.Books::balanced);
        assertThat(real.unrouted()).isEqualTo(plain.unrouted());
        assertThat(real.unassigned()).isEqualTo(plain.unassigned());
        assertThat(real.unassigned(0, 1_000)).isEqualTo(plain.unassigned(0, 1_000));
        assertThat(real.appliedPosition()).isEqualTo(plain.appliedPosition());
        assertThat(real.lastInstanceId()).isEqualTo(plain.lastInstanceId());
        assertThat(real.unfinishedBytesBySegment()).isEqualTo(plain.unfinishedBytesBySegment());
        assertThat(real.finishedWithFile(1_000)).isEqualTo(plain.finishedWithFile(1_000));
        assertThat(real.unwritten(1_000)).containsExactlyInAnyOrderElementsOf(plain.unwritten(1_000));
        long after = random.nextLong(nextId);
        assertThat(real.held(after, 5)).isEqualTo(plain.held(after, 5));
        assertThat(real.unfinished(after, 50)).isEqualTo(plain.unfinished(after, 50));
        assertThat(real.unfinishedIn(after / 50, 20)).isEqualTo(plain.unfinishedIn(after / 50, 20));
        assertThat(real.find(after)).isEqualTo(plain.find(after));
        List<Long> ids = LongStream.rangeClosed(1, nextId).boxed().toList();
        assertThat(real.finished(ids)).isEqualTo(plain.finished(ids));
        for (long id : ids) {
            assertThat(real.deliveries(id)).isEqualTo(plain.deliveries(id));
        }
        Set<Long> claimed = new HashSet<>();
        random.longs(5, 1, nextId + 1).forEach(id -> claimed.add(LedgerFixtures.delivery(id, 0)));
        List<String> all = new ArrayList<>(DESTINATIONS);
        all.add("unheard of");
        for (String destination : all) {
            Instant now = time(random);
            assertThat(real.movable(destination, 0, 1_000)).isEqualTo(plain.movable(destination, 0, 1_000));
            assertThat(real.open(destination, claimed, 10_000))
                    .containsExactlyInAnyOrderElementsOf(plain.open(destination, claimed, 10_000));
            assertThat(real.explainsDuplicate(after, destination))
                    .isEqualTo(plain.explainsDuplicate(after, destination));
            int max = 1 + random.nextInt(20);
            int before = random.nextInt(30);
            assertThat(real.due(destination, now, max, claimed, before))
                    .isEqualTo(plain.due(destination, now, max, claimed, before));
        }
    }
}
