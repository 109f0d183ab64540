package org.dicomgateway.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process is told to end under load, finds its spool taken, its ledger damaged, or its disk full. */
class ProcessFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SHUTDOWN = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    @Test
    void a_gateway_that_cannot_answer_operators_does_not_start_and_meets_no_sender() throws Exception {
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"));
                ServerSocket taken = new ServerSocket(gateway.adminPort(), 1, InetAddress.getLoopbackAddress())) {
            gateway.broadcastTo(gateway.peer());
            Dcmtk.Result run = gateway.run(
                    Duration.ofSeconds(60),
                    "run",
                    "--config",
                    gateway.configuration().toString());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.output())
                    .contains(
                            "the gateway cannot start: the operators' interface cannot listen on",
                            "" + taken.getLocalPort())
                    .doesNotContain(" listening on ");
        }
    }

    @Test
    void told_to_end_under_load_it_ends_in_time_and_what_was_answered_with_success_arrives() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 21);
        List<TestFile> one = files.study(1, 400, 30_000);
        List<TestFile> two = files.study(1, 400, 30_000);
        List<TestFile> answered = new ArrayList<>();
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure("gateway.shutdown-timeout = " + SHUTDOWN.toSeconds() + " s")
                        .broadcastTo(server.peer())
                        .start();
                Sender first = Sender.start(directory.resolve("1.log"), gateway.peer(), "CT1", one);
                Sender second = Sender.start(directory.resolve("2.log"), gateway.peer(), "CT2", two)) {
            await().atMost(LIMIT).until(() -> gateway.count("received") > 100);

            long begin = System.nanoTime();
            assertThat(gateway.terminate(LIMIT)).as("exit code").isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHUTDOWN.multipliedBy(2));

            first.await(LIMIT);
            second.await(LIMIT);
            answered.addAll(first.answered());
            answered.addAll(second.answered());
            assertThat(answered).hasSizeBetween(100, 799);
            gateway.start();
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(Reconciliation.missing(server, answered)).isEmpty());
            assertThat(Reconciliation.damaged(server, answered)).isEmpty();

            secondOneOnTheSameSpool(gateway);
        }
    }

    /** It does not start, says who has the spool, and harms nothing. */
    private void secondOneOnTheSameSpool(GatewayProcess gateway) {
        Path spool = gateway.home().resolve("var/spool");
        GatewayProcess second = new GatewayProcess(directory.resolve("second"))
                .configure("gateway.spool.directory = \"" + spool + "\"")
                .broadcastTo(gateway.peer());
        Dcmtk.Result refused =
                second.run(LIMIT, "run", "--config", second.configuration().toString());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.output())
                .contains("the gateway cannot start", spool.toString(), "in use by process " + gateway.pid());
        assertThat(gateway.isAlive()).isTrue();
        assertThat(gateway.ask("status").succeeded()).isTrue();
    }

    @Test
    void with_little_room_left_it_refuses_before_the_disk_is_full_and_goes_on_when_there_is_room() throws Exception {
        Path home = Files.createDirectories(directory.resolve("gateway"));
        long usable = Files.getFileStore(home).getUsableSpace();
        long margin = 1L << 30;
        assertThat(usable).as("bytes free for this test").isGreaterThan(4 * margin);
        TestFiles files = new TestFiles(directory.resolve("files"), 23);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(home)
                        .configure("gateway.spool.min-free-space = " + (usable - 2 * margin) / 1024 + " KiB")
                        .broadcastTo(server.peer())
                        .start()) {
            assertThat(send(gateway, files)).isTrue();

            Path ballast = ballast(home.resolve("ballast"), 3 * margin);
            await().atMost(LIMIT).until(() -> !send(gateway, files));
            assertThat(gateway.ask("status").output()).containsIgnoringCase("free");
            Files.delete(ballast);

            await().atMost(LIMIT).until(() -> send(gateway, files));
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == gateway.count("received"));
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    private static boolean send(GatewayProcess gateway, TestFiles files) {
        return Dcmtk.storescu(
                        gateway.peer(),
                        AeTitle.of("CT1"),
                        List.of(files.single(20_000).path()))
                .succeeded();
    }

    /** Room that is taken, without writing to all of it. */
    private static Path ballast(Path file, long length) throws IOException {
        Dcmtk.run("fallocate", "-l", Long.toString(length), file.toString()).orFail();
        return file;
    }

    @Test
    void a_ledger_that_is_lost_cut_or_overwritten_is_built_anew_and_nothing_is_lost() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 22).study(1, 40, 30_000);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway")).broadcastTo(server.peer())) {
            server.kill();
            gateway.start();
            Dcmtk.storescu(
                            gateway.peer(),
                            AeTitle.of("CT1"),
                            study.stream().map(TestFile::path).toList())
                    .orFail();
            Path ledger = gateway.home().resolve("var/spool/ledger.db");
            gateway.kill();
            deleteAll(gateway.home().resolve("var/spool"), "ledger.db");
            gateway.start();
            gateway.kill();
            try (FileChannel file = FileChannel.open(ledger, StandardOpenOption.WRITE)) {
                file.truncate(file.size() / 2);
            }
            gateway.start();
            gateway.kill();
            Files.write(ledger, new byte[8_192], StandardOpenOption.WRITE);
            gateway.start();

            server.startAgain();
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(Reconciliation.missing(server, study)).isEmpty());
            assertThat(Reconciliation.damaged(server, study)).isEmpty();
            assertThat(gateway.output()).contains("built anew from log and files");
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    private static void deleteAll(Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
