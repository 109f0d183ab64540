package org.dicomgateway.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.jvm.Debugger;
import org.dicomgateway.testkit.jvm.Debugger.Step;
import org.dicomgateway.testkit.scp.CommitmentArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL before and after each step of a storage commitment.
 *
 * <p>For a modality: the request is recorded, its response is sent, the report is sent, its result is recorded.
 * Whatever the step: a request that was answered with success gets its report, and no report says that all is stored
 * while the server does not have it.
 *
 * <p>By a server: it is asked, its response is noted, its report is taken, and noted. Whatever the step: it is asked
 * again for what it is not known to have committed, and nothing counts as committed that it has not committed.
 * {@code -Dcrash.all=true} takes both sides of each of these steps.
 */
class CommitmentCrashIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Long enough for a report that must not come: the gateway looks every second. */
    private static final Duration QUIET = Duration.ofSeconds(4);

    private static final List<Step> OF_THE_REQUEST = Stream.of(
                    around("app.DurableFile", "replace", 1), around("dicom.acceptor.CommitmentRequests", "serve", 1))
            .flatMap(steps -> steps)
            .toList();

    private static final List<Step> OF_THE_REPORT = Stream.of(
                    around("dicom.requestor.ToolkitRequestor", "report", 1), around("app.DurableFile", "replace", 2))
            .flatMap(steps -> steps)
            .toList();

    private static final boolean ALL = Boolean.getBoolean("crash.all");

    /** Of a request to a server, in their order. */
    private static final List<Step> OF_ASKING = Stream.of(
                    // N-ACTION is sent; its response is there.
                    around("dicom.requestor.ToolkitRequestor", "request", 1),
                    // That it was asked is noted.
                    around("commit.DestinationCommitments", "note", 1),
                    // N-EVENT-REPORT is read; it is taken.
                    around("commit.DestinationCommitments", "report", 1),
                    // It is answered; what it says is noted.
                    around("commit.ReportUse", "use", 1),
                    // The ledger gets it: first that the server was asked, then what it said.
                    around("spool.sqlite.CommitmentRows", "note", 3))
            .flatMap(steps -> steps)
            .filter(step -> ALL || (step.before() && step.hit() == 1))
            .toList();

    @TempDir
    private Path directory;

    private static Stream<Step> around(String className, String method, int hit) {
        String name = "org.dicomgateway." + className;
        return Stream.of(new Step(name, method, true, hit), new Step(name, method, false, hit));
    }

    @Test
    void whatever_the_step_no_report_is_lost_and_none_is_untrue() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 12);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                Modality modality = Modality.start("CT1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            gateway.configure("""
                            gateway.admin.enabled = false
                            gateway.commitment.retry { initial-delay = 1 s, max-delay = 2 s }
                            gateway.senders { CT1 { host = 127.0.0.1, port = %d } }
                            """.formatted(modality.peer().port())).broadcastTo(server.peer());
            List<String> promised = new ArrayList<>();
            int transaction = 0;
            int port = start(gateway);
            for (Step step : OF_THE_REQUEST) {
                String uid = "1.2.3." + ++transaction;
                server.stop();
                List<TestFile> study = files.study(1, 3, 16 * 1024);
                if (killedAt(step, port, gateway, modality, uid, study)) {
                    promised.add(uid);
                }
                boolean recorded = !step.before();
                assertThat(recorded || !promised.contains(uid))
                        .as("success without a record, " + step)
                        .isTrue();
                port = start(gateway);
                Thread.sleep(QUIET.toMillis());
                assertThat(reportsOf(modality, uid))
                        .as("while the server is down, " + step)
                        .isEmpty();
                server.startAgain();
                if (recorded) {
                    awaitSuccess(modality, uid, study, server, step);
                    awaitEnd(gateway, uid);
                }
            }
            for (Step step : OF_THE_REPORT) {
                String uid = "1.2.3." + ++transaction;
                List<TestFile> study = files.study(1, 3, 16 * 1024);
                assertThat(killedAt(step, port, gateway, modality, uid, study))
                        .as(step.toString())
                        .isTrue();
                port = start(gateway);
                awaitSuccess(modality, uid, study, server, step);
                awaitEnd(gateway, uid);
            }
            assertThat(promised)
                    .as("requests whose sender saw success before the kill")
                    .isNotEmpty();
        }
    }

    @Test
    void whatever_the_step_a_server_is_asked_again_and_nothing_counts_as_committed_that_it_has_not_committed()
            throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 13);
        try (CommitmentArchive archive = CommitmentArchive.start("ARCHIVE");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            gateway.routing("destination-defaults.commitment { request = true, after = 1 s, deadline = 1 h }\n"
                    + GatewayProcess.destinations(archive.peer())
                    + "routes = [ { name = all, to = archive } ]\n");
            int port = start(gateway);
            for (Step step : OF_ASKING) {
                List<TestFile> study = files.study(1, 2, 16 * 1024);
                SopReference bad = references(study).get(1);
                killedWhileAsking(step, port, gateway, archive, study, bad);

                int before = archive.asked().size();
                port = start(gateway);
                await(step.toString()).atMost(LIMIT).until(() -> archive.asked().size() > before);
                assertThat(committed(gateway, study))
                        .as("the server has not committed all of it, " + step)
                        .isFalse();
                List<CommitmentRequest> all = archive.asked();
                CommitmentRequest again = all.get(before);
                assertThat(again.references()).as(step.toString()).contains(bad);
                assertThat(all.subList(0, before))
                        .as("a new transaction, " + step)
                        .noneMatch(earlier -> earlier.transaction().equals(again.transaction()));
                CommitmentResult done = new CommitmentResult(again.transaction(), again.references(), List.of());
                assertThat(archive.report(gateway.peer(), done)).isZero();
                await(step.toString()).atMost(LIMIT).until(() -> committed(gateway, study));
            }
        }
    }

    /** What recovers from one kill is killed at the next step: the port for its debugger. */
    private static int start(GatewayProcess gateway) {
        int port = FreePorts.next();
        gateway.begin(Debugger.optionForLater(port)).awaitReady();
        return port;
    }

    /** Sends the study, and has the server report that it has not committed one of it, until the step. */
    private void killedWhileAsking(
            Step step,
            int port,
            GatewayProcess gateway,
            CommitmentArchive archive,
            List<TestFile> study,
            SopReference bad) {
        int before = archive.asked().size();
        try (Debugger debugger = Debugger.attachLate(port, step)) {
            send(study, gateway);
            Thread reporting = new Thread(() -> reportFailure(gateway, archive, before, bad), "reporting");
            reporting.setDaemon(true);
            reporting.start();
            assertThat(debugger.await(LIMIT)).as("came to " + step).isTrue();
            gateway.kill();
            reporting.interrupt();
        }
    }

    private static void reportFailure(GatewayProcess gateway, CommitmentArchive archive, int number, SopReference bad) {
        try {
            while (archive.asked().size() <= number) {
                Thread.sleep(20);
            }
            CommitmentRequest request = archive.asked().get(number);
            archive.report(
                    gateway.peer(),
                    new CommitmentResult(
                            request.transaction(),
                            request.references().stream()
                                    .filter(each -> !each.equals(bad))
                                    .toList(),
                            List.of(new Failure(bad, FailureReason.PROCESSING_FAILURE))));
        } catch (AssociationException killed) {
            // That is the test.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(List<TestFile> study, GatewayProcess gateway) {
        List<Path> files = study.stream().map(TestFile::path).toList();
        Dcmtk.storescu(gateway.peer(), AeTitle.of("CT1"), files).orFail();
    }

    private static boolean committed(GatewayProcess gateway, List<TestFile> study) {
        return gateway.ask("trace", study.get(0).study().value(), "--json")
                .output()
                .replaceAll("\\s", "")
                .contains("\"committed\":" + study.size() + ",\"uncommitted\":0");
    }

    /**
     * Sends the study and requests its commitment, until the gateway stands still at the step. Whether it said success.
     */
    private boolean killedAt(
            Step step, int port, GatewayProcess gateway, Modality modality, String uid, List<TestFile> study) {
        try (Debugger debugger = Debugger.attachLate(port, step)) {
            send(study, gateway);
            CompletableFuture<Integer> answer = new CompletableFuture<>();
            Thread requesting = new Thread(() -> {
                try {
                    answer.complete(modality.request(gateway.peer(), uid, references(study)));
                } catch (RuntimeException gone) {
                    answer.complete(-1);
                }
            });
            requesting.setDaemon(true);
            requesting.start();
            assertThat(debugger.await(LIMIT)).as("came to " + step).isTrue();
            gateway.kill();
            return answer.join() == 0;
        }
    }

    private static void awaitSuccess(
            Modality modality, String uid, List<TestFile> study, OrthancServer server, Step step) {
        await(step.toString())
                .atMost(LIMIT)
                .until(() -> !reportsOf(modality, uid).isEmpty());
        assertThat(study)
                .allSatisfy(file ->
                        assertThat(server.rest().find(file.sopInstance())).isNotEmpty());
        assertThat(reportsOf(modality, uid)).as(step.toString()).allSatisfy(report -> {
            assertThat(report.event()).isEqualTo(1);
            assertThat(report.committed()).hasSameSizeAs(study);
        });
    }

    /** Otherwise the next start would go on with it, and come to the steps for it. */
    private static void awaitEnd(GatewayProcess gateway, String uid) {
        Path records = gateway.home().resolve("var/spool/commitments");
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            try (Stream<Path> files = Files.list(records)) {
                for (Path file : files.toList()) {
                    String text = Files.readString(file);
                    if (text.contains("\"" + uid + "\"")) {
                        return text.contains("\"SUCCESSFUL\"");
                    }
                }
            }
            return false;
        });
    }

    private static List<Modality.Report> reportsOf(Modality modality, String uid) {
        return modality.reports().stream()
                .filter(report -> report.transaction().equals(uid))
                .toList();
    }

    private static List<SopReference> references(List<TestFile> study) {
        return study.stream()
                .map(file -> new SopReference(file.sopClass(), file.sopInstance()))
                .toList();
    }
}
