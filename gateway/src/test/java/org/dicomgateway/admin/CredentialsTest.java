package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.AdminSettings;
import org.dicomgateway.config.AdminUser;
import org.dicomgateway.config.AdminUser.Role;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.TokenHash;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Who may use the interface, over a real port. */
class CredentialsTest {

    /** Of {@code gehéim}, with few iterations. */
    private static final PasswordHash PASSWORD = PasswordHash.of(
            "pbkdf2-sha512:10000:AAECAwQFBgcICQoLDA0ODw==:sfigSxxb6UtcSaJtBm9szsSP3Qo9WwAg7G77aRnxGRs=");

    private static final String TOKEN = TokenHash.newToken();
    private static final String PAUSE = "/api/destinations/a/pause";

    private final FakeControls controls = new FakeControls();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger("org.dicomgateway.admin");
    private final AdminServer server = new AdminServer(
            new AdminSettings(
                    true,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    List.of(
                            new AdminUser("anna", Role.OPERATOR, Optional.of(PASSWORD), Optional.empty()),
                            new AdminUser("bob", Role.VIEWER, Optional.of(PASSWORD), Optional.empty()),
                            new AdminUser("script", Role.OPERATOR, Optional.empty(), Optional.of(TokenHash.of(TOKEN)))),
                    Optional.empty()),
            controls,
            new FakeSpoolView());

    @BeforeEach
    void start() throws IOException {
        logged.start();
        log.setLevel(Level.INFO);
        log.addAppender(logged);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        log.detachAppender(logged);
        log.setLevel(null);
    }

    @Test
    void who_says_nothing_is_asked_and_a_supervisor_is_not() throws Exception {
        HttpResponse<String> answer = get("/api/status", "");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic realm=");
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(get("/health/live", "").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready", "").statusCode()).isEqualTo(200);
        assertThat(post("").statusCode()).isEqualTo(401);
        assertThat(get("/api/status", "Digest x").statusCode()).isEqualTo(401);
        assertThat(get("/api/status", "Basic !").statusCode()).isEqualTo(401);
    }

    @Test
    void an_operator_sees_and_changes_and_the_log_says_who_it_was() throws Exception {
        assertThat(get("/api/status", basic("anna", "gehéim")).statusCode()).isEqualTo(200);
        assertThat(post(basic("anna", "gehéim")).statusCode()).isEqualTo(200);
        assertThat(controls.paused).containsKey("a");
        assertThat(log()).contains("operator anna: destination a is paused: no reason given");
        assertThat(post("Bearer " + TOKEN).statusCode()).isEqualTo(200);
        assertThat(log()).contains("operator script: destination a is paused: no reason given");
    }

    @Test
    void a_viewer_sees_and_changes_nothing() throws Exception {
        assertThat(get("/api/status", basic("bob", "gehéim")).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = post(basic("bob", "gehéim"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("bob may look, and change nothing");
        assertThat(controls.paused).isEmpty();
        assertThat(log()).contains("bob of 127.0.0.1 is a viewer, and may not POST " + PAUSE);
    }

    @Test
    void wrong_credentials_are_refused_and_logged_with_their_source_and_without_the_secret() throws Exception {
        assertThat(get("/api/status", basic("anna", "hunter2")).statusCode()).isEqualTo(401);
        assertThat(get("/api/status", basic("nobody", "hunter2")).statusCode()).isEqualTo(401);
        HttpResponse<String> answer = get("/api/status", "Bearer hunter2");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).doesNotContain("hunter2");
        assertThat(log())
                .contains("wrong credentials from 127.0.0.1: user anna")
                .contains("wrong credentials from 127.0.0.1: a token")
                .noneMatch(line -> line.contains("hunter2"));
    }

    @Test
    void who_guesses_is_not_listened_to_any_more_and_does_not_lock_out_who_is_known() throws Exception {
        assertThat(get("/api/status", basic("anna", "gehéim")).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = get("/api/status", basic("anna", "wrong"));
        for (int guess = 1; guess < 20; guess++) {
            answer = get("/api/status", basic("anna", "wrong" + guess));
        }
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isPositive();
        assertThat(get("/api/status", basic("bob", "gehéim")).statusCode()).isEqualTo(429);
        assertThat(get("/api/status", basic("anna", "gehéim")).statusCode()).isEqualTo(200);
        assertThat(get("/api/status", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
        assertThat(log().stream().filter(line -> line.startsWith("wrong credentials")))
                .hasSizeLessThan(12);
    }

    private List<String> log() {
        return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> get(String path, String authorization) throws IOException, InterruptedException {
        return http.send(request(path, authorization).GET().build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String authorization) throws IOException, InterruptedException {
        return http.send(
                request(PAUSE, authorization)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + path));
        return authorization.isEmpty() ? request : request.header("Authorization", authorization);
    }
}
