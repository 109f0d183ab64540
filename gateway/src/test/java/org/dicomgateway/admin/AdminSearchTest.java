package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.admin.AdminAtAPort.json;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StoryView;
import org.dicomgateway.admin.server.LiveEvents;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What can be looked for, seen live, and given up, over a real port. */
class AdminSearchTest {

    private static final ForwardLog.Subject SUBJECT = new ForwardLog.Subject(
            Uid.of("1.2.3.4"), "1.2.3", new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"), 512);

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    private final FakeControls controls = admin.controls;
    private final FakeSpoolView spool = admin.spool;

    @Test
    void the_status_tells_of_receiver_disk_and_rates() throws Exception {
        JsonNode status = json(admin.get("/api/status"));
        assertThat(status.at("/version").asString()).isEqualTo("1.2.3");
        assertThat(status.at("/startedAt").asString()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(status.at("/receiver/state").asString()).isEqualTo("open");
        assertThat(status.at("/disk/free").asLong()).isEqualTo(5_000_000);
        assertThat(status.at("/disk/minFree").asLong()).isEqualTo(1_000_000);
        assertThat(status.at("/rates/receivedPerSecond").isNumber()).isTrue();
    }

    @Test
    void a_destination_tells_what_waits_for_how_long_and_what_last_failed() throws Exception {
        admin.telemetry
                .forwardLog()
                .outcome(ForwardLog.Event.RETRY, SUBJECT, "all", "a", 1, 5, 0xA700, "out of resources");
        JsonNode destinations = json(admin.get("/api/destinations"));
        JsonNode a = destinations.get(0);
        assertThat(a.at("/state").asString()).isEqualTo("up");
        assertThat(a.at("/waiting/instances").asLong()).isEqualTo(2);
        assertThat(a.at("/waiting/bytes").asLong()).isEqualTo(2048);
        assertThat(a.at("/oldestWaiting").asString()).isEqualTo("2026-03-01T11:58:30Z");
        assertThat(a.at("/parked").asLong()).isEqualTo(1);
        assertThat(a.at("/lastError/reason").asString()).isEqualTo("out of resources");
        assertThat(a.at("/lastError/at").isNull()).isFalse();
        assertThat(destinations.at("/1/lastError").isNull()).isTrue();
        assertThat(destinations.at("/2/state").asString()).isEqualTo("not in the rules");
        assertThat(destinations.at("/2/held").asLong()).isEqualTo(4);
    }

    @Test
    void routes_are_told_with_the_version_of_the_rules() throws Exception {
        JsonNode routes = json(admin.get("/api/routes"));
        assertThat(routes.at("/version").asLong()).isEqualTo(7);
        assertThat(routes.at("/routes/0/strategy").asString()).isEqualTo("broadcast");
        assertThat(routes.at("/routes/0/matched").asLong()).isEqualTo(12);
    }

    @Test
    void every_condition_of_a_search_gets_to_the_spool() throws Exception {
        JsonNode page = json(admin.get("/api/instances?study=1&series=2&instance=3&accession=4&patient=5&calling-ae=6"
                + "&called-ae=7&route=8&destination=9&state=parked&from=2026-03-01T12:00:00Z"
                + "&to=2026-03-01T14:00:00%2B01:00&limit=20&cursor=1-2-3"));
        assertThat(spool.asked)
                .containsExactly("instances Search[study=1, series=2, instance=3, accession=4, patient=5, callingAe=6,"
                        + " calledAe=7, route=8, destination=9, state=Optional[PARKED],"
                        + " from=Optional[2026-03-01T12:00:00Z], to=Optional[2026-03-01T13:00:00Z]]"
                        + " after 1-2-3 limit 20");
        assertThat(page.at("/next").asString()).isEqualTo("1-1-0");
        JsonNode item = page.at("/items/0");
        assertThat(item.at("/sopInstanceUid").asString()).isEqualTo("1.2.3.4");
        assertThat(item.at("/patientId").asString()).isEqualTo("PAT-1");
        assertThat(item.at("/deliveries/0/state").asString()).isEqualTo("parked");
        assertThat(item.at("/deliveries/0/lastStatus").asString()).isEqualTo("0xA900");
        assertThat(item.at("/deliveries/1/destination").isNull()).isTrue();
    }

    @Test
    void studies_say_why_what_waits_is_waiting() throws Exception {
        controls.pause("a", "new disk");
        JsonNode study = json(admin.get("/api/studies?accession=ACC-1")).at("/items/0");
        assertThat(study.at("/destinations/0/why").asString()).isEqualTo("it is paused: new disk");
        assertThat(json(admin.get("/api/deliveries"))
                        .at("/items/1/candidates/1")
                        .asString())
                .isEqualTo("b");
    }

    @Test
    void the_timeline_of_an_instance_is_told_and_read_back() throws Exception {
        HttpResponse<String> answer = admin.get("/api/instances/7");
        JsonNode story = json(answer);
        assertThat(story.at("/sopInstanceUid").asString()).isEqualTo("1.2.3.4");
        assertThat(story.at("/timeline/1/event").asString()).isEqualTo("attempt");
        assertThat(story.at("/timeline/1/times").asLong()).isEqualTo(3);
        StoryView read = Json.readAnswer(answer.body(), StoryView.class);
        assertThat(read.instance().sopInstanceUid()).isEqualTo("1.2.3.4");
        assertThat(read.timeline()).hasSize(2);
        assertThat(admin.get("/api/instances/8").statusCode()).isEqualTo(404);
        assertThat(admin.get("/api/instances/x").statusCode()).isEqualTo(400);
    }

    @Test
    void a_search_that_cannot_be_meant_is_refused_and_says_why() throws Exception {
        assertThat(error(admin.get("/api/instances?stdy=1")))
                .startsWith("no such parameter: stdy; there are accession, ");
        assertThat(error(admin.get("/api/instances?state=lost"))).contains("no such state: lost", "parked");
        assertThat(error(admin.get("/api/instances?from=yesterday"))).contains("2026-03-01T12:00:00Z");
        assertThat(error(admin.get("/api/instances?limit=0"))).contains("1 to 200");
        assertThat(error(admin.get("/api/instances?limit=201"))).contains("1 to 200");
        assertThat(error(admin.get("/api/history?hours=49"))).contains("1 to 48");
        assertThat(spool.asked).isEmpty();
    }

    @Test
    void receiving_is_paused_and_resumed_once() throws Exception {
        assertThat(admin.post("/api/receiver/pause", "{\"reason\":\"new\\ndisk\"}")
                        .body())
                .isEqualTo("{\"paused\":true}");
        assertThat(controls.receiverPaused).hasValue("new?disk");
        assertThat(json(admin.get("/api/status")).at("/receiver/state").asString())
                .isEqualTo("paused");
        assertThat(admin.post("/api/receiver/resume", "").statusCode()).isEqualTo(200);
        assertThat(admin.post("/api/receiver/resume", "").statusCode()).isEqualTo(409);
    }

    @Test
    void nothing_is_discarded_without_a_reason_nor_all_at_once() throws Exception {
        assertThat(error(admin.post("/api/discard", "{\"study\":\"1.2\"}"))).contains("reason");
        assertThat(error(admin.post("/api/discard", "{\"study\":\"1.2\",\"reason\":\"  \"}")))
                .contains("reason");
        assertThat(error(admin.post("/api/discard", "{\"reason\":\"test images\"}")))
                .contains("delivery, study");
        assertThat(spool.asked).isEmpty();
        assertThat(admin.post("/api/discard", "{\"study\":\"1.2\",\"reason\":\"test images\"}")
                        .body())
                .isEqualTo("{\"count\":2}");
        assertThat(spool.asked)
                .containsExactly("discard Selection[destination=, studyInstanceUid=1.2, deliveryId=0] test images");
    }

    @Test
    void all_is_retried_when_it_is_said_and_with_no_other_condition() throws Exception {
        assertThat(admin.post("/api/retry", "{\"all\":true}").statusCode()).isEqualTo(200);
        assertThat(admin.post("/api/retry", "{\"all\":true,\"study\":\"1.2\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void the_last_lines_of_the_forward_log_and_the_last_hours_are_told() throws Exception {
        admin.telemetry.forwardLog().received(SUBJECT, 3, 7, 1);
        admin.telemetry.forwardLog().outcome(ForwardLog.Event.DELIVERED, SUBJECT, "all", "a", 1, 5, 0, "");
        admin.telemetry.forwardLog().outcome(ForwardLog.Event.PARKED, SUBJECT, "all", "b", 2, 5, 0xC000, "no");
        JsonNode log = json(admin.get("/api/log"));
        assertThat(log.at("/events").valueStream().map(line -> line.get("event").asString()))
                .containsExactly("received", "delivered", "parked");
        assertThat(log.at("/events/2/status").asString()).isEqualTo("0xC000");
        assertThat(json(admin.get("/api/log?limit=1")).at("/skipped").asLong()).isEqualTo(2);
        assertThat(json(admin.get("/api/log?destination=a")).at("/events").size())
                .isEqualTo(1);
        JsonNode sender = json(admin.get("/api/status")).at("/senders/0");
        assertThat(sender.at("/callingAe").asString())
                .isEqualTo(SUBJECT.origin().calling().value());
        JsonNode history = json(admin.get("/api/history?hours=1"));
        assertThat(history.at("/step").asLong()).isEqualTo(60);
        assertThat(history.at("/points").size()).isEqualTo(60);
        long received = history.at("/points")
                .valueStream()
                .mapToLong(point -> point.get("received").asLong())
                .sum();
        assertThat(received).isEqualTo(1);
    }

    @Test
    void live_events_begin_with_the_status_and_go_on_with_what_happens() throws Exception {
        try (Socket socket = listen()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(readUntil(in, "event: status")).anyMatch(line -> line.startsWith("HTTP/1.1 200"));
            admin.telemetry.forwardLog().received(SUBJECT, 3, 7, 1);
            List<String> lines = readUntil(in, "event: log");
            String data = in.readLine();
            assertThat(lines).anyMatch(line -> line.startsWith("data: {\"status\":"));
            assertThat(JsonMapper.shared()
                            .readTree(data.substring("data: ".length()))
                            .at("/events/0/event")
                            .asString())
                    .isEqualTo("received");
        }
    }

    @Test
    void so_many_listen_to_live_events_and_no_more() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < LiveEvents.MOST_LISTENERS; i++) {
                Socket socket = listen();
                sockets.add(socket);
                readUntil(
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)),
                        "event: status");
            }
            HttpResponse<String> refused = admin.get("/api/events");
            assertThat(refused.statusCode()).isEqualTo(503);
            // none of them holds a thread of the server
            assertThat(admin.get("/api/status").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private Socket listen() throws IOException {
        Socket socket = admin.connect();
        socket.getOutputStream()
                .write("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static List<String> readUntil(BufferedReader in, String wanted) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            lines.add(line);
            if (line.equals(wanted)) {
                return lines;
            }
        }
        throw new AssertionError("the stream ended before " + wanted + ": " + lines);
    }

    /** Why it was refused as what cannot be meant. */
    private static String error(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(400);
        return AdminAtAPort.error(answer);
    }
}
