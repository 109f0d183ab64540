package org.dicomgateway.orthanc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** DICOMweb answers as real servers give them, and as none does. */
@Timeout(60)
class DicomWebClientTest {

    private static final Uid STUDY = Uid.of("1.2");
    private static final Uid SERIES = Uid.of("1.2.1");
    private static final Uid INSTANCE = Uid.of("1.2.1.1");
    private static final String TYPE = "multipart/related; type=\"application/dicom\"; boundary=";

    private HttpServer server;
    private ExecutorService threads;
    private DicomWebClient client;

    @BeforeEach
    void start() throws IOException {
        threads = Executors.newCachedThreadPool();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        client = new DicomWebClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/dicom-web"),
                Optional.of(new Login("u", "p")),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(2));
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** The server has this many instances, and answers with those of a page. */
    private void lists(IntFunction<IntStream> page) {
        server.createContext("/dicom-web/studies/1.2/series/1.2.1/instances", exchange -> {
            String query = exchange.getRequestURI().getQuery();
            int offset = Integer.parseInt(query.substring(query.lastIndexOf('=') + 1));
            String matches = page.apply(offset)
                    .mapToObj(i -> "{\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.2.1." + i + "\"]}}")
                    .collect(Collectors.joining(",", "[", "]"));
            answer(exchange, 200, "application/dicom+json", matches.getBytes(US_ASCII));
        });
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void pages_are_read_to_the_end_however_large_the_server_makes_them() throws Exception {
        lists(offset -> IntStream.range(offset, Math.min(offset + 300, 1000)));
        assertThat(client.instances(STUDY, SERIES)).hasSize(1000);
    }

    @Test
    void a_server_that_knows_no_pages_is_asked_twice_and_one_without_end_not_for_ever() throws Exception {
        lists(offset -> IntStream.range(0, 7));
        assertThat(client.instances(STUDY, SERIES)).hasSize(7);
        server.removeContext("/dicom-web/studies/1.2/series/1.2.1/instances");
        lists(offset -> IntStream.range(offset, offset + 1000));
        assertThatThrownBy(() -> client.instances(STUDY, SERIES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 100000 matches");
    }

    @Test
    void nothing_is_nothing_and_a_wrong_url_is_not() throws Exception {
        server.createContext(
                "/dicom-web/studies/1.2/series", exchange -> answer(exchange, 204, "text/plain", new byte[0]));
        assertThat(client.series(STUDY)).isEmpty();
        assertThatThrownBy(() -> client.series(Uid.of("1.3")))
                .isInstanceOfSatisfying(
                        OrthancException.class, e -> assertThat(e.status()).isEqualTo(404));
        server.createContext(
                "/dicom-web/studies/1.4/series",
                exchange -> answer(exchange, 200, "text/html", "<html>".getBytes(US_ASCII)));
        assertThatThrownBy(() -> client.series(Uid.of("1.4"))).hasMessageContaining("an unexpected answer");
        server.createContext(
                "/dicom-web/studies/1.5/series",
                exchange -> answer(exchange, 200, "application/json", "{\"login\":\"please\"}".getBytes(US_ASCII)));
        assertThatThrownBy(() -> client.series(Uid.of("1.5")))
                .as("not that the server has nothing")
                .hasMessageContaining("an unexpected answer");
    }

    /** A server that sends bytes until nobody reads them any more. */
    @Test
    void an_instance_without_end_is_given_up_in_time() throws Exception {
        server.createContext("/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1", exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("Accept")).contains("transfer-syntax=*");
            exchange.getResponseHeaders().set("Content-Type", TYPE + "b");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write("--b\r\n\r\n".getBytes(US_ASCII));
                while (true) {
                    out.write(new byte[1000]);
                    out.flush();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long begin = System.nanoTime();
        try (InputStream instance = client.open(STUDY, SERIES, INSTANCE)) {
            assertThatThrownBy(() -> instance.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(IOException.class);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }

    private static byte[] read(String type, byte[] body) throws IOException {
        // As a network gives it: some bytes at a time.
        Random random = new Random(1);
        InputStream slow = new ByteArrayInputStream(body) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(len, 1 + random.nextInt(50)));
            }
        };
        try (InputStream part = SinglePart.of(slow, type)) {
            return part.readAllBytes();
        }
    }

    private static byte[] body(String before, byte[] content, String after) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(before.getBytes(US_ASCII));
        body.writeBytes(content);
        body.writeBytes(after.getBytes(US_ASCII));
        return body.toByteArray();
    }

    @Test
    void the_content_of_the_part_is_what_was_sent_also_when_it_looks_like_a_delimiter() throws Exception {
        byte[] content = new byte[300_000];
        new Random(2).nextBytes(content);
        byte[] almost = "\r\n--boundar\r\n--bounda\r\r\n-\r\n--boundarx".getBytes(US_ASCII);
        for (int at : new int[] {0, 65_530, 131_060, content.length - almost.length + 1}) {
            System.arraycopy(almost, 0, content, at, Math.min(almost.length, content.length - at));
        }
        byte[] body =
                body("\r\n--boundary\r\nContent-Type: application/dicom\r\n\r\n", content, "\r\n--boundary--\r\n");
        assertThat(read(TYPE + "boundary", body)).isEqualTo(content);
        assertThat(read("Multipart/Related; Boundary=\"boundary\"; type=x", body))
                .isEqualTo(content);
        assertThat(read(TYPE + "b", body("a preamble\r\n--b\r\n\r\n", new byte[0], "\r\n--b--")))
                .isEmpty();
    }

    @Test
    void what_ends_early_or_goes_on_is_refused() {
        byte[] content = new byte[1000];
        String head = "--b\r\nContent-Type: application/dicom\r\n\r\n";
        assertThatThrownBy(() -> read(TYPE + "b", body(head, content, "")))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("ends within the instance");
        assertThatThrownBy(() -> read(TYPE + "b", body(head, content, "\r\n--b")))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> read(TYPE + "b", body(head, content, "\r\n" + head)))
                .hasMessageContaining("more than the one instance");
        assertThatThrownBy(() -> read(TYPE + "b", body("--c\r\n\r\n", content, "")))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> read(TYPE + "b", body("--b\r\n", new byte[1 << 20], "")))
                .hasMessageContaining("no part within its first");
        assertThatThrownBy(() -> read("application/dicom", content)).hasMessageContaining("multipart/related");
    }
}
