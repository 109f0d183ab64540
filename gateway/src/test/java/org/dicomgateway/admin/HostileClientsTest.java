package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Attacks on the web server before anybody is known, byte by byte over a real port. */
@Timeout(120)
class HostileClientsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HOST = "Host: localhost\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final String CLOSE = "Connection: close\r\n";

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    private final List<Socket> attackers = new ArrayList<>();
    private final LogLines log = new LogLines("ROOT");

    @BeforeEach
    void it_answers() throws Exception {
        assertThat(admin.get("/health/live").statusCode()).isEqualTo(200);
    }

    @AfterEach
    void hang_up() {
        log.close();
        attackers.forEach(HostileClientsTest::close);
    }

    @Test
    void fifty_bodies_that_do_not_come_hold_up_nobody() throws Exception {
        for (int i = 0; i < 50; i++) {
            attack("POST /api/retry HTTP/1.1\r\n" + HOST + JSON + "Content-Length: 60000\r\n\r\n{");
        }
        assertIsServed();
    }

    @Test
    void fifty_chunked_bodies_of_questions_hold_up_nobody() throws Exception {
        for (int i = 0; i < 50; i++) {
            attack("GET /api/status HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
        }
        assertIsServed();
    }

    @Test
    void fifty_who_ask_much_and_read_nothing_hold_up_nobody() throws Exception {
        String question = "GET /assets/uplot.js HTTP/1.1\r\n" + HOST + "\r\n";
        for (int i = 0; i < 50; i++) {
            attack(question.repeat(1000));
        }
        assertIsServed();
    }

    @Test
    void a_thousand_connections_leave_a_good_caller_served() throws Exception {
        for (int i = 0; i < 1000; i++) {
            attack("GET / HTTP/1.1\r\n");
        }
        assertIsServed();
        await().atMost(SOON).untilAsserted(() -> assertThat(stillOpen()).isLessThan(250));
    }

    @Test
    void health_is_told_while_every_other_thread_is_busy() throws Exception {
        admin.controls.hold();
        try {
            for (int i = 0; i < 50; i++) {
                attack("GET /api/destinations HTTP/1.1\r\n" + HOST + "\r\n");
            }
            Thread.sleep(200);
            assertThat(admin.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(admin.get("/health/ready").statusCode()).isEqualTo(200);
        } finally {
            admin.controls.letGo();
        }
    }

    @Test
    void broken_bodies_are_answered_or_hung_up_on_and_log_nothing() throws Exception {
        assertThat(answer("POST /api/retry HTTP/1.1\r\n" + HOST + JSON + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{"))
                .startsWith("HTTP/1.1 400");
        Socket half = attack("POST /api/retry HTTP/1.1\r\n" + HOST + JSON + "Content-Length: 100\r\n\r\n{");
        half.shutdownOutput();
        assertThat(rest(half)).doesNotContain("HTTP/1.1 5", "HTTP/1.1 2");
        attack("POST /api/retry HTTP/1.1\r\n" + HOST + JSON + "Content-Length: 100\r\n\r\n{")
                .setSoLinger(true, 0);
        attackers.forEach(HostileClientsTest::close);
        assertThat(answer("POST /api/retry HTTP/1.1\r\n" + HOST + CLOSE
                        + "Content-Type: application/json; charset\r\nContent-Length: 2\r\n\r\n{}"))
                .startsWith("HTTP/1.1 200");
        assertThat(answer("GET /api/status HTTP/1.1\r\n" + HOST + CLOSE + "Content-Type: x;charset\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(answer("POST /api/retry HTTP/1.1\r\n" + HOST + JSON + CLOSE + "Content-Length: 70000\r\n\r\n"
                        + "x".repeat(70_000)))
                .startsWith("HTTP/1.1 413");
        assertIsServed();
        assertThat(log.warnings()).isEmpty();
    }

    @Test
    void a_WebSocket_is_refused_before_anything_else() throws Exception {
        String upgrade = String.join(
                "\r\n",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "",
                "");
        assertThat(answer("GET /api/events HTTP/1.1\r\n" + HOST + upgrade))
                .startsWith("HTTP/1.1 400")
                .contains("no WebSocket")
                .contains("no-store", "nosniff");
        assertThat(answer("GET /x HTTP/1.1\r\nHost: evil.example\r\n" + upgrade))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void a_page_of_another_site_cannot_even_ask() throws Exception {
        for (String site : List.of("cross-site", "same-site")) {
            for (String path : List.of("/api/events", "/api/status", "/assets/app.js", "/health/live")) {
                assertThat(answer("GET " + path + " HTTP/1.1\r\n" + HOST + CLOSE + "Sec-Fetch-Site: " + site
                                + "\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n\r\n"))
                        .as(site + " " + path)
                        .startsWith("HTTP/1.1 403")
                        .contains("no-store", "nosniff");
            }
        }
        // A link to the page, which is another site's to show but not to see.
        assertThat(answer("GET / HTTP/1.1\r\n" + HOST + CLOSE
                        + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(answer("GET /api/status HTTP/1.1\r\n" + HOST + CLOSE + "Sec-Fetch-Site: same-origin\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void every_error_says_that_it_is_not_to_be_kept_and_not_to_be_guessed_at() throws Exception {
        String get = "GET /api/status HTTP/1.1\r\n";
        for (String request : List.of(
                "GET /nothing HTTP/1.1\r\n" + HOST + CLOSE + "\r\n",
                get + "Host: evil.example\r\n" + CLOSE + "\r\n",
                get + HOST + "Origin: http://evil.example\r\n" + CLOSE + "\r\n",
                "POST /api/retry HTTP/1.1\r\n" + HOST + CLOSE + "Content-Length: 0\r\n\r\n",
                "DELETE /api/status HTTP/1.1\r\n" + HOST + JSON + CLOSE + "\r\n",
                "TRACE /api/status HTTP/1.1\r\n" + HOST + JSON + CLOSE + "\r\n",
                "FOO /api/status HTTP/1.1\r\n" + HOST + JSON + CLOSE + "\r\n",
                "GET /api/instances/x HTTP/1.1\r\n" + HOST + CLOSE + "\r\n",
                "GET /api/%zz HTTP/1.1\r\n" + HOST + CLOSE + "\r\n",
                "GET /api/..;/status HTTP/1.1\r\n" + HOST + CLOSE + "\r\n",
                "GET /api%2fstatus HTTP/1.1\r\n" + HOST + CLOSE + "\r\n",
                get + HOST + "Content-Length: x\r\n\r\n",
                get + "\r\n",
                get + HOST + HOST + "\r\n",
                get + HOST + "X: " + "a".repeat(20_000) + "\r\n\r\n",
                "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n" + HOST + "\r\n",
                "nonsense\r\n\r\n",
                "GET /api/status HTTP/9.9\r\n" + HOST + "\r\n")) {
            String answer = answer(request);
            String what = request.substring(0, Math.min(60, request.length()));
            assertThat(answer)
                    .as(what)
                    .containsPattern("^HTTP/1.1 (4..|505) ")
                    .doesNotContain("Exception", "\tat ", "<html");
            assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                    .as(what)
                    .contains("x-content-type-options: nosniff", "cache-control: no-store", "{\"error\":\"");
        }
        assertThat(log.warnings()).isEmpty();
    }

    private void assertIsServed() throws Exception {
        assertThat(admin.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(admin.get("/api/status").statusCode()).isEqualTo(200);
        assertThat(admin.post("/api/retry", "{}").statusCode()).isEqualTo(200);
    }

    private Socket attack(String bytes) throws IOException {
        Socket socket = admin.connect();
        attackers.add(socket);
        Thread writer = new Thread(() -> {
            try {
                socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // Hung up on, or not read: as it may be.
            }
        });
        writer.setDaemon(true);
        writer.start();
        if (bytes.length() < 1000) {
            join(writer);
        }
        return socket;
    }

    private static void join(Thread writer) {
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long stillOpen() {
        return attackers.stream().filter(HostileClientsTest::isOpen).count();
    }

    /** Whether the other side has not hung up. */
    private static boolean isOpen(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String answer(String request) throws IOException {
        return rest(attack(request));
    }

    private static String rest(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        try (InputStream in = socket.getInputStream()) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                all.append((char) next);
            }
        } catch (SocketException e) {
            // Hung up on while there was still something of ours on the way.
        }
        return all.toString();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
