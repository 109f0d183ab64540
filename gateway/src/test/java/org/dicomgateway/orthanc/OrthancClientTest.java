package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.testkit.FreePorts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the client makes of servers that do not behave. */
class OrthancClientTest {

    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private OrthancClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        client = clientOf(server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        testIsOver.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void sends_the_login_without_being_asked() throws OrthancException {
        server.createContext("/", exchange -> {
            boolean known = "Basic dTpw".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            answer(exchange, known ? 200 : 401, """
                    {"Name": "N", "Version": "1.12.7", "DicomAet": "AET", "DicomPort": 4242, "HttpPort": 8042}""");
        });

        assertThat(client.system()).isEqualTo(new SystemInfo("N", "1.12.7", "AET", 4242));
    }

    @Test
    void a_refused_login_says_what_to_do() {
        server.createContext("/", exchange -> answer(exchange, 401, ""));

        assertThatThrownBy(client::system)
                .isInstanceOfSatisfying(
                        OrthancException.class, e -> assertThat(e.status()).isEqualTo(401))
                .hasMessageContaining("/system answered 401")
                .hasMessageContaining("RegisteredUsers");
    }

    @Test
    void an_answer_that_is_no_orthancs_is_named_as_such() {
        server.createContext("/", exchange -> answer(exchange, 200, "<html>It works!</html>"));

        assertThatThrownBy(client::statistics)
                .isInstanceOf(OrthancException.class)
                .hasMessageContaining("check that this is the URL of its API");
    }

    @Test
    void a_field_that_is_missing_is_not_an_answer() {
        server.createContext("/", exchange -> answer(exchange, 200, "{\"CountPatients\": 1}"));

        assertThatThrownBy(client::statistics).isInstanceOf(OrthancException.class);
    }

    @Test
    void an_answer_that_is_no_list_does_not_say_that_there_is_nothing() {
        server.createContext("/", exchange -> answer(exchange, 200, "{}"));

        assertThatThrownBy(() -> client.find(Level.INSTANCE, Map.of("StudyInstanceUID", "1.2")))
                .isInstanceOf(OrthancException.class)
                .hasMessageContaining("an unexpected answer");
    }

    @Test
    void a_server_that_is_not_there_is_named() {
        int port = FreePorts.next();

        assertThatThrownBy(() -> clientOf(port).system())
                .isInstanceOf(OrthancException.class)
                .hasMessageContaining("no answer from http://127.0.0.1:" + port + "/system")
                .hasMessageContaining("(connection refused): check that the server is running");
    }

    @Test
    void a_host_that_nobody_knows_is_told_as_that() {
        OrthancClient lost = new OrthancClient(
                URI.create("http://nobody.invalid:8042"),
                Optional.of(new Login("u", "p")),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
        assertThatThrownBy(lost::system)
                .isInstanceOf(OrthancException.class)
                .hasMessageContaining("no answer from http://nobody.invalid:8042/system (no such host)");
    }

    @Test
    void an_answer_that_stops_half_way_ends_at_the_timeout() {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitEndOfTest();
        });
        OrthancClient hasty = new OrthancClient(
                client.base(), Optional.of(new Login("u", "p")), Duration.ofSeconds(5), Duration.ofMillis(200));

        assertThatThrownBy(hasty::system).isInstanceOf(OrthancException.class).hasMessageContaining("within 200 ms");
    }

    @Test
    void an_answer_without_end_is_not_read_to_its_end() {
        AtomicLong sent = new AtomicLong();
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            stream(exchange.getResponseBody(), sent);
        });

        assertThatThrownBy(client::system)
                .isInstanceOf(OrthancException.class)
                .hasMessageContaining("longer than 1 MiB");
        assertThatThrownBy(() -> client.list(Level.STUDY))
                .isInstanceOf(OrthancException.class)
                .hasMessageContaining("longer than 64 MiB");
        assertThat(sent.get()).as("asked once each").isLessThan(80L << 20);
    }

    @Test
    void a_header_without_end_is_not_read_to_its_end() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (ServerSocket bare = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> {
                try (Socket peer = bare.accept()) {
                    refuseFurther(bare); // or the second try would wait for an answer
                    peer.getOutputStream().write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(StandardCharsets.US_ASCII));
                    stream(peer.getOutputStream(), sent);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThatThrownBy(() -> clientOf(bare.getLocalPort()).system()).isInstanceOf(OrthancException.class);
            assertThat(sent.get()).isLessThan(80L << 20);
        }
    }

    private static void refuseFurther(ServerSocket server) throws IOException {
        server.close();
    }

    @Test
    void an_answer_that_drips_ends_at_the_timeout() {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            while (!isOver(Duration.ofMillis(20))) {
                body.write(' ');
                body.flush();
            }
        });
        OrthancClient hasty = new OrthancClient(
                client.base(), Optional.of(new Login("u", "p")), Duration.ofSeconds(5), Duration.ofMillis(300));

        assertThatThrownBy(hasty::system).isInstanceOf(OrthancException.class).hasMessageContaining("within 300 ms");
    }

    /** Until the other end hangs up, or far more than anybody should take. */
    private static void stream(OutputStream to, AtomicLong sent) {
        byte[] spaces = new byte[1 << 16];
        Arrays.fill(spaces, (byte) ' ');
        try {
            while (sent.addAndGet(spaces.length) < 1L << 31) {
                to.write(spaces);
            }
        } catch (IOException hungUp) {
            // As it should.
        }
    }

    private boolean isOver(Duration within) {
        try {
            return testIsOver.await(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Test
    void an_interrupted_caller_stays_interrupted() {
        server.createContext("/", exchange -> awaitEndOfTest());

        Thread.currentThread().interrupt();
        assertThatThrownBy(client::system).isInstanceOf(OrthancException.class).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_login_never_shows_its_password() {
        assertThat(new Login("operator", "secret"))
                .asString()
                .contains("operator")
                .doesNotContain("secret");
    }

    private static OrthancClient clientOf(int port) {
        return new OrthancClient(
                URI.create("http://127.0.0.1:" + port),
                Optional.of(new Login("u", "p")),
                OrthancClient.DEFAULT_CONNECT_TIMEOUT,
                OrthancClient.DEFAULT_ANSWER_TIMEOUT);
    }

    private static void answer(HttpExchange exchange, int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitEndOfTest() {
        try {
            testIsOver.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
