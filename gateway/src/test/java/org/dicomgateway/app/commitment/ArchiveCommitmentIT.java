package org.dicomgateway.app.commitment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.CommitmentArchive;
import org.dicomgateway.testkit.scp.StatusScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway asks destinations for storage commitment: a real Orthanc, and an archive that misbehaves. */
class ArchiveCommitmentIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void a_lost_report_a_lost_instance_and_a_kill_end_with_everything_committed() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 11);
        List<TestFile> kept = made.study(1, 3, 16 * 1024);
        List<TestFile> deleted = made.study(1, 2, 16 * 1024);
        List<TestFile> interrupted = made.study(1, 2, 16 * 1024);
        int nobody = FreePorts.next();
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"));
                OrthancServer orthanc = OrthancServer.start(
                        directory, "ORTHANC1", Map.of("DicomModalities", Map.of("gateway", modality(nobody))))) {
            gateway.routing(asked("deadline = 3 s", orthanc.peer()) + all(orthanc.peer()))
                    .start();
            send(gateway, kept);
            send(gateway, deleted);
            await("the report of both is lost").atMost(LIMIT).until(() -> asked(gateway, 3) && asked(gateway, 2));
            orthanc.delete(deleted.get(0).study());
            reportTo(orthanc, gateway.peer().port());

            await().atMost(LIMIT).until(() -> committed(gateway, kept) && committed(gateway, deleted));
            assertThat(orthanc.instances()).isEqualTo(5);
            assertThat(gateway.output())
                    .contains("orthanc1 has not reported on 3 instances in time")
                    .containsPattern(
                            "orthanc1 does not have 2 instances, transaction [0-9.]+; 2 of them are sent again");
            assertThat(trace(gateway, deleted.get(0)).output()).containsSubsequence("sent_again", "committed");
            assertThat(trace(gateway, kept.get(0)).exitCode()).isZero();

            reportTo(orthanc, nobody);
            send(gateway, interrupted);
            await().atMost(LIMIT).until(() -> asked(gateway, 2));
            gateway.kill();
            reportTo(orthanc, gateway.peer().port());
            gateway.start();
            await().atMost(LIMIT).until(() -> committed(gateway, interrupted));
            assertThat(gateway.ask("commitments").exitCode()).isZero();
        }
    }

    @Test
    void an_archive_that_misbehaves_is_not_believed_and_delays_nothing() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 12).study(1, 2, 16 * 1024);
        try (CommitmentArchive archive = CommitmentArchive.start("ARCHIVE");
                CommitmentArchive stranger = CommitmentArchive.start("STRANGER");
                StatusScp without = StatusScp.start("WITHOUT", 0);
                Modality modality = Modality.start("CT1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure("gateway.commitment { answer-when = committed, retry.initial-delay = 1 s }\n"
                                + "gateway.senders.CT1 { host = 127.0.0.1, port = "
                                + modality.peer().port() + " }\n")) {
            archive.answer(DimseStatus.RESOURCE_LIMITATION);
            gateway.routing(asked("deadline = 1 h", archive.peer(), without.peer())
                            + "routes = [ { name = r, to = [archive, without], commit-on = archive } ]\n")
                    .start();
            send(gateway, study);
            assertThat(modality.request(gateway.peer(), "1.2.3.1", references(study)))
                    .isZero();
            await("told why")
                    .atMost(LIMIT)
                    .until(() -> gateway.output()
                            .contains(
                                    "archive cannot be asked for it; this is tried again with growing pauses: it answered the"
                                            + " request with 0x0213"));
            await().atMost(LIMIT).until(() -> gateway.output().contains("without cannot be asked for it"));
            assertThat(gateway.ask("commitments").output()).contains("0x0213", "no presentation context");
            archive.answer(0);

            CommitmentRequest first = request(archive, 1);
            assertThat(first.references()).containsExactlyInAnyOrderElementsOf(references(study));
            SopReference one = first.references().get(0);
            SopReference two = first.references().get(1);
            Uid unknown = Uid.of("1.2.3.99");
            SopReference notAsked = new SopReference(one.sopClass(), unknown);
            assertThat(archive.report(gateway.peer(), new CommitmentResult(unknown, first.references(), List.of())))
                    .as("a transaction that nobody opened")
                    .isEqualTo(DimseStatus.INVALID_ARGUMENT_VALUE);
            assertThat(archive.report(
                            gateway.peer(), new CommitmentResult(first.transaction(), List.of(notAsked), List.of())))
                    .as("an instance that was not asked for")
                    .isEqualTo(DimseStatus.INVALID_ARGUMENT_VALUE);
            CommitmentResult lie = new CommitmentResult(first.transaction(), first.references(), List.of());
            assertThatThrownBy(() -> stranger.report(gateway.peer(), lie))
                    .isInstanceOf(AssociationException.class)
                    .hasMessageContaining("role selection");
            assertThat(committed(gateway, study)).isFalse();

            CommitmentResult half = new CommitmentResult(
                    first.transaction(),
                    List.of(one, notAsked),
                    List.of(new Failure(two, FailureReason.PROCESSING_FAILURE)));
            assertThat(archive.report(gateway.peer(), half)).isZero();
            assertThat(archive.report(gateway.peer(), lie))
                    .as("a second report")
                    .isZero();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(
                                    gateway.ask("trace", two.sopInstance().value())
                                            .output())
                            .contains("not_committed", "0x0110, processing failure"));
            assertThat(gateway.ask("trace", study.get(0).study().value()).exitCode())
                    .isEqualTo(1);
            assertThat(gateway.ask("commitments").output()).containsPattern("archive +0 +1 ");
            assertThat(metrics(gateway))
                    .contains("gateway_copies_uncommitted{destination=\"archive\",state=\"failed\"} 1")
                    .contains("gateway_copies_committed_total{destination=\"archive\"} 1");
            assertThat(modality.reports()).isEmpty();

            CommitmentRequest again = request(archive, 2);
            assertThat(again.references()).containsExactly(two);
            assertThat(again.transaction()).isNotEqualTo(first.transaction());
            assertThat(archive.report(
                            gateway.peer(), new CommitmentResult(again.transaction(), List.of(two), List.of())))
                    .isZero();
            await("the sender is told")
                    .atMost(LIMIT)
                    .until(() -> modality.reports().size() == 1);
            assertThat(modality.reports().get(0).event()).isEqualTo(1);
            assertThat(gateway.count("delivered")).isEqualTo(4);
        }
    }

    private static CommitmentRequest request(CommitmentArchive archive, int number) {
        await().atMost(LIMIT).until(() -> archive.asked().size() >= number);
        return archive.asked().get(number - 1);
    }

    private static String asked(String deadline, Peer... peers) {
        return "destination-defaults.commitment { request = true, after = 1 s, " + deadline + " }\n"
                + GatewayProcess.destinations(peers);
    }

    private static String all(Peer peer) {
        return "routes = [ { name = all, to = " + peer.aeTitle().value().toLowerCase(Locale.ROOT) + " } ]\n";
    }

    private static void send(GatewayProcess gateway, List<TestFile> files) {
        String[] arguments = Stream.concat(
                        Stream.of("gateway", "--quiet"),
                        files.stream().map(file -> file.path().toString()))
                .toArray(String[]::new);
        gateway.ask("send", arguments).orFail();
    }

    /** Whether Orthanc took a request for so many instances. */
    private static boolean asked(GatewayProcess gateway, int instances) {
        return gateway.output().contains("is asked for " + instances + " instances");
    }

    private static boolean committed(GatewayProcess gateway, List<TestFile> study) {
        return gateway.ask("trace", study.get(0).study().value(), "--json")
                .output()
                .replaceAll("\\s", "")
                .contains("\"committed\":" + study.size() + ",\"uncommitted\":0");
    }

    private static Dcmtk.Result trace(GatewayProcess gateway, TestFile file) {
        return gateway.ask("trace", file.sopInstance().value());
    }

    private static List<SopReference> references(List<TestFile> study) {
        return study.stream()
                .map(file -> new SopReference(file.sopClass(), file.sopInstance()))
                .toList();
    }

    private static Map<String, Object> modality(int port) {
        return Map.of("AET", "GATEWAY", "Host", "127.0.0.1", "Port", port);
    }

    /** Has Orthanc report to this port from now on. */
    private static void reportTo(OrthancServer orthanc, int port) throws IOException, InterruptedException {
        String login = OrthancServer.LOGIN.user() + ":" + OrthancServer.LOGIN.password();
        int status = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + orthanc.httpPort() + "/modalities/gateway"))
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                                .timeout(LIMIT)
                                .PUT(BodyPublishers.ofString(
                                        "{\"AET\":\"GATEWAY\",\"Host\":\"127.0.0.1\",\"Port\":" + port + "}"))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
        assertThat(status).isEqualTo(200);
    }

    private static String metrics(GatewayProcess gateway) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(gateway.admin("/metrics"))
                                .timeout(LIMIT)
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
