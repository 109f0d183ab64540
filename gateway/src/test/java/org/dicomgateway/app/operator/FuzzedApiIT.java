package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever stands in a query, a path or a body of any operation that the interface describes: the answer is no 5xx, and
 * no log shows where in the program it went wrong.
 */
@Timeout(300)
class FuzzedApiIT {

    private static final int SEED = 11;
    private static final int RANDOM_VALUES = 12;

    private static final List<String> VALUES = List.of(
            "",
            " ",
            "0",
            "-1",
            "1",
            "9223372036854775807",
            "99999999999999999999999999",
            "1e9",
            "NaN",
            "+999999999-12-31T23:59:59Z",
            "+999999999-01-01T00:00:00+18:00",
            "-999999999-01-01T00:00:00-18:00",
            "-999999999-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+18:00",
            "9999-12-31T23:59:59.999999999-18:00",
            "2026-02-30T00:00:00Z",
            "2026-03-01",
            "null",
            "[]",
            "{}",
            "'",
            "\"",
            "' OR 1=1 --",
            "%' ESCAPE '",
            "1); DROP TABLE delivery; --",
            "../../etc/passwd",
            "..%2f",
            "\r\nSet-Cookie: a=b",
            "\u0000",
            "\u202E\uFFFF\uD83D\uDE00",
            "\uD800",
            "<script>alert(1)</script>",
            "pending,parked",
            "a".repeat(199),
            "a".repeat(201),
            "(a+)+$",
            "bm9uc2Vuc2U=",
            "MTox");

    private static final List<String> BODIES = List.of(
            "",
            "null",
            "true",
            "1",
            "\"x\"",
            "[]",
            "[[[",
            "[".repeat(30_000),
            "{\"a\":".repeat(10_000),
            "{",
            "}",
            "{\"reason\":1}",
            "{\"reason\":{}}",
            "{\"reason\":\"\\ud800\"}",
            "{\"reason\":\"" + "a".repeat(5_000) + "\"}",
            "{\"delivery\":1e400}",
            "{\"delivery\":99999999999999999999}",
            "{\"delivery\":\"1\",\"reason\":\"x\"}",
            "{\"delivery\":-9223372036854775808,\"reason\":\"x\"}",
            "{\"delivery\":1.5,\"reason\":\"x\"}",
            "{\"study\":\"'; --\",\"reason\":\"x\"}",
            "{\"study\":null,\"destination\":null,\"delivery\":null,\"reason\":null}",
            "{\"from\":\"\\u0000\",\"to\":\"nobody\"}",
            "{\"from\":\"nobody\",\"to\":\"\\u0000\"}",
            "{\"all\":\"maybe\"}",
            "{\"reason\":\"a\",\"reason\":\"b\"}",
            "\uFEFF{}",
            "\u0000",
            "{\"x\":" + "9".repeat(5_000) + "}",
            "{\"delivery\":" + "9".repeat(5_000) + "}");

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private GatewayProcess gateway;

    @BeforeEach
    void start() {
        Peer nobody = new Peer(AeTitle.of("NOBODY"), "127.0.0.1", FreePorts.next());
        gateway = new GatewayProcess(directory.resolve("gateway"))
                .broadcastTo(nobody)
                .start();
        List<Path> files = new TestFiles(directory.resolve("files"), SEED)
                .study(1, 5, 4096).stream().map(TestFile::path).toList();
        Dcmtk.storescu(gateway.peer(), AeTitle.of("CT1"), files).orFail();
    }

    @AfterEach
    void end() {
        gateway.close();
    }

    @Test
    void no_input_makes_it_answer_5xx_or_log_a_stack_trace() throws Exception {
        JsonNode paths = JsonMapper.shared()
                .readTree(body(call("GET", "/openapi.json", "")))
                .get("paths");
        List<String> failed = new ArrayList<>();
        int calls = 0;
        for (var path : paths.properties()) {
            for (var operation : path.getValue().properties()) {
                for (String[] call :
                        calls(operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue())) {
                    String answer = call(call[0], call[1], call[2]);
                    calls++;
                    if (!answer.matches("(?s)HTTP/1\\.1 [1234].*")
                            || answer.contains("\tat ")
                            || answer.contains("\r\nSet-Cookie")) {
                        failed.add(call[0] + " " + call[1] + " " + cut(call[2]) + " -> " + cut(answer));
                    }
                }
            }
        }
        assertThat(failed).isEmpty();
        assertThat(calls).isGreaterThan(1000);
        String log = Files.readString(gateway.home().resolve("var/logs/gateway.log"));
        assertThat(log.lines().filter(line -> line.startsWith("\tat ") || line.contains("ERROR")))
                .isEmpty();
        assertThat(log).doesNotContain("\u202E", "\u0000");
        assertThat(call("GET", "/health/ready", "")).startsWith("HTTP/1.1 200");
    }

    /** Method, target and body of each. */
    private List<String[]> calls(String method, String path, JsonNode operation) {
        List<String[]> calls = new ArrayList<>();
        List<String> bodies = method.equals("POST") ? BODIES : List.of("");
        bodies.forEach(body -> calls.add(new String[] {method, path.replaceAll("\\{\\w+}", "nobody"), body}));
        if (path.contains("{")) {
            values().forEach(value ->
                    calls.add(new String[] {method, path.replaceAll("\\{\\w+}", encoded(value)), ""}));
        }
        for (JsonNode parameter : operation.path("parameters").values().stream().toList()) {
            if (parameter.path("in").asString("").equals("query")) {
                String name = parameter.get("name").asString();
                values().forEach(value ->
                        calls.add(new String[] {method, path + "?" + name + "=" + encoded(value), ""}));
                calls.add(new String[] {method, path + "?" + name, ""});
                calls.add(new String[] {method, path + "?" + name + "=%C0%80%FF", ""});
                calls.add(new String[] {method, path + "?" + name + "=1&" + name + "=2", ""});
            }
        }
        Stream.of("?=", "?&&&", "?%00=1", "?unknown=1", "?" + "a=1&".repeat(1000), "/", "//", "/%2e%2e", ";a=b", "?a=%")
                .forEach(tail -> calls.add(new String[] {method, path.replaceAll("\\{\\w+}", "1") + tail, ""}));
        return calls;
    }

    private Stream<String> values() {
        return Stream.concat(
                VALUES.stream(),
                Stream.generate(() -> {
                            byte[] bytes = new byte[random.nextInt(60)];
                            random.nextBytes(bytes);
                            return new String(bytes, StandardCharsets.ISO_8859_1);
                        })
                        .limit(RANDOM_VALUES));
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(300, text.length()));
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    /** As it stands: no client makes it better. Of live events only the beginning. */
    private String call(String method, String target, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.adminPort())) {
            socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
            String head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + (method.equals("POST") ? "Content-Type: application/json\r\n" : "")
                    + "Content-Length: " + bytes.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(bytes);
            InputStream in = socket.getInputStream();
            byte[] answer = target.startsWith("/api/events") ? in.readNBytes(15) : in.readAllBytes();
            return new String(answer, StandardCharsets.UTF_8);
        }
    }
}
