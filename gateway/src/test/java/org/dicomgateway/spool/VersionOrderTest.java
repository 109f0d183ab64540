package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.dicomgateway.spool.sqlite.SqliteLedger;

/**
 * Whatever happens, in any order, to a spool with failover, balanced and broadcast routes: no destination gets an older
 * version of an instance after a newer one of other content was delivered there, or was sent and got no answer; and in
 * the end everything is settled, and the books are in balance.
 */
@Tag("slow")
class VersionOrderTest {

    private static final List<String> DESTINATIONS = List.of("a", "b", "c");
    private static final List<String> ROUTES = List.of("FO", "BA", "BC", "UR", "NO");

    /** What may happen. */
    private enum Act {
        RECEIVE,
        CLAIM,
        SEND,
        SUCCEED,
        FAIL_UNSENT,
        LOSE_ANSWER,
        REFUSE,
        PARK,
        PARK_UNANSWERED,
        RETRY,
        DISCARD,
        REROUTE,
        GO_DOWN,
        COME_UP,
        REPLAN,
        KILL,
        REBUILD,
        RECYCLE,
        FORGET
    }

    /** What needs something in hand. */
    private static final Set<Act> WORK = EnumSet.range(Act.SEND, Act.PARK_UNANSWERED);

    /** One act; {@code which} and {@code what} choose among what there is. */
    private record Step(Act act, int which, int what) {}

