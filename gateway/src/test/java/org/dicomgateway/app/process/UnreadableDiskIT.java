package org.dicomgateway.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel answers EIO: strace has the system calls of the program that ships fail, for one file. */
class UnreadableDiskIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path directory;

    private List<TestFile> study = List.of();

    @BeforeEach
    void a_study() throws Exception {
        study = new TestFiles(directory.resolve("files"), 31).study(1, 20, 30_000);
    }

    /**
     * Runs what follows, and has these calls fail with EIO where they are about the file. Does not end it when it ends.
     */
    private List<String> failing(String calls, String when, Path file) {
        return List.of(
                "strace",
                "-D",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-o",
                directory.resolve("strace.txt").toString(),
                "-P",
                file.toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":error=EIO" + when);
    }

    private static void send(GatewayProcess gateway, List<TestFile> files) {
        store(gateway, files).orFail();
    }

    private static Dcmtk.Result store(GatewayProcess gateway, List<TestFile> files) {
        List<Path> paths = files.stream().map(TestFile::path).toList();
        return Dcmtk.storescu(gateway.peer(), AeTitle.of("CT1"), paths);
    }

    private static void assertArrived(OrthancServer server, List<TestFile> files) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(Reconciliation.missing(server, files)).isEmpty());
        assertThat(Reconciliation.damaged(server, files)).isEmpty();
    }

    @Test
    void a_ledger_that_cannot_be_read_is_set_aside_and_built_anew() throws Exception {
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).broadcastTo(server.peer())) {
            server.kill();
            gateway.start();
            send(gateway, study);
            assertThat(gateway.terminate(LIMIT)).isZero();

            // The first read alone: the new ledger has the same name, and not the same sectors.
            gateway.startUnder(failing(
                    "pread64",
                    ":when=1",
                    gateway.home().resolve("var/spool/ledger.db").toRealPath()));
            assertThat(gateway.output()).contains("the disk failed", "built anew from log and files");
            gateway.kill();

            gateway.start();
            server.startAgain();
            assertArrived(server, study);
        }
    }

    @Test
    void a_segment_that_cannot_be_read_is_kept_and_found_when_it_can_be() throws Exception {
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).broadcastTo(server.peer())) {
            server.kill();
            gateway.start();
            send(gateway, study.subList(0, 10));
            gateway.kill();
            Path spool = gateway.home().resolve("var/spool").toRealPath();
            for (String file : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
                Files.deleteIfExists(spool.resolve(file));
            }

            Path segment = spool.resolve("log/0000000000000001.seg");
            byte[] before = Files.readAllBytes(segment);
            gateway.startUnder(failing("pread64", "", segment));
            assertThat(gateway.output()).contains("cannot be read");
            assertThat(gateway.ask("status").output()).contains("log: 1 segment cannot be read in part");
            send(gateway, study.subList(10, 20));
            server.startAgain();
            assertArrived(server, study.subList(10, 20));
            assertThat(gateway.terminate(LIMIT)).isZero();
            assertThat(segment).hasBinaryContent(before);

            gateway.start();
            assertArrived(server, study);
        }
    }

    @Test
    void a_ledger_that_cannot_be_synced_is_told_and_built_anew_by_the_next_start() throws Exception {
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).broadcastTo(server.peer())) {
            server.kill();
            gateway.start();
            send(gateway, study.subList(0, 10));
            assertThat(gateway.terminate(LIMIT)).isZero();
            Path spool = gateway.home().resolve("var/spool").toRealPath();

            // The first sync of the start must work, and the file be there to be named.
            gateway.start();
            Process strace = new ProcessBuilder(attached(gateway, "fsync,fdatasync", spool.resolve("ledger.db-wal")))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("attached.txt").toFile())
                    .start();
            try {
                await().atMost(LIMIT).untilAsserted(() -> {
                    // Once the ledger is in doubt, that may be refused.
                    store(gateway, study.subList(10, 20));
                    assertThat(gateway.ask("status").output()).contains("ledger: DAMAGED, restart the gateway");
                });
            } finally {
                strace.destroy();
                strace.waitFor();
            }
            server.startAgain();
            assertArrived(server, study);
            assertThat(gateway.terminate(LIMIT)).isZero();

            gateway.start();
            assertThat(gateway.output()).contains("built anew from log and files");
            assertThat(gateway.ask("status").output()).doesNotContain("DAMAGED");
        }
    }

    private List<String> attached(GatewayProcess gateway, String calls, Path file) {
        return List.of(
                "strace",
                "-f",
                "-qq",
                "-P",
                file.toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":error=EIO",
                "-p",
                Long.toString(gateway.pid()));
    }
}
