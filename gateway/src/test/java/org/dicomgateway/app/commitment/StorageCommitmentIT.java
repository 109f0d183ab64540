package org.dicomgateway.app.commitment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Storage commitment as modalities use it: Orthanc, a modality made of the toolkit, and dcmjs-dimse. */
class StorageCommitmentIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AeTitle SENDER = AeTitle.of("CT1");

    @TempDir
    private Path directory;

    @Test
    void Orthanc_gets_success_when_both_servers_have_the_study_and_not_before() throws Exception {
        List<TestFile> study = study(5);
        try (OrthancServer one = OrthancServer.start(directory, "ORTHANC1");
                OrthancServer two = OrthancServer.start(directory, "ORTHANC2");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"));
                OrthancServer modality = OrthancServer.start(
                        directory,
                        "MODALITY",
                        Map.of(
                                "DicomModalities",
                                Map.of(
                                        "gateway",
                                        Map.of(
                                                "AET",
                                                "GATEWAY",
                                                "Host",
                                                "127.0.0.1",
                                                "Port",
                                                gateway.peer().port()))))) {
            gateway.configure(sender("MODALITY", modality.peer()))
                    .broadcastTo(one.peer(), two.peer())
                    .start();
            two.stop();
            send(gateway, study);
            await().atMost(LIMIT).until(() -> one.instances() == study.size());

            String result = "/storage-commitment/" + request(modality, study);
            assertThat(get(modality, result)).contains("Pending");
            await("why it waits")
                    .atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(gateway.ask("commitments").output()).contains("is pending at orthanc2"));
            assertThat(get(modality, result)).contains("Pending");

            two.startAgain();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(get(modality, result)).contains("\"Status\" : \"Success\""));
            assertThat(two.instances()).isEqualTo(study.size());
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(gateway.ask("commitments").output())
                            .contains("no request of storage commitment is open, and none failed"));
        }
    }

    @Test
    void a_request_outlives_the_ledger_and_a_sender_that_is_away() throws Exception {
        List<TestFile> study = study(3);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                Modality modality = Modality.silent("CT1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure(sender("CT1", modality.peer()))
                        .broadcastTo(server.peer())
                        .start()) {
            server.stop();
            send(gateway, study);
            assertThat(modality.request(gateway.peer(), "1.2.3.1", references(study)))
                    .isZero();
            gateway.kill();
            try (Stream<Path> files = Files.list(gateway.home().resolve("var/spool"))) {
                for (Path file : files.filter(
                                each -> each.getFileName().toString().startsWith("ledger.db"))
                        .toList()) {
                    Files.delete(file);
                }
            }
            server.startAgain();
            gateway.start();
            await().atMost(LIMIT).until(() -> server.instances() == study.size());
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(gateway.ask("commitments").output()).contains("cannot connect to CT1"));
            modality.listen();
            await().atMost(LIMIT).until(() -> modality.reports().size() == 1);
            assertThat(modality.reports().get(0).event()).isEqualTo(1);
            assertThat(modality.reports().get(0).committed()).containsExactlyInAnyOrderElementsOf(uids(study));
        }
    }

    @Test
    void what_was_never_sent_and_what_no_server_takes_is_named_in_the_report() throws Exception {
        List<TestFile> study = study(2);
        List<TestFile> unwanted = new TestFiles(directory.resolve("unwanted"), 8).study(1, 1, TestFiles.MR, 16 * 1024);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                Modality modality = Modality.start("CT1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure("gateway.commitment { deadline = 8 s, unknown-after = 2 s }\n"
                                + sender("CT1", modality.peer()))
                        .routing(GatewayProcess.destinations(server.peer())
                                + "routes = [ { name = ct, match { modality = CT }, to = orthanc1 } ]\n")
                        .start()) {
            send(gateway, study);
            send(gateway, unwanted);
            List<SopReference> all = new ArrayList<>(references(study));
            all.addAll(references(unwanted));
            all.add(new SopReference(all.get(0).sopClass(), Uid.of("1.2.3.4.5.6")));
            assertThat(modality.request(gateway.peer(), "1.2.3.1", all)).isZero();
            await().atMost(LIMIT).until(() -> modality.reports().size() == 1);
            Modality.Report report = modality.reports().get(0);
            assertThat(report.event()).isEqualTo(2);
            assertThat(report.committed()).containsExactlyInAnyOrderElementsOf(uids(study));
            assertThat(report.failed())
                    .containsEntry(unwanted.get(0).sopInstance().value(), 0x0110)
                    .containsEntry("1.2.3.4.5.6", 0x0112)
                    .hasSize(2);
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(gateway.ask("commitments").output()).contains("failed", "1.2.3.1"));
            assertThat(gateway.ask("commitments").exitCode()).isEqualTo(1);
            try (Modality stranger = Modality.silent("STRANGER")) {
                assertThat(stranger.request(gateway.peer(), "1.2.3.2", all)).isEqualTo(DimseStatus.NOT_AUTHORIZED);
            }
            assertThat(gateway.output()).contains("STRANGER is not in gateway.senders");
        }
    }

    @Test
    void a_sender_that_wants_it_gets_the_report_on_its_own_association() throws Exception {
        List<TestFile> study = study(3);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                Modality modality = Modality.silent("CT1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure(
                                "gateway.sender-defaults.report = same-association\n" + sender("CT1", modality.peer()))
                        .broadcastTo(server.peer())
                        .start();
                Modality.Request association = modality.associate(gateway.peer())) {
            send(gateway, study);
            assertThat(association.send("1.2.3.1", references(study))).isZero();
            await().atMost(LIMIT).until(() -> modality.reports().size() == 1);
            assertThat(modality.reports().get(0).event()).isEqualTo(1);
            assertThat(modality.reports().get(0).sameAssociation()).isTrue();
            assertThat(association.isOpen()).isTrue();
        }
    }

    @Test
    void the_requestors_of_the_toolkit_and_of_dcmjs_dimse_get_their_reports() throws Exception {
        List<TestFile> study = study(3);
        int port = FreePorts.next();
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                Modality modality = Modality.start("CT1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure(sender("CT1", modality.peer()) + "gateway.senders.DCMJS { host = 127.0.0.1, port = "
                                + port + " }\n")
                        .broadcastTo(server.peer())
                        .start()) {
            send(gateway, study);
            List<Path> reports =
                    modality.requestByToolkit(gateway.peer(), references(study), directory.resolve("results"));
            assertThat(reports).hasSize(1);
            String text = Files.readString(reports.get(0), ISO_8859_1);
            assertThat(uids(study)).allSatisfy(uid -> assertThat(text).contains(uid));
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(gateway.output()).contains("all 3 instances are stored, CT1 was told"));

            Dcmtk.Result dcmjs = Dcmtk.run(
                    "node",
                    Stream.concat(
                                    Stream.of(
                                            ProjectRoot.path()
                                                    .resolve("gateway/src/test/npm/commitment.cjs")
                                                    .toString(),
                                            "DCMJS",
                                            Integer.toString(port),
                                            gateway.peer().aeTitle().value(),
                                            Integer.toString(gateway.peer().port()),
                                            "2.25.77",
                                            study.get(0).sopClass().value()),
                                    uids(study).stream())
                            .toArray(String[]::new));
            assertThat(dcmjs.exitCode()).as(dcmjs.output()).isZero();
            List<JsonNode> said = dcmjs.output()
                    .lines()
                    .filter(line -> line.startsWith("{")) // It logs, too.
                    .map(JsonMapper.shared()::readTree)
                    .toList();
            assertThat(said.get(0)).hasToString("{\"status\":0}");
            assertThat(said.get(1).required("event").asInt()).isEqualTo(1);
            assertThat(said.get(1).required("transaction").asString()).isEqualTo("2.25.77");
            assertThat(said.get(1).required("committed").valueStream().map(JsonNode::asString))
                    .containsExactlyInAnyOrderElementsOf(uids(study));
            assertThat(said.get(1).required("failed")).isEmpty();
        }
    }

    private List<TestFile> study(int instances) {
        return new TestFiles(directory.resolve("files"), 7).study(1, instances, 16 * 1024);
    }

    private static String sender(String name, Peer peer) {
        return "gateway.commitment.retry { initial-delay = 1 s, max-delay = 2 s }\ngateway.senders { " + name
                + " { host = 127.0.0.1, port = " + peer.port() + " } }\n";
    }

    private static void send(GatewayProcess gateway, List<TestFile> study) {
        Dcmtk.storescu(
                        gateway.peer(),
                        SENDER,
                        study.stream().map(TestFile::path).toList())
                .orFail();
    }

    private static List<String> uids(List<TestFile> study) {
        return study.stream().map(file -> file.sopInstance().value()).toList();
    }

    private static List<SopReference> references(List<TestFile> study) {
        return study.stream()
                .map(file -> new SopReference(file.sopClass(), file.sopInstance()))
                .toList();
    }

    /** Has Orthanc request the commitment; the identifier of its transaction. */
    private static String request(OrthancServer modality, List<TestFile> study) {
        StringBuilder instances = new StringBuilder();
        references(study)
                .forEach(each -> instances
                        .append(instances.isEmpty() ? "" : ",")
                        .append("[\"%s\",\"%s\"]".formatted(each.sopClass(), each.sopInstance())));
        String answer = ask(
                modality,
                "/modalities/gateway/storage-commitment",
                "{\"DicomInstances\":[" + instances + "],\"Timeout\":20}");
        return answer.replaceAll("(?s).*\"ID\" : \"([0-9.]+)\".*", "$1");
    }

    private static String get(OrthancServer server, String path) {
        return ask(server, path, "");
    }

    private static String ask(OrthancServer server, String path, String body) {
        String login = OrthancServer.LOGIN.user() + ":" + OrthancServer.LOGIN.password();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                .timeout(LIMIT);
        try {
            return HttpClient.newHttpClient()
                    .send(
                            body.isEmpty()
                                    ? request.GET().build()
                                    : request.POST(BodyPublishers.ofString(body))
                                            .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
