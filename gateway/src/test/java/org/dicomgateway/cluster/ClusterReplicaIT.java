package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings.PostgresqlSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Handover.CopyProgress;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.Replica.Entry;
import org.dicomgateway.spool.Replica.Note;
import org.dicomgateway.spool.Whereabouts;
import org.dicomgateway.spool.Whereabouts.Version;
import org.dicomgateway.spool.Whereabouts.VersionAt;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.flywaydb.core.Flyway;
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

    private static final ClusterRules.Target NO_RULES = new ClusterRules.Target() {
        @Override
        public List<String> problems(String text) {
            return List.of();
        }

        @Override
        public void putInForce(String text, String mention) {
            throw new IllegalStateException("nothing was published");
        }

        @Override
        public String inForce() {
            return "";
        }

        @Override
        public String transforms() {
            return "";
        }
    };

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
        primary.forget();
        cluster = new Cluster(settings("gw1", PATIENCE), "1", Duration.ofDays(1), fenced::incrementAndGet);
        cluster.replica().join(UUID.randomUUID());
    }

    @AfterEach
    void leave() {
        standby.signal("CONT");
        cluster.close();
    }

    /** The standby stands first in the address: the primary is to be found. */
    private static ClusterSettings settings(String node, Duration patience) {
        String url = "postgresql://127.0.0.1:" + standby.port() + ",127.0.0.1:" + primary.port() + "/gateway";
        return new ClusterSettings(
                node, new PostgresqlSettings(url, "gateway", Optional.empty()), Duration.ofSeconds(3), patience, false);
    }

    private static Entry entry(long id) {
        return versionOf(id, id);
    }

    private static Entry versionOf(long sopInstance, long id) {
        Uid sop = Uid.of("1.2.3." + sopInstance);
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
        return new Entry(instance, plan, "{}", stream.length, 0, 7, to -> to.write(stream), OptionalLong.empty());
    }

    private CompletableFuture<Void> keep(long... ids) {
        return keep(LongStream.of(ids).mapToObj(ClusterReplicaIT::entry).toList());
    }

    private CompletableFuture<Void> keep(List<Entry> entries) {
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

    /** As another gateway does that declares an earlier process of this one dead. */
    @Test
    void a_start_whose_connections_are_ended_goes_on_with_others() throws IOException {
        for (int i = 0; i < 5; i++) {
            cluster.catchUp(NO_RULES, (destination, reason) -> {}, destination -> {});
            primary.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    + "WHERE application_name LIKE 'dicom-gateway%'");
        }
        cluster.catchUp(NO_RULES, (destination, reason) -> {}, destination -> {});
        assertThat(fenced.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flyway_schema_history", "member"})
    void a_join_whose_connection_is_ended_goes_on_with_another(String table) throws SQLException {
        Cluster second = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), fenced::incrementAndGet);
        try (Connection other = primary.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE " + table);
            CompletableFuture<Long> joined = CompletableFuture.supplyAsync(() -> joined(second));
            String waits = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE '%gw2%'";
            await().until(() -> primary.number("SELECT count(*) " + waits) > 0);
            primary.execute("SELECT pg_terminate_backend(pid) " + waits);
            other.rollback();
            assertThat(joined.join()).isZero();
        } finally {
            second.close();
        }
    }

    private static long joined(Cluster cluster) {
        try {
            return cluster.replica().join(UUID.fromString("00000000-0000-0000-0000-000000000002"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        cluster.start(new Spool());
        standby.signal("STOP");

        assertThatThrownBy(() -> cluster.replica().keep(List.of(entry(2))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the cluster's database has not kept the instance");
        standby.signal("CONT");

        await().atMost(Duration.ofSeconds(30)).until(() -> instances(primary) == 0);
        keep(3).join();
        assertThat(instances(primary)).isEqualTo(1);
    }

    private static SentAs sentAs(String uid) {
        return new SentAs(
                "v1",
                Uid.of(uid),
                "1.9",
                "1.9.1",
                DatasetDigest.of(-7),
                300,
                Optional.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
    }

    @Test
    void what_is_about_to_be_sent_instead_is_on_the_standby_and_goes_to_whoever_takes_the_instance_over()
            throws Exception {
        cluster.start(new Spool());
        keep(1, 2).join();
        cluster.replica().sending(List.of(new Note(1, "a", sentAs("1.2.9")))).join();
        Note last = new Note(1, "a", sentAs("1.2.10"));
        cluster.replica().sending(List.of(last)).join();
        await().until(() -> standby.number("SELECT count(*) FROM sent_as WHERE sop_instance = '1.2.10'") == 1);

        Spool spool = new Spool();
        try (Cluster survivor = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            survivor.replica().join(UUID.randomUUID());
            survivor.start(spool);
            primary.execute("UPDATE member SET epoch = epoch + 1, state = 1 WHERE node = 'gw1'");
            await().atMost(Duration.ofSeconds(20)).until(() -> !spool.left.isEmpty());
            assertThat(spool.leftNotes).contains(Map.of("a", last.sentAs()));
            survivor.stop();

            // It has it now, under a number of its own.
            long key = primary.number("SELECT id FROM instance WHERE local_id = 1");
            primary.execute("UPDATE instance SET adopter_epoch = (SELECT epoch FROM member WHERE node = 'gw2'), "
                    + "adopter = (SELECT id FROM member WHERE node = 'gw2')");
            assertThat(survivor.replica().keep(List.of(takenOver(5, key)))).isEmpty();
            assertThat(primary.number("SELECT local_id FROM sent_as JOIN member m ON m.id = home WHERE node = 'gw2'"))
                    .isEqualTo(5);

            // When it is done, the note is not needed, and tells who is who.
            survivor.replica().changed(List.of(5L));
            await().until(() -> primary.number("SELECT count(*) FROM sent_as") == 0);
        }
        assertThat(cluster.replica().sending(List.of(last)))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withMessageContaining("dead");
    }

    private static Entry takenOver(long id, long key) {
        Entry entry = entry(id);
        return with(entry, OptionalLong.of(key), entry.body());
    }

    @Test
    void what_is_about_to_be_sent_instead_is_not_noted_without_the_standby() throws IOException {
        cluster.start(new Spool());
        keep(1).join();
        standby.signal("STOP");
        CompletableFuture<Void> noted = cluster.replica().sending(List.of(new Note(1, "a", sentAs("1.2.9"))));
        await().during(Duration.ofSeconds(1)).until(() -> !noted.isDone());
        assertThat(noted).failsWithin(PATIENCE.multipliedBy(2));
    }

    @Test
    void what_was_sent_instead_stays_for_the_gateway_that_is_taking_the_instance_over() throws IOException {
        cluster.start(new Spool());
        keep(1, 2).join();
        cluster.replica()
                .sending(List.of(new Note(1, "a", sentAs("1.2.9")), new Note(2, "a", sentAs("1.2.10"))))
                .join();
        primary.execute("UPDATE instance SET adopter = home, adopter_epoch = 99 WHERE local_id = 1");
        cluster.replica().changed(List.of(1L, 2L));
        await().until(() -> primary.number("SELECT count(*) FROM sent_as WHERE local_id = 2") == 0);
        assertThat(primary.number("SELECT count(*) FROM sent_as WHERE local_id = 1"))
                .isEqualTo(1);
    }

    @Test
    void a_gateway_with_an_older_disk_learns_what_it_has_sent_instead() throws IOException {
        UUID known = UUID.randomUUID();
        startAs(known, new Spool());
        keep(1, 2).join();
        Note note = new Note(2, "a", sentAs("1.2.9"));
        cluster.replica().sending(List.of(note)).join();

        Spool spool = new Spool();
        spool.unfinished = List.of(1L, 2L);
        startAs(known, spool);
        assertThat(spool.noted).containsExactly(note);
    }

    /** The gateway is started again with this spool. */
    private void startAs(UUID identity, Spool spool) throws IOException {
        cluster.close();
        cluster = new Cluster(settings("gw3", PATIENCE), "1", Duration.ofDays(1), fenced::incrementAndGet);
        cluster.replica().join(identity);
        cluster.start(spool);
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

    @ParameterizedTest
    @ValueSource(strings = {"off", "local"})
    void a_standby_confirms_what_is_kept_whatever_the_user_is_set_to(String synchronousCommit) throws IOException {
        primary.execute("ALTER ROLE gateway SET synchronous_commit = " + synchronousCommit);
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), fenced::incrementAndGet)) {
            other.replica().join(UUID.randomUUID());
            standby.signal("STOP");

            assertThatThrownBy(() -> other.replica().keep(List.of(entry(1)))).isInstanceOf(RefusedException.class);
        } finally {
            standby.signal("CONT");
            primary.execute("ALTER ROLE gateway RESET synchronous_commit");
        }
    }

    @Test
    void what_no_standby_is_asked_for_is_refused_also_a_moment_after_that_was_so() {
        keep(1).join();
        // As in the moment in which a standby has become the primary.
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
        primary.execute("SELECT pg_reload_conf()");
        try {
            await().until(() -> primary.number("SELECT length(current_setting('synchronous_standby_names'))") == 0);
            assertThatThrownBy(() -> cluster.replica().keep(List.of(entry(2))))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("no synchronous standby");
        } finally {
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
            primary.execute("SELECT pg_reload_conf()");
        }
    }

    @Test
    void a_database_that_stops_in_the_middle_of_a_large_instance_holds_nobody_up() {
        Entry large = with(entry(2), OptionalLong.empty(), to -> {
            byte[] block = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                to.write(block);
                if (i == 2) {
                    primary.signal("STOP");
                }
            }
        });
        keep(1).join();
        try {
            CompletableFuture<Void> kept = keep(List.of(large));
            await().atMost(Duration.ofSeconds(25)).until(kept::isDone);
            assertThat(kept).isCompletedExceptionally();
        } finally {
            primary.signal("CONT");
        }
    }

    @Test
    void a_commit_that_comes_after_the_refusal_does_not_stay() throws Exception {
        cluster.start(new Spool());
        try (Connection late = primary.connect();
                Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock_shared(7, max(id)) FROM member");
            statement.execute("INSERT INTO instance (home, local_id, sop_instance, study, received_at, metadata, "
                    + "length, dataset_offset, crc32c, pack) SELECT max(id), 9, '1', '1', now(), '', 0, 0, 0, 1 "
                    + "FROM member");
            cluster.replica().refused(List.of(9L));
            await().during(Duration.ofSeconds(1)).until(() -> instances(primary) == 0);
            late.commit();
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> instances(primary) == 0);
    }

    @Test
    void what_another_gateway_gave_success_for_does_not_go_when_its_new_home_cannot_keep_it() throws Exception {
        keep(1).join();
        Spool spool = new Spool();
        try (Cluster survivor = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            survivor.replica().join(UUID.randomUUID());
            primary.execute("UPDATE member SET state = 1, epoch = epoch + 1 WHERE node = 'gw1'");
            primary.execute("UPDATE instance SET (adopter, adopter_epoch) = "
                    + "(SELECT id, epoch FROM member WHERE node = 'gw2')");
            long key = primary.number("SELECT id FROM instance");
            Entry moved = with(entry(7), OptionalLong.of(key), entry(1).body());
            survivor.replica().keep(List.of(moved));
            // The disk of the survivor has refused it.
            survivor.replica().refused(List.of(7L));
            survivor.start(spool);

            await().atMost(Duration.ofSeconds(20)).until(() -> spool.left.contains(key));
            assertThat(instances(primary)).isEqualTo(1);
        }
    }

    /** Only what is left is in the spool of whoever took it over. */
    @Test
    void what_was_done_before_a_takeover_counts_for_storage_commitment() throws Exception {
        keep(1).join();
        primary.execute("UPDATE copy SET state = 4");
        try (Cluster survivor = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {});
                Cluster third = new Cluster(settings("gw3", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            survivor.replica().join(UUID.randomUUID());
            third.replica().join(UUID.randomUUID());
            primary.execute("UPDATE member SET state = 1, epoch = epoch + 1 WHERE node = 'gw1'");
            primary.execute("UPDATE instance SET (adopter, adopter_epoch) = "
                    + "(SELECT id, epoch FROM member WHERE node = 'gw2')");
            long key = primary.number("SELECT id FROM instance");
            survivor.replica().keep(List.of(with(entry(7), OptionalLong.of(key), entry(1).body())));
            primary.execute("UPDATE copy SET state = 1, destination = 'b' WHERE local_id = 7");

            for (Whereabouts each : List.of(
                    survivor.whereabouts(knowing(Optional.of(delivered("b")))),
                    third.whereabouts(knowing(Optional.empty())))) {
                assertThat(each.newest(Uid.of("1.2.3.1")).orElseThrow().copies())
                        .extracting(VersionAt::destination, VersionAt::state)
                        .containsExactlyInAnyOrder(
                                tuple(Optional.of("a"), DeliveryState.DISCARDED),
                                tuple(Optional.of("b"), DeliveryState.DELIVERED));
            }
        }
    }

    @Test
    void an_older_version_here_does_not_count_when_a_gateway_of_the_version_before_got_a_newer_one() {
        keep(1).join();
        primary.execute("UPDATE instance SET sop_class = ''");
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());

            assertThat(other.whereabouts(knowing(Optional.of(delivered("a"))))
                            .newest(Uid.of("1.2.3.1"))
                            .orElseThrow()
                            .copies())
                    .extracting(VersionAt::state)
                    .containsExactly(DeliveryState.PENDING);
            assertThat(other.whereabouts(knowing(Optional.empty())).newest(Uid.of("1.2.3.1")))
                    .isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Version delivered(String destination) {
        return new Version(
                7,
                TestFiles.CT,
                List.of(new VersionAt(
                        "all",
                        Optional.of(destination),
                        DeliveryState.DELIVERED,
                        false,
                        Optional.empty(),
                        Optional.empty())));
    }

    private static Whereabouts knowing(Optional<Version> version) {
        return new Whereabouts() {
            @Override
            public void catchUp() {}

            @Override
            public Optional<Version> newest(Uid sopInstance) {
                return version;
            }
        };
    }

    @Test
    void what_another_gateway_has_reserved_is_not_told_to_be_done() throws IOException {
        keep(1, 2).join();
        Spool spool = new Spool();
        spool.copies = List.of(new CopyProgress(0, "all", "a", DeliveryState.DISCARDED));
        primary.execute("INSERT INTO member (node, spool, epoch, state, beat, software, since) "
                + "VALUES ('gw2', gen_random_uuid(), 1, 0, 1, '1', now())");
        primary.execute("UPDATE instance SET (adopter, adopter_epoch) = "
                + "(SELECT id, epoch FROM member WHERE node = 'gw2') WHERE local_id = 1");
        cluster.start(spool);

        cluster.replica().changed(List.of(1L, 2L));

        await().until(() -> primary.number("SELECT state FROM instance WHERE local_id = 2") == 1);
        assertThat(primary.number("SELECT state FROM copy WHERE local_id = 2")).isEqualTo(4);
        assertThat(primary.number("SELECT state FROM copy WHERE local_id = 1")).isZero();
        assertThat(primary.number("SELECT state FROM instance WHERE local_id = 1"))
                .isZero();
    }

    @Test
    void only_what_is_known_to_be_elsewhere_is_given_up() throws Exception {
        UUID identity = UUID.randomUUID();
        try (Cluster before = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            before.replica().join(identity);
            before.replica().keep(List.of(entry(5), entry(6), entry(7), entry(8)));
        }
        primary.execute("UPDATE instance SET state = 1, done_at = now() WHERE local_id IN (5, 8)");
        // 8 was found to be missing, and was being sent again.
        primary.execute("UPDATE copy SET state = 1 WHERE local_id = 5");
        primary.execute("INSERT INTO taken_over SELECT home, local_id, id, now() FROM instance WHERE local_id = 6");
        primary.execute("UPDATE instance SET home = (SELECT id FROM member WHERE node = 'gw1') WHERE local_id = 6");
        Spool spool = new Spool();
        // The first three were received before there was a cluster.
        spool.unfinished = List.of(1L, 2L, 3L, 5L, 6L, 7L, 8L);
        try (Cluster again = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            assertThat(again.replica().join(identity)).isEqualTo(8);
            again.start(spool);
        }

        assertThat(spool.givenUp).containsExactly(5L, 6L);
    }

    @Test
    void who_comes_back_in_the_middle_of_a_takeover_gives_up_versions_of_which_an_older_one_is_elsewhere()
            throws Exception {
        UUID identity = UUID.randomUUID();
        try (Cluster before = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            before.replica().join(identity);
            for (long id = 5; id < 8; id++) {
                before.replica().keep(List.of(versionOf(1, id)));
            }
            before.replica().keep(List.of(entry(8)));
        }
        primary.execute("INSERT INTO taken_over SELECT home, local_id, id, now() FROM instance WHERE local_id = 5");
        primary.execute("UPDATE instance SET home = (SELECT id FROM member WHERE node = 'gw1') WHERE local_id = 5");
        Spool spool = new Spool();
        spool.unfinished = List.of(5L, 6L, 7L, 8L);
        try (Cluster again = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            again.replica().join(identity);
            again.start(spool);
        }

        assertThat(spool.givenUp).containsExactly(5L, 6L, 7L);
        assertThat(primary.number("SELECT count(*) FROM instance i JOIN member m ON m.id = i.adopter "
                        + "AND m.epoch = i.adopter_epoch AND m.node = 'gw1' WHERE local_id IN (6, 7)"))
                .isEqualTo(2);
    }

    @Test
    void a_member_that_dies_while_the_standby_stalls_takes_no_other_with_it() throws IOException {
        Cluster dying = new Cluster(settings("gw2", Duration.ofSeconds(8)), "1", Duration.ofDays(1), () -> {});
        dying.replica().join(UUID.randomUUID());
        try (Cluster other = new Cluster(settings("gw3", Duration.ofSeconds(8)), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            other.start(new Spool());
            dying.close();
            standby.signal("STOP");

            await().during(Duration.ofSeconds(9))
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> other.replica().maySend());
            standby.signal("CONT");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> primary.number("SELECT state FROM member WHERE node = 'gw2'") == 1);
        }
    }

    @Test
    void a_gateway_may_have_a_long_name_and_get_another_one_but_no_two_have_one_spool() throws Exception {
        UUID identity = UUID.randomUUID();
        String name = "a".repeat(64);
        try (Cluster first = new Cluster(settings(name, PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            first.replica().join(identity);
            first.replica().keep(List.of(entry(1)));
            try (Cluster copy = new Cluster(settings("copy", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
                assertThatThrownBy(() -> copy.replica().join(identity))
                        .hasMessageContaining("the gateway " + name + " is at work in the cluster with this spool");
            }
            first.replica().keep(List.of(entry(2)));
        }
        try (Cluster renamed = new Cluster(settings("renamed", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            assertThat(renamed.replica().join(identity)).isEqualTo(2);
            assertThat(primary.number("SELECT count(*) FROM member WHERE node IN ('renamed', '" + name + "')"))
                    .isEqualTo(1);
        }
    }

    @Test
    void of_two_gateways_that_get_versions_of_an_instance_at_the_same_time_one_delivers_both() throws Exception {
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            for (int round = 0; round < 20; round++) {
                List<Entry> versions = LongStream.range(round * 10L, round * 10L + 5)
                        .mapToObj(ClusterReplicaIT::entry)
                        .toList();
                CompletableFuture<Set<Long>> here = keepAt(cluster, versions);
                CompletableFuture<Set<Long>> there = keepAt(other, versions);

                assertThat(Stream.of(here.join(), there.join())).containsExactlyInAnyOrder(Set.of(), ids(versions));
            }
            assertThat(primary.number("SELECT count(*) FROM (SELECT sop_instance FROM instance "
                            + "GROUP BY sop_instance HAVING count(DISTINCT coalesce(adopter, home)) = 1) AS together"))
                    .isEqualTo(100);
        }
    }

    @Test
    void what_is_received_while_an_older_version_is_on_its_way_here_comes_after_it() throws Exception {
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            assertThat(cluster.replica().keep(List.of(versionOf(1, 1)))).isEmpty();
            assertThat(cluster.replica().keep(List.of(versionOf(1, 2)))).isEmpty();
            assertThat(other.replica().keep(List.of(versionOf(1, 3), entry(4)))).containsExactly(3L);

            assertThat(cluster.replica().keep(List.of(versionOf(1, 5), entry(6))))
                    .containsExactly(5L);
            assertThat(cluster.replica().keep(List.of(versionOf(1, 7)))).containsExactly(7L);
        }
    }

    @Test
    void a_newer_version_goes_to_the_gateway_that_sends_the_older_one_again() throws Exception {
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            keep(1, 2).join();
            primary.execute("UPDATE instance SET state = 1, done_at = now()");
            primary.execute("UPDATE copy SET state = 1 WHERE local_id = 2");

            assertThat(other.replica().keep(List.of(versionOf(1, 3), versionOf(2, 4))))
                    .containsExactly(3L);
            assertThat(cluster.replica().keep(List.of(versionOf(1, 5)))).containsExactly(5L);
        }
    }

    @Test
    void a_version_is_taken_over_only_by_the_gateway_that_has_the_older_one() throws Exception {
        Spool survivor = new Spool();
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            keep(List.of(versionOf(1, 1), versionOf(1, 2))).join();
            primary.execute("INSERT INTO member (node, spool, epoch, state, beat, software, since) "
                    + "VALUES ('gw3', gen_random_uuid(), 1, 0, 1, '1', now())");
            primary.execute("UPDATE instance SET (adopter, adopter_epoch) = "
                    + "(SELECT id, epoch FROM member WHERE node = 'gw3') WHERE local_id = 1");
            primary.execute("UPDATE member SET state = 1, epoch = epoch + 1 WHERE node = 'gw1'");
            long first = primary.number("SELECT id FROM instance WHERE local_id = 1");
            other.start(survivor);

            await().during(Duration.ofMillis(1_500))
                    .atMost(Duration.ofSeconds(2))
                    .until(survivor.left::isEmpty);
            // It dies as well: its lease ends after three seconds.
            await().atMost(Duration.ofSeconds(20)).until(() -> survivor.left.contains(first));
            assertThat(survivor.left).as("the older one first").containsOnly(first);
        }
    }

    @Test
    void an_older_version_that_another_gateway_has_reserved_here_is_not_here_any_more() throws Exception {
        Spool survivor = new Spool();
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            other.replica().keep(List.of(versionOf(1, 1)));
            keep(List.of(versionOf(1, 2))).join();
            primary.execute("INSERT INTO member (node, spool, epoch, state, beat, software, since) "
                    + "VALUES ('gw3', gen_random_uuid(), 1, 0, 1, '1', now())");
            primary.execute("UPDATE instance SET (adopter, adopter_epoch) = "
                    + "(SELECT id, epoch FROM member WHERE node = 'gw3') WHERE local_id = 1");
            primary.execute("UPDATE instance SET adopter = NULL WHERE local_id = 2");
            primary.execute("UPDATE member SET state = 1, epoch = epoch + 1 WHERE node = 'gw1'");
            other.start(survivor);

            await().during(Duration.ofMillis(1_500))
                    .atMost(Duration.ofSeconds(2))
                    .until(survivor.left::isEmpty);
        }
    }

    @Test
    void a_gateway_of_an_earlier_version_starts_beside_a_newer_one(@TempDir Path earlier) throws Exception {
        String first = "V1__cluster.sql";
        try (InputStream sql = ClusterSchema.class.getResourceAsStream(first)) {
            Files.copy(sql, earlier.resolve(first));
        }
        Flyway.configure()
                .dataSource("jdbc:postgresql://127.0.0.1:" + primary.port() + "/gateway", "gateway", null)
                .locations("filesystem:" + earlier)
                .load()
                .migrate();

        keep(1).join();
        // As it does it.
        primary.execute("INSERT INTO copy (home, local_id, place, instance, route, destination, state, changed_at) "
                + "SELECT home, local_id, 9, id, 'all', 'a', 0, now() FROM instance");
        assertThat(primary.number("SELECT count(*) FROM copy")).isEqualTo(2);
    }

    @Test
    void who_has_left_in_order_was_not_declared_dead() {
        keep(1).join();
        cluster.leave();

        assertThatThrownBy(() -> cluster.replica().keep(List.of(entry(2)))).isInstanceOf(RefusedException.class);
        assertThat(cluster.replica().maySend()).isFalse();
        assertThat(fenced).hasValue(0);
    }

    private static CompletableFuture<Set<Long>> keepAt(Cluster gateway, List<Entry> entries) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.replica().keep(entries);
            } catch (RefusedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Set<Long> ids(List<Entry> entries) {
        return entries.stream().map(entry -> entry.instance().id()).collect(Collectors.toSet());
    }

    @Test
    void whoever_delivered_an_older_version_is_told_when_another_gateway_delivers_a_newer_one() throws Exception {
        Spool older = new Spool();
        older.copies = List.of(new CopyProgress(0, "all", "a", DeliveryState.DELIVERED));
        cluster.start(older);
        keep(1, 2).join();
        cluster.replica().changed(List.of(1L, 2L));
        await().until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 1") == 2);
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            other.start(older.twin());
            Entry same = entry(2);
            Entry newer = withCrc(entry(1), 8);
            other.replica().keep(List.of(newer, same));
            other.replica().changed(List.of(1L, 2L));

            await().until(() -> older.replaced.equals(List.of(new Handover.Replaced(1, "a"))));
            await().until(() -> primary.number("SELECT count(*) FROM replaced WHERE noted") == 1);
        }
    }

    private static Entry withCrc(Entry entry, int crc) {
        return new Entry(
                entry.instance(),
                entry.plan(),
                entry.metadata(),
                entry.length(),
                0,
                crc,
                entry.body(),
                OptionalLong.empty());
    }

    @Test
    void an_older_version_is_not_taken_over_for_where_a_newer_one_was_delivered() throws Exception {
        Spool survivor = new Spool();
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            keep(1).join();
            keep(List.of(withCrc(versionOf(1, 2), 8))).join();
            primary.execute("UPDATE copy SET destination = 'a'");
            primary.execute("UPDATE copy SET state = 1 WHERE local_id = 2");
            primary.execute("UPDATE instance SET state = 1, done_at = now() WHERE local_id = 2");
            primary.execute("UPDATE member SET state = 1, epoch = epoch + 1 WHERE node = 'gw1'");
            other.start(survivor);

            await().atMost(Duration.ofSeconds(20)).until(() -> !survivor.leftCopies.isEmpty());
            assertThat(survivor.leftCopies.get(0))
                    .containsExactly(new CopyProgress(0, "all", "a", DeliveryState.SUPERSEDED));
        }
    }

    @Test
    void of_what_is_done_no_copy_stays_parked() throws Exception {
        Spool survivor = new Spool();
        survivor.nothingIsLeft = true;
        try (Cluster other = new Cluster(settings("gw2", PATIENCE), "1", Duration.ofDays(1), () -> {})) {
            other.replica().join(UUID.randomUUID());
            keep(1).join();
            primary.execute("UPDATE copy SET state = 2, reason = 'refused'");
            primary.execute("UPDATE member SET state = 1, epoch = epoch + 1 WHERE node = 'gw1'");
            other.start(survivor);

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 1") == 1);
            assertThat(primary.number("SELECT count(*) FROM copy WHERE state = 5 AND reason = ''"))
                    .isEqualTo(1);
        }
    }

    private static Entry with(Entry entry, OptionalLong takenOver, Replica.Body body) {
        return new Entry(entry.instance(), entry.plan(), entry.metadata(), entry.length(), 0, 7, body, takenOver);
    }

    /** A spool in which everything is done that it is asked about. It takes nothing over. */
    private static final class Spool implements Handover {

        private final List<Long> givenUp = new CopyOnWriteArrayList<>();
        private final List<Long> left = new CopyOnWriteArrayList<>();
        private final List<Note> noted = new CopyOnWriteArrayList<>();
        private final List<Map<String, SentAs>> leftNotes = new CopyOnWriteArrayList<>();
        private final List<Replaced> replaced = new CopyOnWriteArrayList<>();
        private final List<List<CopyProgress>> leftCopies = new CopyOnWriteArrayList<>();
        private List<Long> unfinished = List.of();
        private List<CopyProgress> copies = List.of();
        private boolean nothingIsLeft;

        private Spool twin() {
            Spool twin = new Spool();
            twin.copies = copies;
            return twin;
        }

        @Override
        public List<Long> unfinished(long afterId, int max) {
            return unfinished;
        }

        @Override
        public Optional<Held> held(long instance) {
            return Optional.empty();
        }

        @Override
        public List<Progress> progress(Collection<Long> instances) {
            return instances.stream().map(id -> new Progress(id, true, copies)).toList();
        }

        @Override
        public long giveUp(List<Long> instances, String reason) {
            givenUp.addAll(instances);
            return instances.size();
        }

        @Override
        public void replaced(List<Replaced> copies) {
            replaced.addAll(copies);
        }

        @Override
        public void noted(List<Note> notes) {
            noted.addAll(notes);
        }

        @Override
        public Optional<Instance> takeOver(Left each, InputStream part10) throws RefusedException {
            left.add(each.key());
            leftCopies.add(each.copies());
            leftNotes.add(each.sentAs());
            if (nothingIsLeft) {
                return Optional.empty();
            }
            throw new RefusedException(RefusedException.Kind.NO_SPACE, "no space", null);
        }
    }
}
