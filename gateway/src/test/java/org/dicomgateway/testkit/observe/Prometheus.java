package org.dicomgateway.testkit.observe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.Waiting;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus, as {@code deploy/prometheus} configures it, but that it scrapes once a second. */
public final class Prometheus implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String TARGET = "127.0.0.1:8080";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final int port = FreePorts.next();
    private final Child child;

    /** Starts it with its data in {@code folder}, and has it scrape a gateway whose interface is at this port. */
    public Prometheus(Path folder, int gateway) {
        child = Child.start(
                folder.resolve("prometheus.out"),
                Map.of(),
                List.of(
                        "prometheus",
                        "--config.file=" + configuration(folder, gateway),
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn"));
        try {
            Waiting.until("Prometheus", child, this::isReady);
        } catch (RuntimeException | AssertionError e) {
            child.close();
            throw e;
        }
    }

    private static Path configuration(Path folder, int gateway) {
        Path shipped = ProjectRoot.path().resolve("deploy/prometheus");
        try {
            String text = Files.readString(shipped.resolve("prometheus.yml"));
            if (!text.contains(TARGET)) {
                throw new IllegalStateException("deploy/prometheus/prometheus.yml does not scrape " + TARGET);
            }
            Files.copy(shipped.resolve("alerts.yml"), folder.resolve("alerts.yml"));
            return Files.writeString(
                    folder.resolve("prometheus.yml"),
                    text.replace(TARGET, "127.0.0.1:" + gateway).replaceAll("_interval: \\d+s", "_interval: 1s"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isReady() {
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What an expression gives now: {@code status}, and {@code data.result}, or {@code error}. */
    public JsonNode query(String expression) {
        try {
            return JsonMapper.shared()
                    .readTree(get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                            .body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> get(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(LIMIT)
                .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Prometheus", e);
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
