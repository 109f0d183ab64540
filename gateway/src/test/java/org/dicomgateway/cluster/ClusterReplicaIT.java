package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings.PostgresqlSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Replica.Entry;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept, against a real PostgreSQL whose standby stops, and whose commits are cancelled. */
class ClusterReplicaIT {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final String WAITING =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'dicom-%'";

    @TempDir
    private static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;

    private final AtomicInteger fenced = new AtomicInteger();
    private Cluster cluster;

    @BeforeAll
    static void startDatabase() {
        primary = PostgresServer.start(directory);
        standby = primary.startStandby(directory);
    }

    @AfterAll
    static void stopDatabase() {
        standby.close();
        primary.close();
    }

    @BeforeEach
    void join() throws IOException {
        primary.execute("DROP SCHEMA public CASCADE");
        primary.execute("CREATE SCHEMA public AUTHORIZATION gateway");
        cluster = new Cluster(settings("gw1", PATIENCE), "1", Duration.ofDays(1), fenced::incrementAndGet);
        cluster.replica().join(UUID.randomUUID());
    }

    @AfterEach
    void leave() {
        standby.signal("CONT");
        cluster.close();
    }

    private static ClusterSettings settings(String node, Duration patience) {
        return new ClusterSettings(
                node,
                new PostgresqlSettings(
                        "postgresql://127.0.0.1:" + primary.port() + "/gateway", "gateway", Optional.empty()),
                Duration.ofSeconds(3),
                patience,
                false);
    }

    private static Entry entry(long id) {
        Uid sop = Uid.of("1.2.3." + id);
        byte[] stream = new byte[20_000];
        Arrays.fill(stream, (byte) id);
        Instance instance = new Instance(
                id,
                TestFiles.CT,
                sop,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                "1.2",
                "1.2.1",
                "",
                "",
                "CT",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "127.0.0.1"),
                Instant.EPOCH,
                stream.length);
        Plan plan = new Plan(1, List.of(new Plan.PlannedDelivery("all", 1, List.of("a"), 0, false)));
        return new Entry(
                instance, plan, new byte[] {1}, stream.length, 0, 7, to -> to.write(stream), OptionalLong.empty());
    }

    private CompletableFuture<Void> keep(long... ids) {
        List<Entry> entries =
                LongStream.of(ids).mapToObj(ClusterReplicaIT::entry).toList();
        return CompletableFuture.runAsync(() -> {
            try {
                cluster.replica().keep(entries);
            } catch (RefusedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static long instances(PostgresServer server) {
        return server.number("SELECT count(*) FROM instance");
    }

    @Test
    void what_is_kept_is_on_the_standby_byte_for_byte() {
        keep(1, 2, 3).join();

        // It has it on its disk; it shows it a moment later.
        await().until(() -> instances(standby) == 3);
        long pack = primary.number("SELECT max(pack) FROM instance");
        assertThat(standby.number("SELECT count(*) FROM pack_" + pack)).isEqualTo(9);
        assertThat(standby.number("SELECT sum(length(bytes)) FROM pack_" + pack))
                .isEqualTo(60_000);
        assertThat(standby.number("SELECT count(*) FROM pack_" + pack + " p JOIN instance i ON i.id = p.instance "
                        + "WHERE bytes = decode(repeat(lpad(to_hex(local_id), 2, '0'), length(bytes)), 'hex')"))
                .isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_cancel_backend", "pg_terminate_backend"})
    void a_commit_that_is_broken_off_while_it_waits_for_the_standby_is_no_success_before_the_standby_has_it(
            String breakOff) {
        keep(1).join();
        standby.signal("STOP");
        CompletableFuture<Void> second = keep(2);
        await().until(() -> primary.number(WAITING) == 1);

        primary.execute("SELECT " + breakOff + "(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");

        // It holds on the primary. Whether the standby has it decides.
        await().until(() -> instances(primary) == 2);
        await().during(Duration.ofSeconds(1)).until(() -> !second.isDone());
        standby.signal("CONT");
        second.join();
        await().until(() -> instances(standby) == 2);
        assertThat(fenced).hasValue(0);
    }

    @Test
    void what_no_standby_confirms_in_time_is_refused_and_does_not_stay() throws IOException {
        cluster.start(new EmptySpool());
        standby.signal("STOP");

        assertThatThrownBy(() -> cluster.replica().keep(List.of(entry(2))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the cluster's database has not kept the instance");
        standby.signal("CONT");

        await().atMost(Duration.ofSeconds(30)).until(() -> instances(primary) == 0);
        keep(3).join();
        assertThat(instances(primary)).isEqualTo(1);
    }

    @Test
    void a_body_that_cannot_be_read_is_refused_and_nothing_stays() {
        Entry whole = entry(1);
        Entry broken = new Entry(
                whole.instance(),
                whole.plan(),
                whole.metadata(),
                whole.length(),
                0,
                0,
                to -> {
                    to.write(new byte[10_000]);
                    throw new IOException("a bad sector");
                },
                OptionalLong.empty());

        assertThatThrownBy(() -> cluster.replica().keep(List.of(broken)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("a bad sector");
        assertThat(instances(primary)).isZero();
        keep(2).join();
        assertThat(instances(primary)).isEqualTo(1);
    }

    @Test
    void who_was_declared_dead_keeps_nothing() {
        keep(1).join();
        primary.execute("UPDATE member SET epoch = epoch + 1, state = 1");

        assertThatThrownBy(() -> cluster.replica().keep(List.of(entry(2))))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.CLOSED));
        assertThat(fenced).hasValue(1);
        assertThat(cluster.replica().maySend()).isFalse();
        assertThat(instances(primary)).isEqualTo(1);
    }

    @Test
    void a_database_that_stops_for_longer_than_a_lease_makes_nobody_dead() throws IOException {
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), fenced::incrementAndGet)) {
            other.replica().join(UUID.randomUUID());
            primary.signal("STOP");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !cluster.replica().maySend());
            await().atMost(Duration.ofSeconds(20)).until(() -> !other.replica().maySend());
            assertThat(cluster.replica().closedBecause())
                    .hasValueSatisfying(why -> assertThat(why).contains("the cluster's database does not answer"));
            primary.signal("CONT");

            await().atMost(Duration.ofSeconds(20)).until(() -> cluster.replica().maySend());
            await().atMost(Duration.ofSeconds(20)).until(() -> other.replica().maySend());
            await().during(Duration.ofSeconds(4))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> primary.number("SELECT count(*) FROM member WHERE state = 0") == 2);
            assertThat(fenced).hasValue(0);
        }
    }
}
