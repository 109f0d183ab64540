package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose password is compared next, over a real port and from two addresses. */
@Timeout(60)
class LoginOrderTest {

    /** Of {@code gehéim}, with few iterations. */
    private static final PasswordHash PASSWORD = PasswordHash.of(
            "pbkdf2-sha512:10000:AAECAwQFBgcICQoLDA0ODw==:sfigSxxb6UtcSaJtBm9szsSP3Qo9WwAg7G77aRnxGRs=");

    private static final int GUESSES = 150;
    private static final String GUESSER = "127.0.0.2";

    @Test
    void who_was_wrong_from_an_address_waits_behind_who_was_not() throws Exception {
        AdminServer server = new AdminServer(
                new AdminSettings(
                        true,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(new AdminUser("anna", Role.VIEWER, Optional.of(PASSWORD), Optional.empty())),
                        Optional.empty()),
                new FakeControls(),
                new FakeSpoolView());
        server.start();
        List<Socket> guessers = new ArrayList<>();
        try (LogLines log = new LogLines("org.dicomgateway.admin")) {
            assertThat(statusOf(ask(server, GUESSER, "first:guess"))).contains(" 401 ");
            for (int i = 0; i < GUESSES; i++) {
                guessers.add(ask(server, GUESSER, "user" + i + ":guess"));
            }
            assertThat(statusOf(ask(server, "127.0.0.1", "anna:gehéim"))).contains(" 200 ");
            assertThat(log.all()).as("guesses before").hasSizeLessThan(GUESSES / 2);
            for (Socket guesser : guessers) {
                assertThat(statusOf(guesser)).contains(" 401 ");
            }
        } finally {
            server.close();
        }
    }

    private static Socket ask(AdminServer server, String from, String login) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), server.address().getPort(), InetAddress.getByName(from), 0);
        String basic = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        String request = "GET /api/user HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic "
                + basic + "\r\n\r\n";
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
