package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.admin.AdminAtAPort.error;
import static org.dicomgateway.admin.AdminAtAPort.json;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.Thread.UncaughtExceptionHandler;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.api.RulesView.Broken;
import org.dicomgateway.admin.api.ThreadView;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.security.TlsContexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Over a real port. */
class AdminServerTest {

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    private final FakeControls controls = admin.controls;
    private final FakeSpoolView spool = admin.spool;

    @Test
    void the_status_tells_of_process_rules_and_deliveries() throws Exception {
        JsonNode status = json(admin.get("/api/status"));
        assertThat(status.at("/process/version").asString()).isEqualTo("1.2.3");
        assertThat(status.at("/process/started").asString()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(status.at("/rules/version").asLong()).isEqualTo(7);
        assertThat(status.at("/rules/broken").isNull()).isTrue();
        assertThat(status.at("/rules/needRestart/0").asString()).isEqualTo("gateway.spool.history");
        assertThat(status.at("/totals/received").asLong()).isEqualTo(15);
        assertThat(status.at("/totals/pendingBytes").asLong()).isEqualTo(2048);
        assertThat(status.at("/unrouted").asLong()).isEqualTo(3);
        assertThat(status.at("/unassigned").asLong()).isEqualTo(6);
    }

    @Test
    void a_bad_edit_is_in_the_status() throws Exception {
        controls.broken = Optional.of(new Broken(FakeControls.NOW, List.of("/conf/routing.conf:3: bad")));
        JsonNode broken = json(admin.get("/api/status")).at("/rules/broken");
        assertThat(broken.at("/since").asString()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(broken.at("/problems/0").asString()).isEqualTo("/conf/routing.conf:3: bad");
    }

    @Test
    void destinations_are_those_of_the_rules_and_those_that_still_have_deliveries() throws Exception {
        JsonNode destinations = json(admin.get("/api/destinations"));
        assertThat(destinations.valueStream().map(each -> each.get("name").asString()))
                .containsExactly("a", "b", "gone");
        assertThat(destinations.at("/0/health/state").asString()).isEqualTo("up");
        assertThat(destinations.at("/0/books/pending").asLong()).isEqualTo(2);
        assertThat(destinations.at("/1/books").isNull()).isTrue();
        assertThat(destinations.at("/2/health").isNull()).isTrue();
        assertThat(destinations.at("/2/books/held").asLong()).isEqualTo(4);
    }

    @Test
    void a_destination_is_paused_with_a_reason_and_resumed_once() throws Exception {
        assertThat(admin.post("/api/destinations/a/pause", "{\"reason\":\"new disk\\nuntil noon\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(controls.paused).containsEntry("a", "new disk?until noon");
        assertThat(admin.post("/api/destinations/a/resume", "").statusCode()).isEqualTo(200);
        HttpResponse<String> again = admin.post("/api/destinations/a/resume", "");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(error(again)).isEqualTo("destination a is not paused");
    }

    @Test
    void an_unknown_destination_is_not_found_and_the_known_ones_are_named() throws Exception {
        HttpResponse<String> answer = admin.post("/api/destinations/c/pause", "{}");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(error(answer)).isEqualTo("no such destination: c; there are a, b");
    }

    @Test
    void what_a_destination_that_is_gone_had_is_rerouted() throws Exception {
        HttpResponse<String> answer = admin.post("/api/reroute", "{\"from\":\"gone\",\"to\":\"b\"}");
        assertThat(answer.body()).isEqualTo("{\"count\":4}");
        assertThat(spool.asked).containsExactly("reroute gone b");
        assertThat(admin.post("/api/reroute", "{\"from\":\"b\",\"to\":\"gone\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(admin.post("/api/reroute", "{\"from\":\"never\",\"to\":\"b\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(admin.post("/api/reroute", "{\"from\":\"a\",\"to\":\"a\"}").statusCode())
                .isEqualTo(400);
        assertThat(admin.post("/api/reroute", "{\"to\":\"a\"}").statusCode()).isEqualTo(400);
        assertThat(spool.asked).hasSize(1);
    }

    @Test
    void what_was_to_be_deidentified_is_rerouted_with_the_data_of_patients_only_when_that_is_asked_for()
            throws Exception {
        controls.deidentified.add("a");
        for (String from : List.of("a", "gone", "")) {
            HttpResponse<String> refused = admin.post("/api/reroute", "{\"from\":\"" + from + "\",\"to\":\"b\"}");
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("reroute --identified");
        }
        assertThat(spool.asked).isEmpty();
        admin.post("/api/reroute", "{\"from\":\"gone\",\"to\":\"a\"}");
        admin.post("/api/reroute", "{\"from\":\"a\",\"to\":\"b\",\"identified\":true}");
        assertThat(spool.asked).containsExactly("reroute gone a", "reroute a b");
    }

    @Test
    void parked_deliveries_are_retried_by_any_condition_and_a_misspelled_one_retries_nothing() throws Exception {
        assertThat(admin.post("/api/retry", "{\"destination\":\"a\",\"study\":\"1.2\",\"delivery\":5}")
                        .body())
                .isEqualTo("{\"count\":1}");
        assertThat(admin.post("/api/retry", "{}").statusCode()).isEqualTo(200);
        assertThat(admin.post("/api/retry", "{\"destinaton\":\"a\"}").statusCode())
                .isEqualTo(400);
        assertThat(admin.post("/api/retry", "[").statusCode()).isEqualTo(400);
        assertThat(spool.asked)
                .containsExactly(
                        "retry Selection[destination=a, studyInstanceUid=1.2, deliveryId=5]",
                        "retry Selection[destination=, studyInstanceUid=, deliveryId=0]");
    }

    @Test
    void a_reload_tells_what_came_of_it() throws Exception {
        assertThat(admin.post("/api/reload", "").body())
                .isEqualTo("{\"outcome\":\"APPLIED\",\"version\":8,\"details\":[\"routes added: x\"]}");
    }

    @Test
    void it_is_ready_when_instances_are_taken_in_and_lives_anyway() throws Exception {
        assertThat(admin.get("/health/ready").statusCode()).isEqualTo(200);
        controls.closedBecause = Optional.of("the disk is full");
        HttpResponse<String> answer = admin.get("/health/ready");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .isEqualTo("{\"ready\":false,\"why\":\"the disk is full\",\"auditComplete\":\"" + FakeControls.NOW
                        + "\"}");
        assertThat(admin.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void it_is_not_ready_without_a_thread_that_it_cannot_do_without() throws Exception {
        controls.threads = List.of(new ThreadView("audit", false), new ThreadView("spool-maintenance", true));
        HttpResponse<String> answer = admin.get("/health/ready");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("the thread audit has ended, but must always run: restart the gateway");
        assertThat(admin.get("/metrics").body())
                .contains(
                        "gateway_thread_alive{thread=\"audit\"} 0.0",
                        "gateway_thread_alive{thread=\"spool-maintenance\"} 1.0")
                .contains("gateway_audit_complete_time_seconds " + (double) FakeControls.NOW.getEpochSecond());
    }

    @Test
    void an_Error_is_not_swallowed_by_the_web_server() throws Exception {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.complete(error));
        controls.error = Optional.of(new OutOfMemoryError("made by the test"));
        try {
            assertThat(admin.get("/api/status").statusCode()).isEqualTo(500);
            assertThat(uncaught.get()).isInstanceOf(OutOfMemoryError.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void a_failure_is_an_answer_too() throws Exception {
        controls.failure = Optional.of(new IllegalStateException("the ledger failed: disk I/O error"));
        HttpResponse<String> answer = admin.get("/api/status");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(error(answer)).isEqualTo("the ledger failed: disk I/O error");
        assertThat(admin.get("/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void a_page_that_made_its_name_point_here_gets_nothing() throws Exception {
        assertThat(raw("GET /api/status HTTP/1.1\r\nHost: evil.example\r\n")).startsWith("HTTP/1.1 403");
        assertThat(raw("GET /api/status HTTP/1.1\r\nHost: 127.0.0.1.evil.example:8080\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("GET /api/status HTTP/1.1\r\nHost: localhost\r\n")).startsWith("HTTP/1.1 200");
        assertThat(raw("GET /api/status HTTP/1.1\r\nHost: [::1]:8080\r\n")).startsWith("HTTP/1.1 200");
    }

    @Test
    void a_page_of_somebody_else_can_change_nothing() throws Exception {
        String target = "/api/destinations/a/pause";
        assertThat(admin.send(
                                admin.request(target)
                                        .header("Content-Type", "text/plain")
                                        .POST(BodyPublishers.ofString("{}")),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(415);
        assertThat(admin.send(
                                admin.request(target)
                                        .header("Content-Type", "application/json")
                                        .header("Origin", "http://evil.example")
                                        .POST(BodyPublishers.ofString("{}")),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
        assertThat(controls.paused).isEmpty();
    }

    @Test
    void a_request_that_is_too_large_is_refused() throws Exception {
        assertThat(admin.post("/api/retry", "{\"study\":\"" + "1".repeat(100_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void a_header_does_not_make_a_change_of_a_question() throws Exception {
        HttpResponse<String> answer = admin.send(
                admin.request("/api/reload")
                        .header("X-HTTP-Method-Override", "POST")
                        .GET(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isIn(404, 405);
    }

    @Test
    void a_taken_port_is_told_with_what_to_do() {
        AdminServer second = new AdminServer(
                new AdminSettings(true, admin.server.address(), List.of(), Optional.empty(), Optional.empty()),
                controls,
                spool,
                admin.telemetry,
                AuditListener.NOBODY,
                new TlsContexts(InstantSource.system()),
                HttpLimits.DEFAULT);
        assertThatThrownBy(second::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gateway.admin.port")
                .hasMessageContaining(Integer.toString(admin.port()));
        second.close();
    }

    /** The Java client does not let anybody choose the host. */
    private String raw(String head) throws IOException {
        try (Socket socket = admin.connect()) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            return in.lines().collect(Collectors.joining("\n"));
        }
    }
}
