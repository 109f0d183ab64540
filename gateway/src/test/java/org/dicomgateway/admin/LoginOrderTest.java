package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose password is compared next, over a real port and from two addresses. */
@Timeout(60)
class LoginOrderTest {

    /** Of {@code gehéim}, with few iterations. */
    private static final PasswordHash PASSWORD = PasswordHash.of(
            "pbkdf2-sha512:10000:AAECAwQFBgcICQoLDA0ODw==:sfigSxxb6UtcSaJtBm9szsSP3Qo9WwAg7G77aRnxGRs=");

    private static final String GUESSER = "127.0.0.2";

    private final AdminServer server = new AdminServer(
            new AdminSettings(
                    true,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    List.of(new AdminUser("anna", Role.VIEWER, Optional.of(PASSWORD), Optional.empty())),
                    Optional.empty(),
                    Optional.empty()),
            new FakeControls(),
            new FakeSpoolView(),
            new Telemetry(),
            AuditListener.NOBODY,
            new TlsContexts(InstantSource.system()),
            HttpLimits.DEFAULT);

    private final List<Socket> guessers = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket guesser : guessers) {
            guesser.close();
        }
        server.close();
    }

    @Test
    void who_was_wrong_from_an_address_waits_behind_who_was_not() throws Exception {
        assertThat(statusOf(ask(GUESSER, "first:guess"))).contains(" 401 ");
        guess(150);
        assertAnnaIsServedAmongFewGuesses();
        for (Socket guesser : guessers) {
            assertThat(statusOf(guesser)).matches(".* (401|429) .*");
        }
    }

    @Test
    void a_burst_of_guesses_that_nobody_has_judged_yet_delays_no_other_address() throws Exception {
        guess(150);
        assertAnnaIsServedAmongFewGuesses();
    }

    @Test
    void more_guesses_than_there_are_connections_leave_health_and_others_served() throws Exception {
        guess(400);
        for (int i = 0; i < 20; i++) {
            assertThat(statusOf(ask("127.0.0.1", "", "/health/live"))).contains(" 200 ");
        }
        assertAnnaIsServedAmongFewGuesses();
    }

    private void guess(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            guessers.add(ask(GUESSER, "user" + i + ":guess"));
        }
    }

    private void assertAnnaIsServedAmongFewGuesses() throws IOException {
        try (LogLines log = new LogLines("org.dicomgateway.admin")) {
            assertThat(statusOf(ask("127.0.0.1", "anna:gehéim"))).contains(" 200 ");
            assertThat(log.all()).as("guesses before").hasSizeLessThan(10);
        }
    }

    private Socket ask(String from, String login) throws IOException {
        return ask(from, login, "/api/user");
    }

    private Socket ask(String from, String login, String path) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), server.address().getPort(), InetAddress.getByName(from), 0);
        String basic = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        String header = login.isEmpty() ? "" : "Authorization: Basic " + basic + "\r\n";
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String statusOf(Socket socket) throws IOException {
        try (socket) {
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("");
        }
    }
}
