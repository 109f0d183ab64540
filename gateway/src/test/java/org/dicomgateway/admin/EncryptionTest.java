package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.PinnedServerTls;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The operators' interface over TLS, and whom a command takes for its gateway. */
@TestInstance(Lifecycle.PER_CLASS)
class EncryptionTest {

    private Certificates certificates;
    private AdminServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        certificates = new Certificates(folder).make("gateway", "impostor");
        server = new AdminServer(
                new AdminSettings(
                        true,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(),
                        Optional.of(new ServerTls(tls("gateway"), ClientAuthentication.NONE)),
                        Optional.empty()),
                new FakeControls(),
                new FakeSpoolView(),
                new Telemetry(),
                AuditListener.NOBODY,
                new TlsContexts(InstantSource.system()),
                HttpLimits.DEFAULT);
        server.start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void it_is_served_to_who_knows_the_certificate_and_not_to_pages_of_others() throws Exception {
        HttpClient client = client("gateway");
        assertThat(get(client, "/api/status").statusCode()).isEqualTo(200);
        assertThat(post(client, uri("").toString()).statusCode()).isEqualTo(200);
        assertThat(post(client, "https://evil.example").statusCode()).isEqualTo(403);
    }

    @Test
    void every_answer_tells_browsers_to_stay_with_TLS() throws Exception {
        HttpClient client = client("gateway");
        for (HttpResponse<String> answer :
                List.of(get(client, "/"), get(client, "/nothing"), post(client, "https://evil.example"))) {
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).hasValue("max-age=31536000");
        }
    }

    @Test
    void another_certificate_of_the_same_authority_is_not_taken_for_it() {
        assertThatThrownBy(() -> get(client("impostor"), "/api/status")).isInstanceOf(SSLException.class);
    }

    @Test
    void nothing_older_than_TLS_1_2_is_spoken_and_nothing_without_TLS() throws Exception {
        try (SSLSocket socket = (SSLSocket) PinnedServerTls.context(tls("gateway"))
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
        URI plain = URI.create("http://127.0.0.1:" + server.address().getPort() + "/health/live");
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(plain).build(), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    private HttpClient client(String name) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(PinnedServerTls.context(tls(name)))
                .build();
    }

    private HttpResponse<String> get(HttpClient client, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(HttpClient client, String origin) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri("/api/reload"))
                        .header("Content-Type", "application/json")
                        .header("Origin", origin)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("https://127.0.0.1:" + server.address().getPort() + path);
    }

    private TlsSettings tls(String name) {
        return new TlsSettings(
                Optional.of(new IdentityFiles.Pem(
                        certificates.certificate(name), certificates.key(name), Optional.empty())),
                List.of(),
                TlsProfile.BCP_195);
    }
}
