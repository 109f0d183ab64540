package org.dicomgateway.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.orthanc.Login;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.orthanc.Resource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A real Orthanc as a child process, on ports and in a directory of its own. It runs with the configuration that ships
 * in {@code orthanc/}, so every test tests that too: only names, ports and directories differ, the storage is not
 * synced at each file, and whatever the test asks for. C-STORE is therefore taken from the AE title {@code GATEWAY}
 * alone.
 */
public final class OrthancServer implements AutoCloseable {

    /** The calling AE title that a test's server takes instances from. */
    public static final AeTitle GATEWAY = AeTitle.of("GATEWAY");

    /** The login of a test's server. */
    public static final Login LOGIN = new Login("orthanc", "orthanc");

    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    private final Peer peer;
    private final int httpPort;
    private final Path configuration;
    private final Path log;
    private final Map<String, String> environment;
    private final OrthancClient client;
    private Child child;

    private OrthancServer(Peer peer, int httpPort, Path configuration, Path log, Map<String, String> environment) {
        this.peer = peer;
        this.httpPort = httpPort;
        this.configuration = configuration;
        this.log = log;
        this.environment = environment;
        this.client = new OrthancClient(
                URI.create("http://127.0.0.1:" + httpPort),
                Optional.of(LOGIN),
                OrthancClient.DEFAULT_CONNECT_TIMEOUT,
                OrthancClient.DEFAULT_ANSWER_TIMEOUT);
        this.child = launch();
    }

    /** Starts a server and waits until it answers; its files go under {@code directory}. */
    public static OrthancServer start(Path directory, String aeTitle) {
        return start(directory, aeTitle, Map.of());
    }

    /** Starts a server with these options of Orthanc's configuration on top, and waits until it answers. */
    public static OrthancServer start(Path directory, String aeTitle, Map<String, ?> options) {
        return start(directory, aeTitle, options, Map.of());
    }

    /** Starts a server with these environment variables, too. */
    public static OrthancServer start(
            Path directory, String aeTitle, Map<String, ?> options, Map<String, String> environment) {
        Path home = directory.resolve(aeTitle);
        Peer peer = new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next());
        int httpPort = FreePorts.next();
        try {
            Files.createDirectories(home);
            Path configuration = home.resolve("orthanc.json");
            Files.writeString(configuration, configuration(home, peer, httpPort, options));
            return new OrthancServer(peer, httpPort, configuration, home.resolve("orthanc.log"), environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String configuration(Path home, Peer peer, int httpPort, Map<String, ?> options) throws IOException {
        ObjectNode root =
                (ObjectNode) JSON.readTree(Files.readString(ProjectRoot.path().resolve("orthanc/orthanc1.json")));
        root.put("Name", peer.aeTitle().value())
                .put("DicomAet", peer.aeTitle().value())
                .put("DicomPort", peer.port())
                .put("HttpPort", httpPort)
                .put("StorageDirectory", home.resolve("storage").toString())
                .put("IndexDirectory", home.resolve("storage").toString())
                .put("SyncStorageArea", false);
        root.putObject("RegisteredUsers").put(LOGIN.user(), LOGIN.password());
        options.forEach(root::putPOJO);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private Path home() {
        return Objects.requireNonNull(configuration.getParent());
    }

    /** Where it is to be called by DICOM. */
    public Peer peer() {
        return peer;
    }

    /** The port of its REST API. */
    public int httpPort() {
        return httpPort;
    }

    /** Its REST API. */
    public OrthancClient rest() {
        return client;
    }

    /** An instance's DICOM file as it stores it. */
    public byte[] file(OrthancId instance) throws IOException {
        try (InputStream file = client.open(instance)) {
            return file.readAllBytes();
        }
    }

    /** How many instances it holds. */
    public long instances() {
        try {
            return client.statistics().instances();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes room: deletes everything it holds. */
    public void empty() {
        try {
            for (Resource patient : client.list(Level.PATIENT)) {
                delete("/patients/" + patient.id().value());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Loses a study. */
    public void delete(Uid study) {
        try {
            for (Resource found : client.find(Level.STUDY, Map.of("StudyInstanceUID", study.value()))) {
                delete("/studies/" + found.id().value());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Where it stores its files. */
    public Path storage() {
        return home().resolve("storage");
    }

    private void delete(String path) throws IOException, InterruptedException {
        ask(request(path).DELETE().build());
    }

    /** Makes it hold this file byte for byte; what it gets by C-STORE, it encodes its own way. */
    public void upload(Path file) throws IOException, InterruptedException {
        ask(request("/instances").POST(BodyPublishers.ofFile(file)).build());
    }

    private HttpRequest.Builder request(String path) {
        String login = LOGIN.user() + ":" + LOGIN.password();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                .timeout(END_LIMIT);
    }

    private void ask(HttpRequest request) throws IOException, InterruptedException {
        int status = HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IllegalStateException(peer + " answered " + request.uri() + " with " + status);
        }
    }

    /** Everything it has logged. */
    public String log() {
        return child.output();
    }

    /** Ends it in an orderly way; its ports are closed afterwards, its storage stays. */
    public void stop() {
        child.terminate(END_LIMIT);
    }

    /** Kills it (SIGKILL). */
    public void kill() {
        child.kill();
    }

    /** Makes it hang (SIGSTOP): its ports take connections, and nothing answers. */
    public void freeze() {
        child.signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() {
        child.signal("CONT");
    }

    /** Starts it again, after {@link #stop} or {@link #kill}, on the same ports and storage. */
    public void startAgain() {
        if (child.isAlive()) {
            throw new IllegalStateException(peer + " is still running");
        }
        child = launch();
    }

    /** Starts it again with these options instead of those it had, after {@link #stop} or {@link #kill}. */
    public void startAgain(Map<String, ?> options) {
        try {
            Files.writeString(configuration, configuration(home(), peer, httpPort, options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        startAgain();
    }

    /** Kills it if it runs. */
    @Override
    public void close() {
        child.close();
    }

    private Child launch() {
        Child started = Child.start(log, environment, List.of("Orthanc", configuration.toString()));
        try {
            Waiting.until("Orthanc " + peer, started, this::answers);
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private boolean answers() {
        try (Socket dicom = new Socket()) {
            dicom.connect(new InetSocketAddress(peer.host(), peer.port()), 1000);
            return client.system().dicomPort() == peer.port();
        } catch (IOException notYet) {
            return false;
        }
    }
}
