package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The description of the interface, and the interface: each says all that the other does. */
class OpenApiTest {

    /** What is asked for, its body if it has one, and the status of the answer. */
    private record Call(String method, String path, String body, int status) {

        Call(String method, String path) {
            this(method, path, "", 200);
        }
    }

    /** Each endpoint at least once, in an order in which each works; and what can be refused. */
    private static final List<Call> CALLS = List.of(
            new Call("GET", "/health/live"),
            new Call("GET", "/health/ready"),
            new Call("GET", "/api/status"),
            new Call("GET", "/api/destinations"),
            new Call("GET", "/api/routes"),
            new Call("GET", "/api/commitments"),
            new Call("GET", "/api/user"),
            new Call("GET", "/api/instances?state=parked"),
            new Call("GET", "/api/instances?limit=1000", "", 400),
            new Call("GET", "/api/instances/7"),
            new Call("GET", "/api/instances/8", "", 404),
            new Call("GET", "/api/instances/x", "", 400),
            new Call("GET", "/api/timelines?study=1.2.3"),
            new Call("GET", "/api/timelines?limit=1000", "", 400),
            new Call("GET", "/api/studies?study=1.2.3"),
            new Call("GET", "/api/deliveries?destination=a"),
            new Call("GET", "/api/history?hours=2"),
            new Call("GET", "/api/history?hours=0", "", 400),
            new Call("GET", "/api/log?limit=5"),
            new Call("GET", "/api/events"),
            new Call("GET", "/metrics"),
            new Call("GET", "/openapi.json"),
            new Call("POST", "/api/destinations/a/pause", "{\"reason\":\"new disk\"}", 200),
            new Call("POST", "/api/destinations/a/resume"),
            new Call("POST", "/api/destinations/a/resume", "", 409),
            new Call("POST", "/api/destinations/c/pause", "{}", 404),
            new Call("POST", "/api/destinations/b/try"),
            new Call("POST", "/api/destinations/b/try", "", 409),
            new Call("POST", "/api/destinations/c/try", "", 404),
            new Call("POST", "/api/receiver/pause", "{\"reason\":\"new disk\"}", 200),
            new Call("POST", "/api/receiver/drain", "{\"reason\":\"moves\"}", 200),
            new Call("POST", "/api/receiver/drain", "[]", 400),
            new Call("GET", "/api/receiver/drain"),
            new Call("POST", "/api/receiver/resume"),
            new Call("POST", "/api/receiver/resume", "", 409),
            new Call("POST", "/api/reroute", "{\"from\":\"gone\",\"to\":\"b\"}", 200),
            new Call("POST", "/api/reroute", "{\"from\":\"gone\"}", 400),
            new Call("POST", "/api/retry", "{\"all\":true}", 200),
            new Call("POST", "/api/discard", "{\"delivery\":7168,\"reason\":\"test image\"}", 200),
            new Call("POST", "/api/discard", "{\"delivery\":7168}", 400),
            new Call("GET", "/api/set-aside"),
            new Call("POST", "/api/set-aside/3/take-in"),
            new Call("POST", "/api/set-aside/3/take-in", "", 404),
            new Call("POST", "/api/set-aside/x/take-in", "", 400),
            new Call("POST", "/api/set-aside/4/take-in", "", 409),
            new Call("POST", "/api/set-aside/4/discard", "{}", 400),
            new Call("POST", "/api/set-aside/4/discard", "{\"reason\":\"no instance\"}", 200),
            new Call("POST", "/api/set-aside/4/discard", "{\"reason\":\"no instance\"}", 404),
            new Call("POST", "/api/verify", "{\"study\":\"1.2.3\",\"repair\":true}", 200),
            new Call("POST", "/api/verify", "{}", 400),
            new Call("GET", "/api/verify/3"),
            new Call("GET", "/api/verify/4", "", 404),
            new Call("GET", "/api/verify/x", "", 400),
            new Call("GET", "/api/receivers/events?receiver=bot&study=1.2.3&all=true&limit=5"),
            new Call("GET", "/api/receivers/events?limit=0", "", 400),
            new Call("POST", "/api/receivers/retry", "{\"receiver\":\"bot\"}", 200),
            new Call("POST", "/api/receivers/retry", "{\"receiver\":\"nobody\"}", 404),
            new Call("POST", "/api/receivers/discard", "{\"receiver\":\"bot\",\"reason\":\"gone\"}", 200),
            new Call("POST", "/api/receivers/discard", "{\"receiver\":\"bot\"}", 400),
            new Call("POST", "/api/reload"));

