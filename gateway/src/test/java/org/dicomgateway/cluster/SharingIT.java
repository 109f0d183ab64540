package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings.PostgresqlSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways that share the places of destinations, and what goes together, in a real PostgreSQL. */
class SharingIT {

    private static final String ARCHIVE = "archive";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static PostgresServer database;

    private final List<Cluster> gateways = new ArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> workers = new ArrayList<>();

    /** How many associations are open, and were at most, as the destination counts them. */
    private final AtomicInteger open = new AtomicInteger();

    private final AtomicInteger most = new AtomicInteger();

    @BeforeAll
    static void startDatabase() {
        database = PostgresServer.start(directory);
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void join() throws IOException {
        database.forget();
        for (int i = 1; i <= 3; i++) {
            Cluster cluster = new Cluster(
                    new ClusterSettings(
                            "gw" + i,
                            new PostgresqlSettings(
                                    "postgresql://127.0.0.1:" + database.port() + "/gateway",
                                    "gateway",
                                    Optional.empty()),
                            Duration.ofSeconds(3),
                            Duration.ofSeconds(4),
                            true),
                    "1",
                    Duration.ofDays(1),
                    () -> {});
            cluster.replica().join(UUID.randomUUID());
            cluster.start(new EmptySpool());
            gateways.add(cluster);
        }
    }

    @AfterEach
    void leave() throws InterruptedException {
        stopping.set(true);
        for (Thread worker : workers) {
            worker.join(LIMIT.toMillis());
        }
        gateways.forEach(Cluster::close);
    }

    /** Keeps associations open as a lane with work does; returns how often each worker has got one. */
    private List<AtomicInteger> work(SharedPlaces places, int count, int limit) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    AtomicInteger times = new AtomicInteger();
                    Thread worker = new Thread(() -> {
                        while (!stopping.get()) {
                            if (places.take(ARCHIVE, limit)) {
                                most.accumulateAndGet(open.incrementAndGet(), Math::max);
                                times.incrementAndGet();
                                while (!stopping.get() && !places.mustYield(ARCHIVE)) {
                                    pause(20);
                                }
                                open.decrementAndGet();
                                places.giveBack(ARCHIVE);
                            } else {
                                pause(100);
                            }
                        }
                    });
                    worker.start();
                    workers.add(worker);
                    return times;
                })
                .toList();
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long held(String node) {
        return database.number("SELECT coalesce(sum(held), 0) FROM place p JOIN member m ON m.id = p.member "
                + "AND m.epoch = p.epoch AND m.state = 0 WHERE m.node = '" + node + "'");
    }

    @Test
    void all_together_stay_within_the_limit_and_share_it_fairly() {
        work(gateways.get(0).places(), 6, 6);
        await().atMost(LIMIT).until(() -> held("gw1") == 6);

        work(gateways.get(1).places(), 6, 6);
        await().atMost(LIMIT).until(() -> held("gw1") == 3 && held("gw2") == 3);
        work(gateways.get(2).places(), 6, 6);
        await().atMost(LIMIT).until(() -> held("gw1") == 2 && held("gw2") == 2 && held("gw3") == 2);

        await().during(Duration.ofSeconds(2)).atMost(LIMIT).until(() -> open.get() <= 6);
        assertThat(gateways).allMatch(each -> Math.abs(each.places().share(ARCHIVE) - 1 / 3.0) < 0.001);
        assertThat(gateways.get(0).places().share("another")).isEqualTo(1);
        assertThat(most).hasValue(6);
    }

    @Test
    void what_the_database_counts_too_many_because_an_answer_was_lost_is_put_right() {
        SharedPlaces places = gateways.get(0).places();
        assertThat(places.take(ARCHIVE, 4)).isTrue();
        database.execute("UPDATE place SET held = 4");

        await().atMost(LIMIT).until(() -> held("gw1") == 1);
        assertThat(gateways.get(1).places().take(ARCHIVE, 4)).isTrue();
    }

    @Test
    void where_there_is_one_place_they_take_turns() {
        List<AtomicInteger> times = new ArrayList<>();
        for (Cluster gateway : gateways) {
            times.addAll(work(gateway.places(), 2, 1));
        }

        await().atMost(LIMIT)
                .until(() -> IntStream.of(0, 2, 4)
                        .allMatch(i -> times.get(i).get() + times.get(i + 1).get() >= 1));
        assertThat(most).hasValue(1);
    }

    @Test
    void what_a_dead_gateway_held_is_free_again() {
        work(gateways.get(0).places(), 2, 2);
        await().atMost(LIMIT).until(() -> held("gw1") == 2);
        database.execute("UPDATE member SET epoch = epoch + 1, state = 1 WHERE node = 'gw1'");

        assertThat(gateways.get(1).places().take(ARCHIVE, 2)).isTrue();
        assertThat(gateways.get(1).places().take(ARCHIVE, 2)).isTrue();
        assertThat(gateways.get(2).places().take(ARCHIVE, 2)).isFalse();
    }

    @Test
    void what_belongs_together_goes_where_the_first_gateway_sent_it_and_moves_together() {
        Set<String> down = ConcurrentHashMap.newKeySet();
        Chooser first = gateways.get(0).shared(new Preferring("a", down));
        Chooser second = gateways.get(1).shared(new Preferring("b", down));

        assertThat(first.choose(choice("1.1"))).contains("a");
        assertThat(second.choose(choice("1.1"))).contains("a");
        assertThat(second.choose(choice("1.2"))).contains("b");
        assertThat(first.choose(choice("1.2"))).contains("b");

        down.add("a");
        assertThat(second.choose(choice("1.1"))).contains("b");
        down.clear();
        await().atMost(LIMIT).until(() -> first.choose(choice("1.1")).equals(Optional.of("b")));
    }

    @Test
    void what_keeps_deliveries_together_may_be_a_patient_id_and_is_not_in_the_database() {
        Chooser chooser = gateways.get(0).shared(new Preferring("a", Set.of()));
        assertThat(chooser.choose(choice("PAT-4711"))).contains("a");

        assertThat(database.number("SELECT count(*) FROM affinity")).isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM affinity WHERE key LIKE '%PAT-4711%'"))
                .isZero();
    }

    @Test
    void gateways_that_choose_at_the_same_time_choose_the_same() throws InterruptedException {
        List<SortedMap<Integer, Optional<String>>> chosen = List.of(new TreeMap<>(), new TreeMap<>());
        List<Thread> threads = new ArrayList<>();
        CountDownLatch together = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Chooser chooser = gateways.get(i).shared(new Preferring(i == 0 ? "a" : "b", Set.of()));
            SortedMap<Integer, Optional<String>> results = chosen.get(i);
            // From both ends: each is the first for some, whoever is faster.
            IntStream keys =
                    i == 0 ? IntStream.range(0, 200) : IntStream.range(0, 200).map(key -> 199 - key);
            threads.add(new Thread(() -> {
                together.countDown();
                while (together.getCount() > 0) {
                    Thread.onSpinWait();
                }
                keys.forEach(key -> results.put(key, chooser.choose(choice("2." + key))));
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(LIMIT.toMillis());
        }

        assertThat(chosen.get(0)).hasSize(200).isEqualTo(chosen.get(1));
        assertThat(chosen.get(0)).containsValues(Optional.of("a"), Optional.of("b"));
    }

    private static Chooser.Choice choice(String study) {
        Instance instance = new Instance(
                1,
                TestFiles.CT,
                Uid.of("1.2.3"),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                study,
                "",
                "",
                "",
                "CT",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "127.0.0.1"),
                Instant.EPOCH,
                1);
        return new Chooser.Choice(instance, "spread", 1, study, List.of("a", "b"), Set.of(), Optional.empty());
    }

    /** Goes on where it was, if that can be used, and else prefers one destination. */
    private record Preferring(String destination, Set<String> down) implements Chooser {

        @Override
        public String affinityKey(String route, Instance instance) {
            return instance.studyInstanceUid();
        }

        @Override
        public Optional<String> choose(Choice choice) {
            return Stream.of(choice.last().stream(), Stream.of(destination), choice.candidates().stream())
                    .flatMap(each -> each)
                    .filter(each -> !down.contains(each))
                    .findFirst();
        }
    }
}
