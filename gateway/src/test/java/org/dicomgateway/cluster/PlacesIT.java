package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings.PostgresqlSettings;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.testkit.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways that share the places of destinations, in a real PostgreSQL. */
class PlacesIT {

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
        database.execute("DROP SCHEMA public CASCADE");
        database.execute("CREATE SCHEMA public AUTHORIZATION gateway");
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
        assertThat(most).hasValue(6);
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
}