    /** The same, of a gateway in a cluster. */
    private static final List<Call> IN_CLUSTER = List.of(
            new Call("GET", "/api/status"),
            new Call("GET", "/api/cluster/copies?state=parked&gateway=gw2&limit=5"),
            new Call("GET", "/api/cluster/copies?gateway=gw4", "", 404),
            new Call("GET", "/api/cluster/copies?state=lost", "", 400),
            new Call("GET", "/api/cluster/whereabouts?study=1.2.3"),
            new Call("GET", "/api/cluster/whereabouts", "", 400),
            new Call("POST", "/api/destinations/a/pause", "{\"reason\":\"new disk\",\"gateway\":\"gw3\"}", 200),
            new Call("POST", "/api/destinations/a/resume", "{\"gateway\":\"gw1\"}", 200),
            new Call("POST", "/api/destinations/a/resume"),
            new Call("POST", "/api/destinations/a/resume", "{\"reason\":\"?\"}", 400),
            new Call("POST", "/api/retry", "{\"all\":true}", 200),
            new Call("POST", "/api/retry", "{\"all\":true,\"gateway\":\"gw3\"}", 409),
            new Call("POST", "/api/retry", "{\"all\":true,\"gateway\":\"gw4\"}", 404),
            new Call("POST", "/api/discard", "{\"delivery\":7168,\"gateway\":\"gw2\",\"reason\":\"twice\"}", 200),
            new Call("GET", "/api/cluster/orders?limit=5"),
            new Call("GET", "/api/cluster/orders?limit=0", "", 400),
            new Call("POST", "/api/cluster/rules", "{\"text\":\"routes = []\"}", 200),
            new Call("POST", "/api/cluster/rules", "{\"version\":1}", 200),
            new Call("POST", "/api/cluster/rules", "{\"version\":9}", 404),
            new Call("POST", "/api/cluster/rules", "{}", 400),
            new Call("GET", "/api/cluster/rules?limit=5"),
            new Call("GET", "/api/cluster/rules/1"),
            new Call("GET", "/api/cluster/rules/9", "", 404));

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    private JsonNode description = JsonMapper.shared().createObjectNode();

    @BeforeEach
    void readDescription() throws Exception {
        description = JsonMapper.shared()
                .readTree(ask(new Call("GET", "/openapi.json")).body());
    }

    @Test
    void every_endpoint_is_described_and_every_described_one_is_there() {
        TreeSet<String> described = new TreeSet<>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertThat(described).containsExactlyInAnyOrderElementsOf(admin.server.endpoints());
        assertThat(description.get("openapi").asString()).isEqualTo("3.1.0");
    }

    @Test
    void every_endpoint_is_called_by_this_test() {
        TreeSet<String> called = new TreeSet<>();
        Stream.of(CALLS, IN_CLUSTER)
                .flatMap(List::stream)
                .forEach(call -> called.add(call.method + " " + template(call)));
        assertThat(called).containsExactlyInAnyOrderElementsOf(admin.server.endpoints());
    }

    @Test
    void every_operation_has_an_id_of_its_own_and_every_schema_is_used() {
        List<String> ids = description.get("paths").findValuesAsString("operationId");
        assertThat(ids).doesNotHaveDuplicates().hasSize(admin.server.endpoints().size());
        String text = description.toString();
        assertThat(description.at("/components/schemas").propertyNames())
                .filteredOn(name -> !name.equals("Live")) // the data of an event
                .allMatch(name -> text.contains("\"#/components/schemas/" + name + "\""));
    }

    @TestFactory
    Stream<DynamicTest> every_answer_is_as_described() {
        admin.spool.setAside.put(3L, FakeSpoolView.readable(3));
        admin.spool.setAside.put(4L, FakeSpoolView.unreadable(4));
        admin.controls.down.put("b", FakeControls.NOW.plusSeconds(40));
        admin.controls.rejected.count(new RefusedPeer("CT9", "ARCHIVE", "192.0.2.9", "1/1/7", "no such title"), true);
        admin.telemetry
                .forwardLog()
                .outcome(
                        ForwardLog.Event.PARKED,
                        new ForwardLog.Subject(
                                Uid.of("1.2.3"),
                                "1.2",
                                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                                5),
                        "all",
                        "a",
                        1,
                        5,
                        0xA900,
                        "no");
        return CALLS.stream()
                .map(call ->
                        DynamicTest.dynamicTest(call.method + " " + call.path + " " + call.status, () -> check(call)));
    }

    @TestFactory
    Stream<DynamicTest> every_answer_of_a_gateway_in_a_cluster_is_as_described() {
        admin.controls.inCluster = Optional.of(new FakeCluster());
        return IN_CLUSTER.stream()
                .map(call ->
                        DynamicTest.dynamicTest(call.method + " " + call.path + " " + call.status, () -> check(call)));
    }

    @Test
    void without_a_cluster_or_its_database_the_answers_are_as_described() throws Exception {
        check(new Call("GET", "/api/cluster/orders", "", 404));
        check(new Call("GET", "/api/cluster/copies", "", 404));
        check(new Call("GET", "/api/cluster/whereabouts?instance=1.2.3.4", "", 404));
        check(new Call("POST", "/api/retry", "{\"all\":true,\"gateway\":\"gw2\"}", 400));
        FakeCluster cluster = new FakeCluster();
        cluster.answers = false;
        admin.controls.inCluster = Optional.of(cluster);
        check(new Call("GET", "/api/cluster/orders", "", 503));
        check(new Call("GET", "/api/cluster/copies", "", 503));
        check(new Call("GET", "/api/cluster/whereabouts?instance=1.2.3.4", "", 503));
        check(new Call("POST", "/api/retry", "{\"all\":true}", 200));
    }

