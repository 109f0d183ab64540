package org.dicomgateway.receive.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.receive.web.WebListenerHarness.TIMEOUT;
import static org.dicomgateway.receive.web.WebListenerHarness.body;
import static org.dicomgateway.receive.web.WebListenerHarness.head;
import static org.dicomgateway.receive.web.WebListenerHarness.instance;
import static org.dicomgateway.receive.web.WebListenerHarness.rest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Senders that stall, break off, lie or flood: nobody else notices, and nothing of an incomplete instance is kept. */
class HostileSendersTest {

    private static final int CONNECTIONS = 4;
    private static final Duration SOON = Duration.ofSeconds(20);

    private final byte[] first = instance("1.2.3.1", 50_000);
    private final byte[] second = instance("1.2.3.2", 50_000);
    private final byte[] whole = body(first, second);

    private WebListenerHarness web;

    @BeforeEach
    void listen() throws IOException {
        web = new WebListenerHarness(
                new ListenerSettings.Web(AeTitle.of("WEB"), 10, Map.of(), Optional.empty()), CONNECTIONS);
    }

    @AfterEach
    void close() {
        web.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] chunked(byte[] body) {
        byte[] size = ascii(Integer.toHexString(body.length) + "\r\n");
        byte[] out = Arrays.copyOf(size, size.length + body.length + 2);
        System.arraycopy(body, 0, out, size.length, body.length);
        out[out.length - 2] = '\r';
        out[out.length - 1] = '\n';
        return out;
    }

    /** It still serves, and nothing is left of who was cut off. */
    private void assertServes() throws Exception {
        await().atMost(SOON).until(() -> web.listener().openRequests() == 0);
        assertThat(web.post(body(instance("1.2.9", 100))).statusCode()).isEqualTo(200);
    }

    @Test
    void a_connection_that_breaks_off_leaves_what_was_complete_and_nothing_else() throws Exception {
        try (Socket socket = web.connect()) {
            socket.getOutputStream().write(ascii(head("Content-Length: " + whole.length)));
            socket.getOutputStream().write(whole, 0, whole.length - 30_000);
        }
        await().atMost(SOON).until(() -> web.listener().openRequests() == 0);
        assertThat(web.stored).containsOnlyKeys("1.2.3.1");
        assertServes();
    }

    @Test
    void without_the_last_boundary_the_last_instance_is_not_stored() throws Exception {
        byte[] cut = Arrays.copyOf(whole, whole.length - 20);
        String answer = web.raw(ascii(head("Transfer-Encoding: chunked")), chunked(cut), ascii("0\r\n\r\n"));
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("1.2.3.1").doesNotContain("1.2.3.2");
        assertThat(web.stored).containsOnlyKeys("1.2.3.1");
        assertServes();
    }

    @Test
    void a_body_that_stops_is_given_up_after_the_read_timeout() throws Exception {
        long begin = System.nanoTime();
        String answer = web.raw(ascii(head("Content-Length: " + whole.length)), Arrays.copyOf(whole, 60_000));
        assertThat(answer).doesNotContain(" 200 ");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        assertThat(web.stored).containsOnlyKeys("1.2.3.1");
        assertServes();
    }

    @Test
    void a_body_that_drips_is_given_up() throws Exception {
        try (Socket socket = web.connect()) {
            socket.getOutputStream().write(ascii(head("Content-Length: " + whole.length)));
            long begin = System.nanoTime();
            boolean ended = false;
            for (int i = 0; i < 400 && !ended; i++) {
                socket.getOutputStream().write(whole, i, 1);
                Thread.sleep(100);
                ended = socket.getInputStream().available() > 0;
            }
            assertThat(ended).isTrue();
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 400 ".length());
            assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 400 ");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        }
        assertThat(web.stored).isEmpty();
        assertServes();
    }

    @Test
    void a_head_that_drips_is_given_up_in_the_time_for_a_request() throws Exception {
        try (Socket socket = web.connect()) {
            long begin = System.nanoTime();
            boolean ended = false;
            String head = head("X: " + "y".repeat(500));
            for (int i = 0; i < 200 && !ended; i++) {
                try {
                    socket.getOutputStream().write(ascii(head.substring(i, i + 1)));
                    Thread.sleep(100);
                } catch (IOException e) {
                    ended = true;
                }
            }
            assertThat(ended).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT.multipliedBy(8));
        }
        assertServes();
    }

    @Test
    void a_connection_that_says_nothing_is_closed() throws Exception {
        try (Socket socket = web.connect()) {
            assertThat(rest(socket)).isEmpty();
        }
        assertServes();
    }

