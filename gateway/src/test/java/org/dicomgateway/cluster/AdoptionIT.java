package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
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

/** A gateway that was alone joins a cluster, over a real PostgreSQL, with instances that it has yet to deliver. */
class AdoptionIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;

    private Path folder;
    private StoreScp archive;
    private StoreScp second;
    private GatewayProcess joining;
    private GatewayProcess survivor;

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
        second = StoreScp.start(folder, "SECOND");
        primary.forget();
        Peer[] all = {archive.peer(), second.peer()};
        joining = new GatewayProcess(folder.resolve("gw1"))
                .configure("gateway.spool.large-instance = 64 KiB\n")
                .broadcastTo(all);
        survivor = new GatewayProcess(folder.resolve("gw2"))
                .configure(clustered("gw2"))
                .broadcastTo(all)
                .start();
        joining.start();
        joining.ask("pause", "archive").orFail();
    }

    @AfterEach
    void stop() {
        joining.close();
        survivor.close();
        archive.close();
        second.close();
    }

    private static String clustered(String node) {
        return """
                gateway.cluster {
                  node = %s
                  lease = 3 s
                  postgresql.url = "postgresql://127.0.0.1:%d/gateway"
                }
                gateway.spool.large-instance = 64 KiB
                """.formatted(node, primary.port());
    }

    private static void send(GatewayProcess to, List<TestFile> files) {
        Dcmtk.storescu(
                        to.peer(),
                        AeTitle.of("CT1"),
                        files.stream().map(TestFile::path).toList())
                .orFail();
    }

    /** In the order of their arrival. */
    private static List<Path> arrived(StoreScp scp) {
        return scp.files().stream()
                .sorted(Comparator.comparing(file -> file.toFile().lastModified()))
                .toList();
    }

    private void loseTheOneThatJoined() throws IOException {
        joining.kill();
        ClusterIT.delete(joining.home().resolve("var"));
    }

    @Test
    void what_a_gateway_had_before_it_joined_is_delivered_by_another_when_it_is_lost() throws IOException {
        TestFiles files = new TestFiles(folder.resolve("files"), 1);
        List<TestFile> study = files.study(1, 30, 2_000);
        List<TestFile> large = files.study(1, 2, 300_000);
        send(joining, study);
        send(joining, large);
        await().atMost(LIMIT).until(() -> second.files().size() == 32);
        await().atMost(LIMIT).until(() -> joining.count("delivered") == 32);
        assertThat(joining.terminate(LIMIT)).isZero();

        joining.configure(clustered("gw1")).start();
        await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 32);
        assertThat(primary.number("SELECT count(*) FROM adoption")).isZero();
        assertThat(archive.files()).isEmpty();
        loseTheOneThatJoined();

        await().atMost(LIMIT).until(() -> archive.files().size() == 32);
        await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);
        assertThat(archive.files().stream().map(Part10::dataset))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(study.stream(), large.stream())
                        .map(file -> Part10.dataset(file.path()))
                        .toList());
        assertThat(second.files()).as("what was delivered is known, too").hasSize(32);
    }

    @Test
    void a_kill_in_the_middle_repeats_nothing_and_what_comes_after_the_join_is_newer() throws IOException {
        // Slowly: each part of it takes a while.
        primary.execute("CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS "
                + "$$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$");
        primary.execute("CREATE TRIGGER slowly BEFORE DELETE ON adoption EXECUTE FUNCTION slowly()");
        TestFiles files = new TestFiles(folder.resolve("files"), 2);
        List<TestFile> study = files.study(1, 100, 1_000);
        send(joining, study);
        await().atMost(LIMIT).until(() -> joining.count("delivered") == 100);
        joining.kill();

        joining.configure(clustered("gw1")).start();
        TestFile corrected = files.variant(study.get(99), 1_001);
        send(joining, List.of(corrected));
        await().atMost(LIMIT).until(() -> adopted() > 0);
        joining.kill();
        assertThat(adopted()).as("it was killed in the middle").isBetween(1L, 99L);
        joining.start();
        await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM adoption") == 0);
        assertThat(primary.number("SELECT count(*) FROM instance")).isEqualTo(101);
        loseTheOneThatJoined();

        await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM instance WHERE state = 0") == 0);
        // When it was away for longer than its lease, the newer one was delivered meanwhile: then the older one is not.
        assertThat(archive.files().stream().map(Part10::dataset).map(Arrays::hashCode))
                .doesNotHaveDuplicates()
                .hasSizeBetween(100, 101);
        List<byte[]> versions = arrived(archive).stream()
                .filter(file -> Part10.read(file).sopInstance().equals(corrected.sopInstance()))
                .map(Part10::dataset)
                .toList();
        assertThat(versions.get(versions.size() - 1))
                .as("the newest comes last")
                .isEqualTo(Part10.dataset(corrected.path()));
    }

    /** How many of those that it had before are in the cluster. */
    private static long adopted() {
        return primary.number("SELECT count(*) FROM instance") - 1;
    }
}
