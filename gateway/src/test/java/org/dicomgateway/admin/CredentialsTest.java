package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.benmanes.caffeine.cache.Ticker;
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
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.access.Authenticator;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TokenHash;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Who may use the interface, over a real port. */
@Tag("slow")
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
                    Optional.empty(),
                    Optional.empty()),
            controls,
            new FakeSpoolView(),
            new Telemetry(),
            AuditListener.NOBODY,
            new TlsContexts(InstantSource.system()),
            HttpLimits.DEFAULT);

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
        assertThat(get("/api/status", basic("bob", "gehéim")).statusCode())
                .as("another user of the same address")
                .isEqualTo(200);
        assertThat(get("/api/status", basic("anna", "gehéim")).statusCode()).isEqualTo(200);
        assertThat(get("/api/status", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
        assertThat(log().stream().filter(line -> line.startsWith("wrong credentials")))
                .hasSizeLessThan(12);
    }

    @Test
    void no_way_of_writing_a_path_leads_past_the_question_who_one_is() throws Exception {
        for (String path : List.of(
                "//api/status",
                "/./api/status",
                "/health/../api/status",
                "/health/live/../../api/status",
                "/health/live/%2e%2e/%2e%2e/api/status",
                "/health/live;/../api/status",
                "/assets/../api/status",
                "/API/status",
                "/api/status/",
                "/api/status;x=1",
                "/api/%73tatus",
                "/api/status%00",
                "/health/live/api/status",
                "http://localhost/api/status")) {
            assertThat(raw("GET " + path, ""))
                    .as(path)
                    .doesNotContain("\"totals\"")
                    .containsPattern("^HTTP/1.1 4");
        }
    }

    @Test
    void no_method_and_no_header_makes_an_operator_of_a_viewer() throws Exception {
        String viewer = "Authorization: " + basic("bob", "gehéim") + "\r\n";
        for (String method :
                List.of("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "post", "GET", "X")) {
            for (String header : List.of("", "X-HTTP-Method-Override: POST\r\n", "X-Forwarded-For: 127.0.0.1\r\n")) {
                String answer = raw(method + " " + PAUSE, viewer + header);
                assertThat(answer).as(method + header).containsPattern("^HTTP/1.1 4");
            }
        }
        assertThat(controls.paused).isEmpty();
    }

    /** As it stands: a client would put some of it right. */
    private String raw(String request, String headers) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers
                                    + "Connection: close\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void who_logs_in_while_others_guess_waits_and_is_let_in() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> guesses = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            guesses.add(http.sendAsync(
                    request("/api/status", basic("user" + i, "guess")).GET().build(), BodyHandlers.ofString()));
        }
        assertThat(get("/api/status", basic("anna", "gehéim")).statusCode()).isEqualTo(200);
        for (CompletableFuture<HttpResponse<String>> guess : guesses) {
            assertThat(guess.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void who_was_wrong_about_one_user_is_not_listened_to_about_him_whether_there_is_such_a_user_or_not()
            throws Exception {
        for (String user : List.of("anna", "nobody")) {
            for (int guess = 0; guess < 5; guess++) {
                assertThat(get("/api/status", basic(user, "wrong" + guess)).statusCode())
                        .isEqualTo(401);
            }
            assertThat(get("/api/status", basic(user, "wrong")).statusCode())
                    .as(user)
                    .isEqualTo(429);
        }
    }

    /**
     * Medians of many, with a wide margin: a tenth of a second would be told from none, whatever else the machine does.
     */
    @Test
    void an_unknown_user_costs_as_much_as_a_wrong_password() throws Exception {
        PasswordHash dear = PasswordHash.make(new Secret("secret"));
        List<AdminUser> users = IntStream.range(0, 3)
                .mapToObj(i -> new AdminUser("known" + i, Role.VIEWER, Optional.of(dear), Optional.empty()))
                .toList();
        Authenticator authenticator = new Authenticator(users, AuditListener.NOBODY, Ticker.systemTicker());
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            unknown.add(nanosToRefuse(authenticator, "unknown" + i));
            known.add(nanosToRefuse(authenticator, "known" + i));
        }
        assertThat((double) median(unknown) / median(known)).isBetween(0.5, 2.0);
    }

    private static long nanosToRefuse(Authenticator authenticator, String user) {
        Authenticator.Unknown login =
                authenticator.login(basic(user, "guess"), "192.0.2.1").orElseThrow();
        long begin = System.nanoTime();
        assertThat(authenticator.examine(login)).isTrue();
        long nanos = System.nanoTime() - begin;
        assertThat(authenticator.login(basic(user, "guess"), "192.0.2.1"))
                .as("still unknown")
                .isPresent();
        return nanos;
    }

    private static long median(List<Long> numbers) {
        return numbers.stream().sorted().toList().get(numbers.size() / 2);
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