    /** Who is refused gets a moment to read why, and no more, however long a body may pause. */
    @Test
    void a_refused_sender_that_goes_silent_holds_nothing_for_long() throws Exception {
        web.close();
        web = new WebListenerHarness(WebListenerHarness.open(), CONNECTIONS, Duration.ofSeconds(30));
        web.closed = "paused";
        long begin = System.nanoTime();
        try (Socket socket = web.connect()) {
            socket.getOutputStream().write(ascii(head("Content-Length: " + whole.length)));
            socket.getOutputStream().write(whole, 0, 100);
            assertThat(new String(socket.getInputStream().readNBytes(13), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 503 ");
            await().atMost(SOON).until(() -> web.listener().openRequests() == 0);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void a_head_that_is_too_large_is_refused() throws Exception {
        assertThat(web.raw(ascii(head("X: " + "y".repeat(20_000))))).contains(" 431 ");
        assertThat(web.raw(ascii(head("X: y\r\n".repeat(5_000) + "X: y")))).contains(" 431 ");
        assertServes();
    }

    @Test
    void a_request_with_two_lengths_is_refused() throws Exception {
        for (String lengths : List.of(
                "Content-Length: " + whole.length + "\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 3",
                "Content-Length: " + whole.length + "\r\nContent-Length: 3",
                "Content-Length: -1",
                "Content-Length: +" + whole.length,
                "Transfer-Encoding: gzip, chunked, identity",
                "Transfer-Encoding : chunked")) {
            assertThat(web.raw(ascii(head(lengths)), whole)).as(lengths).startsWith("HTTP/1.1 4");
        }
        assertThat(web.stored).isEmpty();
        assertServes();
    }

    @Test
    void chunks_that_are_none_leave_nothing() throws Exception {
        for (String size : List.of("zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "7fffffff\r\n\r\n")) {
            assertThat(web.raw(ascii(head("Transfer-Encoding: chunked")), ascii(size), Arrays.copyOf(whole, 9_000)))
                    .as(size)
                    .doesNotContain(" 200 ");
        }
        assertThat(web.stored).isEmpty();
        assertServes();
    }

    @Test
    void what_follows_a_body_is_a_request_of_its_own() throws Exception {
        byte[] one = body(first);
        String answers = web.raw(
                ascii(head("Content-Length: " + one.length)),
                one,
                ascii(head("Connection: close\r\nContent-Length: " + one.length)),
                body(instance("1.2.3.7", 50_000)));
        assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(3);
        assertThat(web.stored).containsOnlyKeys("1.2.3.1", "1.2.3.7");
    }

    @Test
    void one_connection_too_many_gets_an_answer_and_a_flood_does_not_hold_up_who_is_served() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (Socket served = web.connect()) {
            served.getOutputStream().write(ascii(head("Content-Length: " + whole.length)));
            served.getOutputStream().write(whole, 0, 60_000);
            await().atMost(SOON).until(() -> web.listener().openRequests() == 1);
            for (int i = 1; i < CONNECTIONS; i++) {
                silent.add(web.connect());
            }
            assertThat(web.raw(ascii(head("Content-Length: " + whole.length)), whole))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 10");
            for (int i = 0; i < 100; i++) {
                silent.add(web.connect());
            }
            served.getOutputStream().write(whole, 60_000, whole.length - 60_000);
            byte[] answer = served.getInputStream().readNBytes(15);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
        assertThat(web.stored).containsOnlyKeys("1.2.3.1", "1.2.3.2");
        await().atMost(SOON).untilAsserted(this::assertServes);
    }

    @Test
    void who_does_not_read_the_answers_is_cut_off() throws Exception {
        byte[] bad = body(ascii("none"));
        byte[] head = ascii(head("Content-Length: " + bad.length));
        try (Socket socket = new Socket()) {
            // Before it connects: then the listener's own buffer stays small, and thousands of answers less fill it.
            socket.setReceiveBufferSize(1_024);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), web.port()));
            boolean ended = false;
            long begin = System.nanoTime();
            while (!ended && System.nanoTime() - begin < SOON.multipliedBy(3).toNanos()) {
                try {
                    for (int i = 0; i < 100; i++) {
                        socket.getOutputStream().write(head);
                        socket.getOutputStream().write(bad);
                    }
                } catch (IOException e) {
                    ended = true;
                }
            }
            assertThat(ended).isTrue();
        }
        assertServes();
    }

    @Test
    void a_stop_finishes_the_instance_under_way_and_answers() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        web.scp = request -> {
            begun.countDown();
            return web.keep(request);
        };
        try (Socket socket = web.connect()) {
            socket.getOutputStream().write(ascii(head("Content-Length: " + whole.length)));
            socket.getOutputStream().write(whole, 0, 10_000);
            assertThat(begun.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            Thread stop = new Thread(() -> web.listener().stop(Duration.ofSeconds(10)));
            stop.start();
            Thread.sleep(200);
            socket.getOutputStream().write(whole, 10_000, whole.length - 10_000);
            assertThat(rest(socket)).startsWith("HTTP/1.1 503 ").contains("1.2.3.1");
            stop.join();
        }
        assertThat(web.stored).containsOnlyKeys("1.2.3.1");
    }
}
