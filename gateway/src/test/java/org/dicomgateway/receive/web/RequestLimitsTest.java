package org.dicomgateway.receive.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.receive.web.WebListenerHarness.body;
import static org.dicomgateway.receive.web.WebListenerHarness.instance;
import static org.dicomgateway.receive.web.WebListenerHarness.rest;
import static org.dicomgateway.receive.web.WebListenerHarness.type;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.testkit.Dcmtk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a request ends, and what becomes of one with more than the ten instances that it may have here. */
class RequestLimitsTest {

    private static final int MOST = 10;

    @TempDir
    private Path directory;

    private WebListenerHarness web;

    @BeforeEach
    void listen() throws IOException {
        web = new WebListenerHarness(WebListenerHarness.open(), 4);
    }

    @AfterEach
    void close() {
        web.close();
    }

    private static byte[] instances(int count) {
        return body(IntStream.range(0, count)
                .mapToObj(i -> instance("1.2.4." + i, 9))
                .toArray(byte[][]::new));
    }

    @Test
    void each_instance_over_the_limit_is_refused_and_the_others_are_stored() throws Exception {
        HttpResponse<String> answer = web.post(instances(MOST + 2));
        assertThat(answer.statusCode()).isEqualTo(202);
        String refused = "\"Value\":[\"1.2.4.%d\"]},\"00081197\":{\"vr\":\"US\",\"Value\":[42752]}";
        assertThat(answer.body()).contains(refused.formatted(10), refused.formatted(11));
        assertThat(web.stored).hasSize(MOST).doesNotContainKeys("1.2.4.10", "1.2.4.11");
    }

    @Test
    void twice_as_many_are_the_most_that_are_looked_at() throws Exception {
        HttpResponse<String> answer = web.post(instances(2 * MOST + 1));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("Connection")).hasValue("close");
        assertThat(answer.body()).contains("\"1.2.4.9\"", "\"1.2.4.19\"").doesNotContain("1.2.4.20");
        assertThat(web.stored).hasSize(MOST);
    }

    /** As many HTTP clients do. */
    @Test
    void a_sender_that_reads_nothing_before_it_has_sent_all_reads_that_it_was_too_much() throws Exception {
        byte[] begin = instances(2 * MOST + 1);
        int more = 300 * ByteSize.MIB;
        try (Socket socket = web.connect()) {
            OutputStream out = socket.getOutputStream();
            String head = WebListenerHarness.head("Content-Length: " + ((long) begin.length + more));
            out.write(ascii(head));
            out.write(begin);
            for (int i = 0; i < 300; i++) {
                out.write(new byte[ByteSize.MIB]);
            }
            assertThat(rest(socket)).startsWith("HTTP/1.1 413 ").contains("\"1.2.4.9\"", "\"1.2.4.19\"");
        }
    }

    @Test
    void curl_reads_that_it_was_too_much() throws Exception {
        byte[][] parts = new byte[2 * MOST + 1][];
        Arrays.setAll(parts, i -> instance("1.2.4." + i, i < 2 * MOST ? 9 : 60 * ByteSize.MIB));
        Path file = Files.write(directory.resolve("body"), body(parts));
        String answer = Dcmtk.run(
                        Duration.ofSeconds(30),
                        "curl",
                        "--silent",
                        "--show-error",
                        "--header",
                        "Content-Type: " + type(),
                        "--request",
                        "POST",
                        "--upload-file",
                        file.toString(),
                        "--write-out",
                        " %{http_code}",
                        "http://127.0.0.1:" + web.port() + "/dicom-web/studies")
                .orFail()
                .output()
                .strip();
        assertThat(answer).contains("\"1.2.4.19\"").endsWith(" 413");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "HTTP/1.1"})
    void a_line_feed_alone_ends_no_line_of_a_head(String version) throws Exception {
        byte[] one = body(instance("1.2.5", 9));
        String head = WebListenerHarness.head("Connection: close\r\nContent-Length: " + one.length)
                .replace("HTTP/1.1", version);
        assertThat(web.raw(ascii(head), one)).contains(" 200 ");
        for (String wrong : List.of(
                head.replace("\r\n", "\n"),
                head.replace("localhost\r\n", "localhost\n"),
                head.replace(version + "\r\n", version + "\n"),
                head.replace("\r\n\r\n", "\r\n\n"))) {
            assertThat(web.raw(ascii(wrong), one)).as(wrong).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void chunks_are_not_taken_from_who_speaks_HTTP_1_0() throws Exception {
        byte[] one = body(instance("1.2.5", 9));
        String chunks = Integer.toHexString(one.length) + "\r\n";
        String head = WebListenerHarness.head("Connection: close\r\nTransfer-Encoding: chunked");
        byte[] end = ascii("\r\n0\r\n\r\n");
        assertThat(web.raw(ascii(head + chunks), one, end)).contains(" 200 ");
        web.stored.clear();
        String old = head.replace("HTTP/1.1", "HTTP/1.0");
        assertThat(web.raw(ascii(old + chunks), one, end)).startsWith("HTTP/1.1 400 ");
        assertThat(web.stored).isEmpty();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
