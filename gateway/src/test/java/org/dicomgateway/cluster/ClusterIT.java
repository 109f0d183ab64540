package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Gateways as processes, over a real PostgreSQL with a synchronous standby. The destination keeps what it gets twice. */
class ClusterIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AeTitle SENDER = AeTitle.of("CT1");
    private static final int FENCED = 4;

    @TempDir
    private static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;

    private Path folder;
    private StoreScp archive;

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
    void start(TestInfo info) throws IOException {
        folder = Files.createDirectories(
                directory.resolve(info.getTestMethod().orElseThrow().getName()));
        archive = StoreScp.start(folder, "ARCHIVE");
        primary.forget();
    }

    @AfterEach
    void stop() {
        archive.close();
    }

    private GatewayProcess gateway(String node, Peer... destinations) {
        return gateway(node, 3, destinations);
    }

    /** With a lease of so many seconds: long enough for a start, where a gateway is to come back within it. */
    private GatewayProcess gateway(String node, int lease, Peer... destinations) {
        return new GatewayProcess(folder.resolve(node))
                .configure("""
                gateway.cluster {
                  node = %s
                  lease = %d s
                  postgresql.url = "postgresql://127.0.0.1:%d/gateway"
                }
                gateway.spool.large-instance = 64 KiB
                """.formatted(node, lease, primary.port()))
                .broadcastTo(destinations);
    }

    private List<TestFile> send(GatewayProcess to, int seed, int count, int size) {
        List<TestFile> files = new TestFiles(folder.resolve("files-" + seed), seed).study(1, count, size);
        Dcmtk.storescu(to.peer(), SENDER, files.stream().map(TestFile::path).toList())
                .orFail();
        return files;
    }

    /** Only there: the others shall deliver. */
    private static void pause(GatewayProcess gateway) {
        gateway.ask(
                        "pause",
                        "archive",
                        "--gateway",
                        gateway.home().getFileName().toString())
                .orFail();
    }

    private static void awaitFiles(StoreScp archive, int count) {
        await().atMost(LIMIT).until(() -> archive.files().size() >= count);
    }

    @Test
    void what_a_gateway_that_died_with_its_disk_had_yet_to_deliver_is_delivered_by_another() throws IOException {
        StoreScp second = StoreScp.start(folder, "SECOND");
        try (GatewayProcess dying = gateway("gw1", archive.peer(), second.peer());
                GatewayProcess survivor = gateway("gw2", archive.peer(), second.peer());
                second) {
            dying.start();
            survivor.start();
            pause(dying);
            List<TestFile> files = send(dying, 1, 10, 2_000);
            List<TestFile> large = send(dying, 2, 2, 300_000);
            awaitFiles(second, 12);
            await().until(() -> primary.number("SELECT count(*) FROM copy WHERE state = 1") == 12);
            dying.kill();
            delete(dying.home().resolve("var"));

            awaitFiles(archive, 12);
            await().until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);

            assertThat(archive.files()).hasSize(12);
            assertThat(second.files()).as("nothing is delivered twice").hasSize(12);
            assertThat(archive.files().stream().map(Part10::dataset))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(files.stream(), large.stream())
                            .map(file -> Part10.dataset(file.path()))
                            .toList());
            await().untilAsserted(() -> assertThat(survivor.ask("status").output())
                    .contains("cluster: gateway gw1 is DEAD since", "its work was taken over"));
        }
    }

    @Test
    void a_gateway_that_was_frozen_for_longer_than_its_lease_ends_and_sends_nothing_twice() {
        try (GatewayProcess frozen = gateway("gw3", archive.peer());
                GatewayProcess survivor = gateway("gw4", archive.peer())) {
            frozen.start();
            survivor.start();
            archive.kill();
            send(frozen, 1, 10, 2_000);
            frozen.signal("STOP");
            archive.startAgain();
            awaitFiles(archive, 10);
            frozen.signal("CONT");

            assertThat(frozen.await(LIMIT)).isEqualTo(FENCED);
            assertThat(frozen.output()).contains("has declared gw3 dead and takes over its work");
            frozen.start();
            assertThat(frozen.output()).contains("were taken over by other gateways of the cluster");
            send(frozen, 2, 1, 2_000);
            awaitFiles(archive, 11);
            assertThat(archive.files()).hasSize(11);
            assertThat(frozen.ask("status").output()).contains("cluster: gw3, at work: gw3, gw4");
        }
    }

    @Test
    void a_gateway_that_is_started_again_within_its_lease_keeps_its_work() {
        try (GatewayProcess restarted = gateway("gw5", 15, archive.peer());
                GatewayProcess other = gateway("gw6", 15, archive.peer())) {
            restarted.start();
            other.start();
            pause(restarted);
            send(restarted, 1, 5, 2_000);
            restarted.kill();
            restarted.start();
            restarted.ask("resume", "archive").orFail();

            awaitFiles(archive, 5);
            assertThat(archive.files()).hasSize(5);
            assertThat(other.forwardLog()).isEmpty();
            assertThat(restarted.output()).doesNotContain("taken over");

            // What it has delivered, it leaves behind: nobody waits for its lease.
            await().until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);
            assertThat(restarted.terminate(LIMIT)).isZero();
            assertThat(primary.number("SELECT state FROM member WHERE node = 'gw5'"))
                    .isEqualTo(2);
        }
    }

    @Test
    void a_gateway_with_a_new_disk_takes_over_from_itself_and_two_of_one_name_do_not_start() throws IOException {
        GatewayProcess again = gateway("gw7", archive.peer());
        try (again) {
            again.start();
            pause(again);
            send(again, 1, 5, 2_000);

            try (GatewayProcess namesake = new GatewayProcess(folder.resolve("namesake"))
                    .configure(Files.readString(again.configuration()).replaceFirst("(?s)^.*?\n.*?\n", ""))
                    .broadcastTo(archive.peer())) {
                assertThat(namesake.begin().await(LIMIT)).isEqualTo(1);
                assertThat(namesake.output())
                        .contains("another gateway named gw7 is at work in the cluster: give each gateway a "
                                + "gateway.cluster.node of its own");
            }
            again.kill();
            delete(again.home().resolve("var"));
            again.start();

            awaitFiles(archive, 5);
            assertThat(archive.files()).hasSize(5);
        }
    }

    @Test
    void without_a_standby_nothing_is_accepted() {
        try (GatewayProcess gateway = gateway("gw8", archive.peer())) {
            gateway.start();
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
            primary.execute("SELECT pg_reload_conf()");
            try {
                await().atMost(LIMIT)
                        .until(() -> gateway.ask("status").output().contains("cluster: NOTHING CAN BE KEPT"));
                List<Path> one = List.of(
                        new TestFiles(folder.resolve("one"), 1).single(2_000).path());
                assertThat(Dcmtk.storescu(gateway.peer(), SENDER, one).succeeded())
                        .isFalse();
            } finally {
                primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
                primary.execute("SELECT pg_reload_conf()");
            }
            await().atMost(LIMIT).until(() -> !gateway.ask("status").output().contains("cluster: NOTHING CAN BE KEPT"));
            send(gateway, 2, 1, 2_000);
            awaitFiles(archive, 1);
        }
    }

    @Test
    void what_was_all_done_is_not_sent_again_and_what_cannot_be_read_holds_up_nothing_else() {
        try (GatewayProcess dying = gateway("gw9", 15, archive.peer());
                GatewayProcess survivor = gateway("gw10", 15, archive.peer())) {
            dying.start();
            survivor.start();
            pause(dying);
            send(dying, 1, 1, 2_000);
            dying.kill();
            dying.start();
            send(dying, 2, 3, 2_000);
            primary.execute("DROP TABLE pack_" + primary.number("SELECT min(pack) FROM instance"));
            primary.execute("UPDATE copy SET state = 1, destination = 'archive' "
                    + "WHERE instance = (SELECT max(id) FROM instance)");
            dying.kill();

            awaitFiles(archive, 2);
            await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 1);
            assertThat(archive.files()).hasSize(2);
            assertThat(survivor.output()).containsPattern("cannot be taken over: the table pack_\\d+ is not there");
        }
    }

    @Test
    void what_no_route_applied_to_goes_where_the_rules_of_the_survivor_say_although_they_have_changed() {
        StoreScp second = StoreScp.start(folder, "SECOND");
        try (second;
                GatewayProcess dying = gateway("gw11", archive.peer());
                GatewayProcess survivor = gateway("gw12", archive.peer(), second.peer())) {
            dying.routing(GatewayProcess.destinations(archive.peer())
                    + "routes = [ { name = mr, match { modality = MR }, to = [archive] } ]\n");
            survivor.routing(GatewayProcess.destinations(archive.peer(), second.peer())
                    + "routes = [ { name = other, fallback = true, to = [second] } ]\n");
            dying.start();
            survivor.start();
            send(dying, 1, 2, 2_000);
            // The rules change, and one is delivered by them; then they change again.
            primary.execute("INSERT INTO copy (home, local_id, place, instance, route, destination, state, changed_at) "
                    + "SELECT home, local_id, 0, id, 'ct', 'archive', 1, now() FROM instance");
            dying.kill();

            awaitFiles(second, 2);
            await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);
        }
    }

    @Test
    void a_newer_version_that_another_gateway_gets_goes_to_the_one_that_has_the_older_and_comes_after_it() {
        TestFiles files = new TestFiles(folder.resolve("versions"), 7);
        try (GatewayProcess first = gateway("gw13", archive.peer());
                GatewayProcess second = gateway("gw14", archive.peer())) {
            first.start();
            second.start();
            pause(first);
            TestFile old = files.single(2_000);
            TestFile corrected = files.variant(old, 2_001);
            TestFile large = files.variant(old, 100_000);
            send(first, old);
            send(second, corrected);
            send(second, large);
            await().atMost(LIMIT).until(() -> pending(first, old) == 3);
            assertThat(archive.files())
                    .as("the second gateway must not send it")
                    .isEmpty();
            assertThat(primary.number("SELECT count(DISTINCT home) FROM instance"))
                    .isEqualTo(1);

            first.ask("resume", "archive").orFail();
            await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);
            assertThat(arrived(archive).map(Part10::dataset))
                    .containsExactly(
                            Part10.dataset(old.path()), Part10.dataset(corrected.path()), Part10.dataset(large.path()));
            assertThat(primary.number("SELECT count(*) FROM instance WHERE metadata <> ''"))
                    .as("what is done names no patient")
                    .isZero();

            // Delivered by the one, replaced by the other: there is nothing to be repaired.
            TestFile again = files.variant(old, 2_002);
            send(second, again);
            awaitFiles(archive, 4);
            await().atMost(LIMIT)
                    .until(() -> first.ask("trace", old.sopInstance().value(), "--json")
                            .output()
                            .contains("another gateway has delivered a newer version there"));
        }
    }

    @Test
    void a_study_that_is_sent_again_to_another_gateway_goes_where_it_waits_and_leaves_no_file_there()
            throws IOException {
        try (GatewayProcess first = gateway("gw20", archive.peer());
                GatewayProcess second = gateway("gw21", archive.peer())) {
            first.start();
            second.start();
            pause(first);
            List<Path> study = Stream.concat(send(first, 1, 100, 2_000).stream(), send(first, 2, 3, 200_000).stream())
                    .map(TestFile::path)
                    .toList();
            Dcmtk.storescu(second.peer(), SENDER, study).orFail();

            await().atMost(LIMIT)
                    .until(() -> primary.number("SELECT count(*) FROM instance WHERE adopter IS NOT NULL") == 0);
            try (Stream<Path> spool = Files.walk(second.home().resolve("var"))) {
                assertThat(spool.filter(path -> path.toString().contains("large") && Files.isRegularFile(path)))
                        .isEmpty();
            }
            first.ask("resume", "archive").orFail();
            await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);
            assertThat(second.forwardLog()).doesNotContain("event=delivered");
            // As one gateway does: what comes again is sent again.
            assertThat(archive.files()).hasSize(206);
        }
    }

    @Test
    void versions_of_a_gateway_that_died_are_taken_over_by_one_survivor_in_their_order() {
        TestFiles files = new TestFiles(folder.resolve("versions"), 8);
        try (GatewayProcess dying = gateway("gw15", archive.peer());
                GatewayProcess second = gateway("gw16", archive.peer());
                GatewayProcess third = gateway("gw17", archive.peer())) {
            dying.start();
            second.start();
            third.start();
            pause(dying);
            List<TestFile> old = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                old.add(files.single(2_000));
            }
            send(dying, old.toArray(TestFile[]::new));
            dying.kill();
            // To be taken over by whoever takes over the older ones.
            send(second, old.stream().map(each -> files.variant(each, 2_001)).toArray(TestFile[]::new));
            send(third, old.stream().map(each -> files.variant(each, 2_002)).toArray(TestFile[]::new));

            awaitFiles(archive, 30);
            for (TestFile each : old) {
                // The last file may still be being written.
                await().atMost(LIMIT)
                        .ignoreException(UncheckedIOException.class)
                        .untilAsserted(() -> assertThat(arrived(archive)
                                        .filter(file ->
                                                Part10.read(file).sopInstance().equals(each.sopInstance()))
                                        .map(file -> Part10.dataset(file).length)
                                        .toList())
                                .hasSize(3)
                                .isSorted());
            }
        }
    }

    /** In the order of their arrival. */
    private static Stream<Path> arrived(StoreScp archive) {
        return archive.files().stream().sorted(Comparator.comparing(ClusterIT::modified));
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void all_together_keep_to_the_rate_of_a_destination() {
        String limited = GatewayProcess.destinations(archive.peer())
                + "destinations.archive { max-rate.instances = 10, max-associations = 2 }\n"
                + "routes = [ { name = all, to = [archive] } ]\n";
        try (GatewayProcess first = gateway("gw18", archive.peer());
                GatewayProcess second = gateway("gw19", archive.peer())) {
            for (GatewayProcess each : List.of(first, second)) {
                each.routing(limited).start();
                pause(each);
            }
            send(first, 1, 30, 500);
            send(second, 2, 30, 500);
            first.ask("resume", "archive").orFail();
            second.ask("resume", "archive").orFail();
            awaitFiles(archive, 60);

            List<FileTime> times =
                    archive.files().stream().map(ClusterIT::modified).sorted().toList();
            Duration all =
                    Duration.between(times.get(0).toInstant(), times.get(59).toInstant());
            // Each alone would take two seconds: ten go at once.
            assertThat(all).isGreaterThan(Duration.ofMillis(3_300));
        }
    }

    private static int pending(GatewayProcess gateway, TestFile file) {
        return gateway.ask("trace", file.sopInstance().value(), "--json")
                        .output()
                        .split("\"pending\"", -1)
                        .length
                - 1;
    }

    private void send(GatewayProcess to, TestFile... files) {
        Dcmtk.storescu(to.peer(), SENDER, Stream.of(files).map(TestFile::path).toList())
                .orFail();
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
