package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.observe.Promtool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The operators' interface of a gateway at work: one server that does not take everything, and one that is not there.
 */
class ApiIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Pattern BOOKS =
            Pattern.compile("(?m)^gateway_books_deliveries\\{destination=\"(\\w+)\",entry=\"(\\w+)\"} (\\S+)$");
    private static final int PICTURES = 300;
    private static final int STRANGERS = 3;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private TestFiles files;
    private OrthancServer orthanc;
    private GatewayProcess gateway;

    @BeforeEach
    void start() {
        files = new TestFiles(directory.resolve("files"), 9);
        orthanc = OrthancServer.start(directory, "ORTHANC1", Map.of("UnknownSopClassAccepted", false));
        Peer nobody = new Peer(AeTitle.of("NOBODY"), "127.0.0.1", FreePorts.next());
        gateway = new GatewayProcess(directory.resolve("gateway"))
                .broadcastTo(orthanc.peer(), nobody)
                .start();
        awaitInterface();
    }

    @AfterEach
    void end() {
        gateway.close();
        orthanc.close();
    }

    @Test
    void the_books_balance_at_every_scrape_and_a_study_is_found_followed_and_given_up() throws Exception {
        List<TestFile> pictures = files.study(2, PICTURES / 2, 16 * 1024);
        List<TestFile> strangers = files.study(1, STRANGERS, TestFiles.PRIVATE_CLASS, 1024);
        List<Path> all = Stream.concat(pictures.stream(), strangers.stream())
                .map(TestFile::path)
                .toList();
        int scrapes = 0;
        try (Child storescu = Dcmtk.startStorescu(directory.resolve("storescu.log"), gateway.peer(), MODALITY, all)) {
            while (storescu.isAlive() || scrapes < 5) {
                assertBalanced(get("/metrics"));
                scrapes++;
            }
            assertThat(storescu.await(LIMIT)).isZero();
        }
        await().atMost(LIMIT).until(() -> entry("orthanc1", "delivered") == PICTURES);
        await().atMost(LIMIT).until(() -> entry("orthanc1", "parked") == STRANGERS);
        String scraped = get("/metrics");
        assertBalanced(scraped);
        assertThat(books(scraped))
                .containsEntry("nobody received", (double) all.size())
                .containsEntry("nobody pending", (double) all.size());
        assertThat(scraped)
                .contains("gateway_received_instances_total " + (double) all.size())
                .contains(
                        "gateway_attempts_total{destination=\"orthanc1\",outcome=\"delivered\"} " + (double) PICTURES);
        assertThat(Promtool.checkMetrics(scraped)).isEmpty();

        findAndGiveUp(strangers);
    }

    private void findAndGiveUp(List<TestFile> strangers) throws Exception {
        String study = strangers.get(0).study().value();
        JsonNode found = json(get("/api/studies?study=" + study)).at("/items/0");
        assertThat(found.at("/instances").asInt()).isEqualTo(STRANGERS);
        assertThat(found.at("/patientId").asString()).isEqualTo(strangers.get(0).patientId());
        JsonNode parked = json(get("/api/deliveries?state=parked&destination=orthanc1"));
        assertThat(parked.at("/items").size()).isEqualTo(STRANGERS);
        JsonNode first = parked.at("/items/0");
        JsonNode story = json(get("/api/instances/" + first.at("/instanceId").asLong()));
        assertThat(story.at("/timeline")
                        .valueStream()
                        .map(event -> event.get("event").asString()))
                .startsWith("received", "planned", "planned")
                .contains("parked");
        JsonNode nobody = json(get("/api/destinations")).get(0);
        assertThat(nobody.at("/name").asString()).isEqualTo("nobody");
        assertThat(nobody.at("/state").asString()).isEqualTo("down");
        assertThat(nobody.at("/lastError/reason").asString()).contains("refused");
        assertThat(nobody.at("/oldestWaiting").isNull()).isFalse();

        assertThat(post("/api/discard", "{\"study\":\"" + study + "\",\"reason\":\"private class\"}"))
                .isEqualTo("{\"count\":" + STRANGERS + "}");
        assertThat(entry("orthanc1", "parked")).isZero();
        assertBalanced(get("/metrics"));
        assertThat(gateway.count("discarded")).isEqualTo(STRANGERS);
        assertThat(json(get("/api/deliveries?state=discarded")).at("/items").size())
                .isEqualTo(STRANGERS);
        assertThat(json(get("/api/studies?study=" + study))
                        .at("/items/0/destinations/1/discarded")
                        .asInt())
                .isEqualTo(STRANGERS);
        long received = json(get("/api/history?hours=1"))
                .at("/points")
                .valueStream()
                .mapToLong(point -> point.get("received").asLong())
                .sum();
        assertThat(received).isEqualTo(PICTURES + STRANGERS);
    }

    @Test
    void a_paused_receiver_refuses_for_now_until_it_is_resumed_restarts_included() throws Exception {
        List<Path> picture = List.of(files.single(1024).path());
        post("/api/receiver/pause", "{\"reason\":\"new disk\"}");
        Dcmtk.Result refused = Dcmtk.storescu(gateway.peer(), MODALITY, picture);
        assertThat(refused.succeeded()).isFalse();
        assertThat(refused.output()).contains("Rejected Transient");
        gateway.kill();
        gateway.start();
        awaitInterface();
        assertThat(json(get("/api/status")).at("/receiver/because").asString()).isEqualTo("new disk");
        assertThat(Dcmtk.storescu(gateway.peer(), MODALITY, picture).succeeded())
                .isFalse();
        post("/api/receiver/resume", "");
        Dcmtk.storescu(gateway.peer(), MODALITY, picture).orFail();
        assertThat(gateway.count("received")).isEqualTo(1);
    }

    /** It comes up a moment after the listener, which is what a started gateway is known by. */
    private void awaitInterface() {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !get("/health/live").isEmpty());
    }

    private double entry(String destination, String entry) throws IOException, InterruptedException {
        return books(get("/metrics")).getOrDefault(destination + " " + entry, 0.0);
    }

    private static Map<String, Double> books(String scraped) {
        Map<String, Double> books = new HashMap<>();
        Matcher sample = BOOKS.matcher(scraped);
        while (sample.find()) {
            books.put(sample.group(1) + " " + sample.group(2), Double.parseDouble(sample.group(3)));
        }
        return books;
    }

    private static void assertBalanced(String scraped) {
        Map<String, Double> books = books(scraped);
        List<String> destinations = new ArrayList<>();
        books.forEach((name, count) -> {
            if (name.endsWith(" received")) {
                destinations.add(name.replace(" received", ""));
            }
        });
        for (String destination : destinations) {
            double sum = Stream.of("delivered", "pending", "parked", "held")
                    .mapToDouble(entry -> books.get(destination + " " + entry))
                    .sum();
            assertThat(books.get(destination + " received"))
                    .as("%s in %s", destination, books)
                    .isEqualTo(sum);
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(gateway.admin(path)).timeout(LIMIT).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private String post(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(gateway.admin(path))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
