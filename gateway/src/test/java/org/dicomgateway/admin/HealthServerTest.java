package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.dicomgateway.admin.api.ThreadView;
import org.dicomgateway.admin.server.HealthServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port for probes, byte by byte: yes or no, and nothing else. */
@Timeout(60)
class HealthServerTest {

    private static final int MOST = 8;
    private static final HttpLimits LIMITS = new HttpLimits(MOST, Duration.ofSeconds(1), 0, 1 << 20, 1);
    private static final int SOCKET_MILLIS = 20_000;

    private final FakeControls controls = new FakeControls();
    private final HealthServer server =
            new HealthServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), controls, LIMITS);

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_probe_gets_yes_and_no_header_that_names_the_program() throws Exception {
        String yes = "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                + "Content-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"ready\":true}";
        assertThat(ask("GET /health/live")).isEqualToIgnoringCase(yes);
        assertThat(ask("GET /health/ready")).isEqualToIgnoringCase(yes);
        assertThat(ask("HEAD /health/ready")).startsWith("HTTP/1.1 200").doesNotContain("ready\":");
    }

    @Test
    void who_does_not_receive_is_not_ready_but_lives_and_says_nothing_of_why() throws Exception {
        controls.closedBecause = Optional.of("an operator paused receiving: Anna, for the new disk");
        assertThat(ask("GET /health/ready"))
                .startsWith("HTTP/1.1 503 ")
                .endsWith("{\"ready\":false}")
                .doesNotContain("Anna");
        assertThat(ask("GET /health/live")).startsWith("HTTP/1.1 200 ");
        controls.closedBecause = Optional.empty();
        controls.threads = List.of(new ThreadView("spool-maintenance", false));
        assertThat(ask("GET /health/ready")).startsWith("HTTP/1.1 503 ").doesNotContain("spool-maintenance");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /", "GET /api/status", "GET /metrics", "GET /health/", "GET /health/ready/", "GET *"})
    void there_is_nothing_else(String request) throws Exception {
        assertThat(ask(request)).matches("(?s)HTTP/1.1 40[04] .*").doesNotContainIgnoringCase("server:");
    }

    @Test
    void nothing_can_be_changed() throws Exception {
        assertThat(ask("POST /health/ready")).startsWith("HTTP/1.1 405 ");
        assertThat(ask("POST /api/receiver/pause")).startsWith("HTTP/1.1 404 ");
        assertThat(controls.receiverPaused).isEmpty();
    }

    @Test
    void who_asks_is_served_among_many_who_only_connect_and_these_are_hung_up_on() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 5 * MOST; i++) {
                Socket one = connect();
                one.getOutputStream().write("GET /health/live HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                idle.add(one);
            }
            assertThat(ask("GET /health/live")).startsWith("HTTP/1.1 200 ");
            for (Socket one : idle) {
                assertThat(isHungUpOn(one)).isTrue();
            }
        } finally {
            for (Socket one : idle) {
                one.close();
            }
        }
    }

    @Test
    void a_port_that_is_taken_is_named_with_the_key() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HealthServer second = new HealthServer((InetSocketAddress) taken.getLocalSocketAddress(), controls, LIMITS);
            Assertions.assertThatThrownBy(second::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("gateway.admin.health.port");
            second.close();
        }
    }

    private static boolean isHungUpOn(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    private String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nHost: 10.1.2.3:8081\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.setSoTimeout(SOCKET_MILLIS);
        return socket;
    }
}