    @Provide
    Arbitrary<List<Step>> stories() {
        Arbitrary<Act> acts = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just(Act.RECEIVE)),
                Tuple.of(8, Arbitraries.just(Act.CLAIM)),
                Tuple.of(3, Arbitraries.just(Act.SUCCEED)),
                Tuple.of(3, Arbitraries.just(Act.PARK)),
                Tuple.of(2, Arbitraries.just(Act.RETRY)),
                Tuple.of(2, Arbitraries.just(Act.GO_DOWN)),
                Tuple.of(2, Arbitraries.just(Act.COME_UP)),
                Tuple.of(2, Arbitraries.just(Act.REBUILD)),
                Tuple.of(14, Arbitraries.of(Act.class)));
        return Combinators.combine(
                        acts,
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.integers().between(0, 30))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(120);
    }

    private Path empty = Path.of("");

    @BeforeProperty
    void makeAnEmptyLedger() throws Exception {
        empty = Files.createTempDirectory("empty").resolve("ledger.db");
        SqliteLedger ledger = SqliteLedger.open(empty, Candidates.FIRST);
        ledger.sync(0);
        ledger.close();
    }

    @AfterProperty
    void removeIt() throws IOException {
        delete(Objects.requireNonNull(empty.getParent()));
    }

    @Property(tries = 50)
    void no_destination_gets_an_older_version_after_a_newer_one(@ForAll("stories") List<Step> story) throws Exception {
        Path directory = Files.createTempDirectory("versions");
        try (World world = new World(directory, empty)) {
            for (Step step : story) {
                world.play(step);
            }
            world.bringToAnEnd();
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Something that a destination was sent, as far as it may still have it. */
    private record Sent(String uid, long instance, int content, boolean isThere) {}

    /** A claim in a worker's hand. */
    private static final class InHand {
        private final Claim claim;
        private boolean sent;

        InHand(Claim claim) {
            this.claim = claim;
        }
    }

    /** The spool, the servers it sends to, and those who work with it. */
    private static final class World implements AutoCloseable {

        private final SpoolHarness harness;
        private final Map<Long, Integer> contents = new HashMap<>();
        private final Map<String, List<Sent>> arrived = new HashMap<>();
        private final List<InHand> hands = new ArrayList<>();
        private final List<String> told = new ArrayList<>();
        private final Folders folders;
        private Spool spool;

        World(Path directory, Path empty) throws IOException {
            harness = new SpoolHarness(directory);
            folders = new Folders(directory);
            // An empty one: to make it costs more than the rest of a story.
            Files.copy(empty, folders.ledger());
            spool = open();
        }

        private Spool open() throws IOException {
            return SpoolHarness.open(
                    harness.settings,
                    World::plan,
                    harness.candidates,
                    harness.clock(),
                    FaultyDisk.healthy(),
                    new SqliteLedgerSource(folders.ledger()));
        }

        private void loseLedger() throws IOException {
            for (String suffix : List.of("", "-wal", "-shm")) {
                Files.deleteIfExists(
                        folders.ledger().resolveSibling(folders.ledger().getFileName() + suffix));
            }
        }

        private static Plan plan(InstanceHeader header, Origin origin) {
            return new Plan(
                    1,
                    switch (header.modality()) {
                        case "FO" -> List.of(new PlannedDelivery("failover", 1, List.of("a", "b"), 0, true));
                        case "BA" -> List.of(new PlannedDelivery("sticky", 1, DESTINATIONS, 3, false));
                        case "BC" ->
                            List.of(
                                    new PlannedDelivery("broadcast", 1, List.of("a"), 5, false),
                                    new PlannedDelivery("broadcast", 2, List.of("b"), 5, false));
                        case "UR" -> List.of(new PlannedDelivery("one", 1, List.of("c"), 9, true));
                        default -> List.of();
                    });
        }

        void play(Step step) throws Exception {
            SpoolHarness.settleDown(spool);
            String destination = DESTINATIONS.get(step.what % DESTINATIONS.size());
            if (!WORK.contains(step.act)) {
                told.add(step.act + " " + destination);
            }
            switch (step.act) {
                case RECEIVE -> receive(step);
                case CLAIM ->
                    spool.claim(destination, 1 + step.which % 2).forEach(claim -> hands.add(new InHand(claim)));
                case RETRY -> spool.retry(new SpoolView.Selection(step.which % 2 == 0 ? "" : destination, "", 0));
                case DISCARD -> discard(destination);
                case REROUTE -> spool.reroute(DESTINATIONS.get(step.which % DESTINATIONS.size()), destination);
                case GO_DOWN -> {
                    harness.candidates.down(destination);
                    spool.reconsider(destination);
                }
                case COME_UP -> {
                    harness.candidates.up(destination);
                    spool.reconsider(destination);
                }
                case REPLAN ->
                    spool.replan((header, origin) ->
                            new Plan(2, List.of(new PlannedDelivery("late", 1, List.of(destination), 0, false))));
                case KILL -> kill();
                case REBUILD -> rebuild();
                case RECYCLE -> {
                    harness.advance(SpoolHarness.STRAGGLER_AGE.plus(Duration.ofMinutes(1)));
                    SpoolHarness.keepHouse(spool);
                    SpoolHarness.keepHouse(spool);
                }
                case FORGET -> {
                    harness.advance(SpoolHarness.HISTORY.plusDays(1));
                    SpoolHarness.keepHouse(spool);
                    spool.spoolMaintenance().forget();
                }
                default -> {
                    if (!hands.isEmpty()) {
                        work(step.act, hands.get(step.which % hands.size()), step.what);
                    }
                }
            }
        }

        private void receive(Step step) throws Exception {
            String uid = "1.2.9." + step.which % 3;
            int content = step.what % 3;
            // A size of its own for each content; so large that segments fill up.
            byte[] dataset = SpoolHarness.dataset(uid, ROUTES.get(step.which % ROUTES.size()), 12_000 + 2 * content);
            Intake.Accepted accepted = spool.accept(SpoolHarness.arrival(uid), new ByteArrayInputStream(dataset));
            told.add("instance " + accepted.instance().id() + " is " + uid + " content " + content);
            contents.put(accepted.instance().id(), 10 * (step.which % ROUTES.size()) + content);
        }

        private void work(Act act, InHand inHand, int what) {
            Claim claim = inHand.claim;
            told.add(act + " " + claim.instance().id() + " at " + claim.destination());
            Instant due = harness.clock().instant().plusSeconds(what % 4 == 0 ? 60 : 0);
            boolean unsent = act == Act.FAIL_UNSENT && !inHand.sent;
            if (!unsent) {
                send(inHand);
            }
            switch (act) {
                case SUCCEED -> settle(inHand, new Settlement.Delivered(0), true);
                case LOSE_ANSWER -> settle(inHand, new Settlement.Retry(due, false, -1, "lost").withoutAnswer(), true);
                case PARK_UNANSWERED -> settle(inHand, new Settlement.Parked(-1, "lost").withoutAnswer(), true);
                case REFUSE -> settle(inHand, new Settlement.Retry(due, true, 0xA700, "full"), false);
                case PARK -> settle(inHand, new Settlement.Parked(0xC000, "cannot understand"), false);
                case FAIL_UNSENT -> {
                    if (unsent) {
                        settle(inHand, new Settlement.Retry(due, false, -1, "no association"), false);
                    }
                }
                default -> {}
            }
            harness.advance(Duration.ofSeconds(20));
        }

        private void send(InHand inHand) {
            if (inHand.sent) {
                return;
            }
            inHand.sent = true;
            Claim claim = inHand.claim;
            String uid = claim.instance().sopInstance().value();
            long id = claim.instance().id();
            int content = contents.getOrDefault(id, -1);
            assertThat(arrivedAt(claim.destination()))
                    .as("%s gets instance %s, after %s", claim.destination(), id, told)
                    .noneMatch(sent -> sent.uid.equals(uid) && sent.instance > id && sent.content != content);
        }

        private void settle(InHand inHand, Settlement settlement, boolean mayBeThere) {
            hands.remove(inHand);
            if (mayBeThere) {
                arrive(inHand, settlement instanceof Settlement.Delivered);
            }
            spool.settle(inHand.claim, settlement);
            SpoolHarness.settleDown(spool);
        }

        private void arrive(InHand inHand, boolean isThere) {
            Instance instance = inHand.claim.instance();
            arrivedAt(inHand.claim.destination())
                    .add(new Sent(
                            instance.sopInstance().value(),
                            instance.id(),
                            contents.getOrDefault(instance.id(), -1),
                            isThere));
        }

        /** Whoever discards a version says that it is not wanted there: an older one may go, unless it is there. */
        private void discard(String destination) {
            spool.discard(new SpoolView.Selection(destination, "", 0), "not wanted");
            for (long id : contents.keySet()) {
                boolean given = spool.story(id).stream()
                        .flatMap(story -> story.instance().deliveries().stream())
                        .anyMatch(delivery -> delivery.state() == DeliveryState.DISCARDED
                                && delivery.destination().orElse("").equals(destination));
                if (given) {
                    arrivedAt(destination).removeIf(sent -> sent.instance == id && !sent.isThere);
                }
            }
        }

        private List<Sent> arrivedAt(String destination) {
            return arrived.computeIfAbsent(destination, name -> new ArrayList<>());
        }

        /** What was being sent may have arrived. */
        private void kill() throws IOException {
            hands.stream().filter(inHand -> inHand.sent).forEach(inHand -> arrive(inHand, false));
            hands.clear();
            spool.close();
            spool = open();
        }

        /** The journal has what was settled; what was being sent in this very moment is not known afterwards. */
        private void rebuild() throws Exception {
            hands.clear();
            spool.close();
            loseLedger();
            spool = open();
        }

        void bringToAnEnd() throws Exception {
            for (InHand inHand : List.copyOf(hands)) {
                work(Act.SUCCEED, inHand, 1);
            }
            for (String destination : DESTINATIONS) {
                harness.candidates.up(destination);
                spool.reconsider(destination);
            }
            spool.replan(
                    (header, origin) -> new Plan(3, List.of(new PlannedDelivery("late", 1, List.of("a"), 0, false))));
            spool.retry(SpoolView.Selection.ALL);
            harness.advance(Duration.ofHours(1));
            for (int round = 0; round < 200 && left() > 0; round++) {
                for (String destination : DESTINATIONS) {
                    for (Claim claim : spool.claim(destination, 10)) {
                        InHand inHand = new InHand(claim);
                        hands.add(inHand);
                        work(Act.SUCCEED, inHand, 1);
                    }
                }
                SpoolHarness.settleDown(spool);
            }
            assertThat(left()).as("what is left after %s", told).isZero();
            assertThat(spool.books().values()).as("after %s", told).allMatch(SpoolView.Books::balanced);
        }

        private long left() {
            return spool.unassigned()
                    + spool.books().values().stream()
                            .mapToLong(SpoolView.Books::pending)
                            .sum();
        }

        @Override
        public void close() {
            spool.close();
        }
    }
}
