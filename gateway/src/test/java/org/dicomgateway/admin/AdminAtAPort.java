package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.TlsContexts;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The operators' interface at a real port, without authentication, in front of a gateway and a spool whose state a test
 * sets. Each test gets a new one.
 */
public final class AdminAtAPort implements BeforeEachCallback, AfterEachCallback {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    public final FakeControls controls = new FakeControls();
    public final FakeSpoolView spool = new FakeSpoolView();
    public final Telemetry telemetry = new Telemetry();
    public final AdminServer server = new AdminServer(
            new AdminSettings(
                    true,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    List.of(),
                    Optional.empty(),
                    Optional.empty()),
            controls,
            spool,
            telemetry,
            AuditListener.NOBODY,
            new TlsContexts(InstantSource.system()),
            HttpLimits.DEFAULT);

    private final HttpClient http = HttpClient.newHttpClient();

    @Override
    public void beforeEach(ExtensionContext test) throws IOException {
        server.start();
    }

    @Override
    public void afterEach(ExtensionContext test) {
        server.close();
        telemetry.close();
    }

    public int port() {
        return server.address().getPort();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(LIMIT);
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws IOException, InterruptedException {
        return http.send(request.build(), body);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(
                request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)),
                BodyHandlers.ofString());
    }

    /** A connection of which a test reads and writes every byte itself. */
    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout((int) LIMIT.toMillis());
        return socket;
    }

    /** What was answered with success. */
    static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        return JsonMapper.shared().readTree(answer.body());
    }

    /** Why there was another answer. */
    static String error(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body()).get("error").asString();
    }
}
