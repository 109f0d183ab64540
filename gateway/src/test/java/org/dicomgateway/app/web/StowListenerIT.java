package org.dicomgateway.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.Elements;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener over DICOMweb, with Orthanc's plugin, curl and Java as senders. */
class StowListenerIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String TYPE = "multipart/related; type=\"application/dicom\"; boundary=sea-rose";
    private static final long LARGE = Long.getLong("web.instance.size", 200L << 20);

    @TempDir
    private Path directory;

    private final int port = FreePorts.next();
    private TestFiles files;

    @BeforeEach
    void prepare() {
        files = new TestFiles(directory.resolve("files"), 29);
    }

    private GatewayProcess gateway(String... jvmOptions) {
        return new GatewayProcess(directory.resolve("gateway"), jvmOptions).configure(listener(""));
    }

    /** It opens this listener a moment after the one that a start waits for. */
    private GatewayProcess started(GatewayProcess gateway) {
        gateway.start();
        await().atMost(LIMIT).until(this::listens);
        return gateway;
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private String listener(String more) {
        return "gateway.listeners.web { type = dicomweb, port = " + port + ", calling-ae = WEBSENDER\n" + more + "}";
    }

    private static byte[] body(List<TestFile> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (TestFile file : files) {
            out.writeBytes("--sea-rose\r\nContent-Type: application/dicom\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(Files.readAllBytes(file.path()));
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes("--sea-rose--\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private HttpResponse<String> post(String path, List<TestFile> files) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/dicom-web" + path))
                .timeout(LIMIT)
                .header("Content-Type", TYPE)
                .POST(BodyPublishers.ofByteArray(body(files)))
                .build();
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request, BodyHandlers.ofString());
    }

    @Test
    void what_Orthancs_plugin_sends_arrives_byte_for_byte_and_routes_know_how_it_came() throws Exception {
        List<TestFile> study = files.study(2, 7, 60_000);
        Map<String, ?> plugin = Map.of(
                "Plugins",
                List.of("/usr/share/orthanc/plugins/libOrthancDicomWeb.so"),
                "DicomWeb",
                Map.of(
                        "Servers",
                        Map.of(
                                "gateway",
                                Map.of(
                                        "Url",
                                        "http://127.0.0.1:" + port + "/dicom-web/",
                                        "Username",
                                        "alice",
                                        "Password",
                                        "open sesame"))));
        String user = "auth.users.alice.password-hash = \""
                + PasswordHash.make(new Secret("open sesame")).written() + "\"\n";
        try (OrthancServer sender = OrthancServer.start(directory, "SENDER", plugin);
                OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = gateway()
                        .configure(listener(user))
                        .routing(GatewayProcess.destinations(archive.peer()) + """
                                routes = [ { name = by-web, match { calling-ae = WEBSENDER }, to = archive } ]
                                """)
                        .start()) {
            for (TestFile file : study) {
                sender.upload(file.path());
            }
            String login = Base64.getEncoder().encodeToString("orthanc:orthanc".getBytes(StandardCharsets.US_ASCII));
            List<String> ids = sender.rest().list(Level.INSTANCE).stream()
                    .map(each -> "\"" + each.id() + "\"")
                    .toList();
            HttpResponse<String> stow = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sender.httpPort()
                                            + "/dicom-web/servers/gateway/stow"))
                                    .header("Authorization", "Basic " + login)
                                    .POST(BodyPublishers.ofString(
                                            "{\"Resources\":[" + String.join(",", ids) + "],\"Synchronous\":true}"))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(stow.statusCode())
                    .as(() -> stow.body() + sender.log() + gateway.output())
                    .isEqualTo(200);
            await().atMost(LIMIT).until(() -> archive.instances() == study.size());
            assertThat(Reconciliation.damaged(archive, study)).isEmpty();
            assertThat(gateway.forwardLog().stream().filter(line -> line.contains("received")))
                    .hasSize(study.size())
                    .allMatch(line -> line.contains("WEBSENDER"));
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    @Test
    void every_instance_of_another_study_than_the_urls_is_refused_and_nothing_else() throws Exception {
        List<TestFile> right = files.study(1, 2, 9_000);
        List<TestFile> wrong = files.study(1, 1, 9_000);
        try (OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = started(gateway().broadcastTo(archive.peer()))) {
            String study = "/studies/" + right.get(0).study();
            HttpResponse<String> some = post(study, List.of(right.get(0), wrong.get(0), right.get(1)));
            assertThat(some.statusCode()).isEqualTo(202);
            assertThat(some.body())
                    .contains("00081198", "[43264]", wrong.get(0).sopInstance().value());
            assertThat(post(study, wrong).statusCode()).isEqualTo(409);
            await().atMost(LIMIT).until(() -> archive.instances() == 2);
            assertThat(Reconciliation.missing(archive, right)).isEmpty();
            assertThat(gateway.count("refused")).isEqualTo(2);
        }
    }

    @Test
    void a_gateway_that_takes_nothing_says_when_to_try_again() throws Exception {
        List<TestFile> study = files.study(1, 1, 9_000);
        try (OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = started(gateway().broadcastTo(archive.peer()))) {
            for (List<String> command : List.of(List.of("pause", "receiver"), List.of("drain"))) {
                gateway.ask(command.get(0), command.subList(1, command.size()).toArray(String[]::new))
                        .orFail();
                HttpResponse<String> paused = post("/studies", study);
                assertThat(paused.statusCode()).as(command.toString()).isEqualTo(503);
                assertThat(paused.headers().firstValue("Retry-After")).isPresent();
                gateway.ask("resume", "receiver").orFail();
            }
            assertThat(post("/studies", study).statusCode()).isEqualTo(200);
            await().atMost(LIMIT).until(() -> archive.instances() == 1);
        }
    }

    @Test
    void a_full_disk_is_told_and_nothing_is_kept() throws Exception {
        Path home = Files.createDirectories(directory.resolve("gateway"));
        long usable = Files.getFileStore(home).getUsableSpace();
        try (GatewayProcess gateway = started(gateway()
                .configure(listener("") + "\ngateway.spool.min-free-space = " + (usable + (1L << 36)) / 1024 + " KiB")
                .broadcastTo(new Peer(AeTitle.of("NOWHERE"), "127.0.0.1", FreePorts.next())))) {
            HttpResponse<String> full = post("/studies", files.study(1, 1, 9_000));
            assertThat(full.statusCode()).isEqualTo(503);
            assertThat(full.headers().firstValue("Retry-After")).isPresent();
            assertThat(gateway.count("received")).isZero();
        }
    }

    @Test
    void what_was_answered_is_delivered_however_the_process_ends() throws Exception {
        List<TestFile> answered = Collections.synchronizedList(new ArrayList<>());
        List<List<TestFile>> studies =
                IntStream.range(0, 60).mapToObj(i -> files.study(1, 3, 30_000)).toList();
        try (OrthancServer archive = OrthancServer.start(directory, "ARCHIVE");
                GatewayProcess gateway = started(gateway().broadcastTo(archive.peer()))) {
            for (int kill = 0; kill < 3; kill++) {
                int round = kill;
                CompletableFuture<?>[] senders = IntStream.range(0, 4)
                        .mapToObj(sender -> CompletableFuture.runAsync(() -> {
                            for (int i = round * 20 + sender; i < (round + 1) * 20; i += 4) {
                                sendUntilKilled(studies.get(i), answered);
                            }
                        }))
                        .toArray(CompletableFuture[]::new);
                int before = answered.size();
                await().atMost(LIMIT).until(() -> answered.size() >= before + 9 || allDone(senders));
                gateway.kill();
                CompletableFuture.allOf(senders).join();
                gateway.start();
            }
            assertThat(answered).hasSizeGreaterThan(20);
            await().atMost(LIMIT)
                    .until(() -> Reconciliation.missing(archive, answered).isEmpty());
            assertThat(Reconciliation.damaged(archive, answered)).isEmpty();
        }
    }

    private static boolean allDone(CompletableFuture<?>[] all) {
        return Arrays.stream(all).allMatch(CompletableFuture::isDone);
    }

    private void sendUntilKilled(List<TestFile> study, List<TestFile> answered) {
        try {
            if (post("/studies", study).statusCode() == 200) {
                answered.addAll(study);
            }
        } catch (IOException e) {
            // Killed: there was no answer.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void an_instance_of_many_times_the_heap_goes_through_over_tls_with_a_client_certificate() throws Exception {
        Certificates certificates = new Certificates(directory.resolve("tls")).make("gateway", "sender", "other");
        String tls = """
                tls { certificate = "%s", key = "%s", trust = "%s", client-authentication = required }
                access = [ { name = sender, certificate = "*CN=sender*" } ]
                """.formatted(
                        certificates.certificate("gateway"), certificates.key("gateway"), certificates.authority());
        Uid instance = Uid.of("2.25.77");
        Path body = largeBody(instance);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                GatewayProcess gateway = gateway(
                                "-Xmx48m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
                        .configure(listener(tls))
                        .broadcastTo(archive.peer())
                        .start()) {
            assertThat(curl(certificates, "other", body)).endsWith(" 403");
            assertThat(curl(certificates, "sender", body))
                    .contains("00081199", instance.value())
                    .endsWith(" 200");
            await().atMost(Duration.ofMinutes(10)).until(() -> gateway.count("delivered") == 1);
            Path held = archive.files().get(0);
            assertThat(Files.size(held) - Part10.read(held).datasetOffset()).isGreaterThan(LARGE);
        }
    }

    /** A file with a hole in the place of pixels, as the body of a request. */
    private Path largeBody(Uid instance) throws IOException {
        byte[] head = new Elements()
                .text(0x0008, 0x0016, "UI", TestFiles.CT.value())
                .text(0x0008, 0x0018, "UI", instance.value())
                .text(0x0020, 0x000d, "UI", "2.25.7")
                .text(0x0020, 0x000e, "UI", "2.25.71")
                .toPart10(TestFiles.CT, instance, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        Path body = directory.resolve("large.body");
        try (RandomAccessFile file = new RandomAccessFile(body.toFile(), "rw")) {
            file.write("--sea-rose\r\nContent-Type: application/dicom\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            file.write(head);
            file.write(new byte[] {(byte) 0xe0, 0x7f, 0x10, 0, 'O', 'W', 0, 0});
            file.writeInt(Integer.reverseBytes((int) LARGE));
            file.seek(file.getFilePointer() + LARGE);
            file.write("\r\n--sea-rose--\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return body;
    }

    private String curl(Certificates certificates, String name, Path body) {
        return Dcmtk.run(
                        Duration.ofMinutes(10),
                        "curl",
                        "--silent",
                        "--show-error",
                        "--cacert",
                        certificates.authority().toString(),
                        "--cert",
                        certificates.certificate(name).toString(),
                        "--key",
                        certificates.key(name).toString(),
                        "--header",
                        "Content-Type: " + TYPE,
                        "--request",
                        "POST",
                        "--upload-file",
                        body.toString(),
                        "--write-out",
                        " %{http_code}",
                        "https://localhost:" + port + "/dicom-web/studies")
                .orFail()
                .output()
                .strip();
    }
}