    @Test
    void a_closed_gateway_and_the_data_of_live_events_are_as_described() throws Exception {
        admin.controls.closedBecause = Optional.of("no room");
        admin.controls.broken = Optional.of(new RulesView.Broken(FakeControls.NOW, List.of("routing.conf:1: bad")));
        check(new Call("GET", "/health/ready", "", 503));
        check(new Call("GET", "/api/status"));
        Map<String, JsonNode> events = new TreeMap<>();
        String first = ask(new Call("GET", "/api/events")).body();
        events.put(
                "Live",
                JsonMapper.shared().readTree(first.lines().toList().get(1).substring("data: ".length())));
        assertThat(problems(
                        "{\"$ref\":\"#/components/schemas/Live\"}",
                        events.get("Live").toString()))
                .isEmpty();
    }

    @Test
    void an_answer_that_is_not_as_described_is_noticed() {
        assertThat(problems("{\"$ref\":\"#/components/schemas/Count\"}", "{\"count\":\"1\"}"))
                .isNotEmpty();
        assertThat(problems("{\"$ref\":\"#/components/schemas/Count\"}", "{}")).isNotEmpty();
        assertThat(problems("{\"$ref\":\"#/components/schemas/Count\"}", "{\"count\":1,\"more\":1}"))
                .isNotEmpty();
    }

    private void check(Call call) throws Exception {
        HttpResponse<String> answer = ask(call);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(call.status);
        JsonNode operation = description.get("paths").get(template(call)).get(call.method.toLowerCase(Locale.ROOT));
        JsonNode response = operation.get("responses").get(Integer.toString(call.status));
        assertThat(response).as("the description of status %s", call.status).isNotNull();
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        JsonNode content = response.get("content").get(type);
        assertThat(content).as("the description of %s", type).isNotNull();
        if (type.equals("application/json")) {
            assertThat(problems(content.get("schema").toString(), answer.body()))
                    .isEmpty();
        }
        if (!call.body.isEmpty() && call.status == 200) {
            String body = operation
                    .at("/requestBody/content/application~1json/schema")
                    .toString();
            assertThat(problems(body, call.body)).isEmpty();
        }
        for (String pair : Optional.ofNullable(URI.create(call.path).getQuery()).stream()
                .flatMap(query -> Stream.of(query.split("&")))
                .toList()) {
            assertThat(operation.get("parameters").findValuesAsString("name")).contains(pair.replaceAll("=.*", ""));
        }
    }

    private List<String> problems(String schema, String value) {
        ObjectNode whole =
                (ObjectNode) JsonMapper.shared().readTree(schema.replace("#/components/schemas/", "#/$defs/"));
        whole.set(
                "$defs",
                JsonMapper.shared()
                        .readTree(description
                                .at("/components/schemas")
                                .toString()
                                .replace("#/components/schemas/", "#/$defs/")));
        Schema made = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole);
        List<String> problems = new ArrayList<>();
        made.validate(value, InputFormat.JSON).forEach(error -> problems.add(error.toString()));
        return problems;
    }

    private static String template(Call call) {
        return call.path
                .replaceAll("\\?.*", "")
                .replaceAll("/api/instances/[^/]+", "/api/instances/{id}")
                .replaceAll("/api/cluster/rules/[^/]+", "/api/cluster/rules/{version}")
                .replaceAll("/api/verify/[^/]+", "/api/verify/{number}")
                .replaceAll("/api/set-aside/[^/]+/", "/api/set-aside/{number}/")
                .replaceAll("/api/destinations/[^/]+/", "/api/destinations/{name}/");
    }

    /** Of a stream that does not end, its beginning. */
    private HttpResponse<String> ask(Call call) throws IOException, InterruptedException {
        HttpRequest.Builder request = admin.request(call.path);
        if (call.method.equals("POST")) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(call.body));
        }
        if (!call.path.equals("/api/events")) {
            return admin.send(request, BodyHandlers.ofString());
        }
        HttpResponse<Stream<String>> answer = admin.send(request, BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
            return new Beginning(answer, String.join("\n", lines.limit(2).toList()));
        }
    }

    /** An answer of which only the beginning was read. */
    private record Beginning(HttpResponse<Stream<String>> of, String body) implements HttpResponse<String> {

        @Override
        public int statusCode() {
            return of.statusCode();
        }

        @Override
        public HttpRequest request() {
            return of.request();
        }

        @Override
        public Optional<HttpResponse<String>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public java.net.http.HttpHeaders headers() {
            return of.headers();
        }

        @Override
        public Optional<javax.net.ssl.SSLSession> sslSession() {
            return of.sslSession();
        }

        @Override
        public URI uri() {
            return of.uri();
        }

        @Override
        public HttpClient.Version version() {
            return of.version();
        }
    }
}
