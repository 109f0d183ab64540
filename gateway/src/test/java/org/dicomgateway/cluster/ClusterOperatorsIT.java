package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Browser;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operators ask one gateway, and get an answer for the cluster: two gateways as processes, over a real PostgreSQL with a
 * synchronous standby, in front of a real Orthanc that keeps one patient and refuses others.
 */
class ClusterOperatorsIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What a browser waits for an answer. */
    private static final Duration PAGE = Duration.ofSeconds(15);

    /** As long as a loaded machine may need for an answer from memory. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static final AeTitle SENDER = AeTitle.of("CT1");
    private static final int INSTANCE_BYTES = 4 * 1024;

    @TempDir
    private static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;
    private static OrthancServer small;
    private static Modality modality;
    private static GatewayProcess gw1;
    private static GatewayProcess gw2;
    private static TestFiles files;

    @BeforeAll
    static void start() {
        CompletableFuture<OrthancServer> orthanc = CompletableFuture.supplyAsync(
                () -> OrthancServer.start(directory, "SMALL", Map.of("MaximumPatientCount", 1)));
        primary = PostgresServer.start(directory);
        standby = primary.startStandby(directory);
        small = orthanc.join();
        modality = Modality.start(SENDER.value());
        gw1 = gateway("gw1").begin();
        gw2 = gateway("gw2").begin();
        gw1.awaitReady();
        gw2.awaitReady();
        files = new TestFiles(directory.resolve("files"), 7);
    }

    @AfterAll
    static void stop() {
        gw2.close();
        gw1.close();
        modality.close();
        small.close();
        standby.close();
        primary.close();
    }

    private static GatewayProcess gateway(String node) {
        return new GatewayProcess(directory.resolve(node))
                .configure("""
                gateway.cluster {
                  node = %s
                  lease = 3 s
                  postgresql.url = "postgresql://127.0.0.1:%d/gateway"
                }
                gateway.audit.enabled = true
                gateway.senders.CT1 { host = 127.0.0.1, port = %d }
                gateway.commitment { answer-when = verified, deadline = 20 s, unknown-after = 2 s }
                """.formatted(node, primary.port(), modality.peer().port()))
                .routing("""
                destination-defaults {
                  retry { initial-delay = 200 ms, max-delay = 1 s, max-attempts = 1 }
                  breaker { initial-pause = 200 ms, max-pause = 1 s }
                  probe-interval = 1 s
                }
                destinations.small {
                  ae-title = SMALL, host = "127.0.0.1", port = %d
                  rest { url = "http://127.0.0.1:%d", user = %s, password = %s }
                }
                routes = [ { name = everything, fallback = true, to = [small] } ]
                """.formatted(
                                small.peer().port(),
                                small.httpPort(),
                                OrthancServer.LOGIN.user(),
                                OrthancServer.LOGIN.password()));
    }

    /** Sends one study. */
    private static List<TestFile> send(GatewayProcess to, int instances) {
        List<TestFile> study = files.study(1, instances, INSTANCE_BYTES);
        Dcmtk.storescu(to.peer(), SENDER, study.stream().map(TestFile::path).toList())
                .orFail();
        return study;
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).untilAsserted(assertion);
    }

    /** A study that the server takes, so that it refuses the next one: that is parked by a gateway. */
    private static TestFile parked(GatewayProcess at) {
        small.empty();
        send(at, 1);
        eventually(() -> assertThat(small.instances()).isEqualTo(1));
        TestFile refused = send(at, 1).get(0);
        eventually(() -> assertThat(gw1.ask("parked").output())
                .contains(refused.sopInstance().value()));
        return refused;
    }

    private static String deliveryIn(String parked, TestFile file) {
        return parked.lines()
                .filter(line -> line.contains(file.sopInstance().value()))
                .map(line -> line.strip().split("\\s+", 3)[1])
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_another_gateway_has_is_found_counted_and_tried_again_from_this_one() throws IOException {
        TestFile refused = parked(gw2);

        Dcmtk.Result trace = gw1.ask("trace", refused.study().value());
        assertThat(trace.exitCode()).isEqualTo(1);
        assertThat(trace.output())
                .contains("gateway gw1: nothing is known of " + refused.study())
                .contains("study " + refused.study() + " at other gateways of the cluster:")
                .containsPattern("gw2 +small +1 +parked +\\d.* 0xA700")
                .containsPattern("gw2 has 1 instance, 1 unfinished; received ");
        assertThat(gw1.ask("trace", refused.sopInstance().value()).output())
                .containsPattern(refused.sopInstance() + " +gw2 +\\d+ +small +parked ");
        Dcmtk.Result unknown = gw1.ask("trace", refused.accession());
        assertThat(unknown.exitCode()).isEqualTo(4);
        assertThat(unknown.output())
                .contains("knows Study and SOP Instance UIDs, not patients, accession numbers or series: ask gw2");

        Dcmtk.Result list = gw1.ask("parked");
        assertThat(list.exitCode()).isEqualTo(1);
        assertThat(list.output()).containsPattern("gw2 +\\d+ +\\S+.* small .*0xA700");
        eventually(() -> assertThat(gw1.ask("status").output())
                .contains("parked: 1 delivery waits for your decision at gateway gw2")
                .containsPattern("destination .* all pending +all held +all parked")
                .containsPattern("small +up .* 0 +0 +1\\s*\n"));
        assertThat(primary.number("SELECT count(*) FROM copy WHERE reason LIKE '%0xA700%'"))
                .isEqualTo(1);

        small.empty();
        String delivery = deliveryIn(list.output(), refused);
        Dcmtk.Result retry = gw1.ask("retry", "--delivery", delivery, "--gateway", "gw2");
        assertThat(retry.orFail().output())
                .contains("1 delivery is tried again")
                .containsPattern("gw2 +1 delivery is tried again");
        eventually(() -> assertThat(small.instances()).isEqualTo(1));
        eventually(() ->
                assertThat(gw1.ask("trace", refused.study().value()).exitCode()).isZero());
        assertThat(gw2.output()).contains("operator at gw1: 1 parked deliveries are tried again");
        eventually(() -> assertThat(Files.readString(gw2.home().resolve("var/audit/audit-1.xml")))
                .contains("/api/retry"));
        assertThat(gw1.ask("retry", "--all").orFail().output())
                .contains("no such delivery is parked: nothing is tried again")
                .containsPattern("gw1 +nothing of it is parked")
                .containsPattern("gw2 +nothing of it is parked");
    }

    @Test
    void a_destination_is_paused_and_resumed_on_all_gateways_also_on_those_that_come_back_or_join() throws IOException {
        assertThat(gw1.ask("pause", "small", "--reason", "new disk").orFail().output())
                .contains("destination small is paused")
                .containsPattern("gw1 +paused")
                .containsPattern("gw2 +paused");
        assertThat(gw2.ask("status").output()).contains("small: PAUSED since").contains("new disk");
        gw2.ask("resume", "small").orFail();
        assertThat(gw1.ask("status").output()).doesNotContain("PAUSED");

        gw2.terminate(LIMIT);
        assertThat(gw1.ask("pause", "small", "--reason", "new disk").orFail().output())
                .containsPattern("gw1 +paused")
                .containsPattern("gw2 +is not at work; it does it when it comes back, before it sends anything");
        try (GatewayProcess gw3 = gateway("gw3")) {
            gw3.begin();
            gw2.start();
            gw3.awaitReady();
            for (GatewayProcess each : List.of(gw2, gw3)) {
                assertThat(each.ask("status").output())
                        .contains("small: PAUSED since")
                        .contains("new disk");
            }
            assertThat(gw3.ask("resume", "small", "--gateway", "gw1").orFail().output())
                    .contains("resumed");
            assertThat(gw1.ask("status").output()).doesNotContain("PAUSED");
            assertThat(gw2.ask("status").output()).contains("PAUSED");
            assertThat(gw3.terminate(LIMIT)).isZero();
        }
        // gw3 has left, and learns it when it comes back.
        assertThat(gw1.ask("resume", "small").orFail().output())
                .containsPattern("gw1 +was not paused")
                .containsPattern("gw2 +resumed")
                .containsPattern("gw3 +is not at work; it does it when it comes back");
        assertThat(gw2.ask("status").output()).doesNotContain("PAUSED");
    }

    @Test
    void a_gateway_that_dies_over_an_order_is_named_and_what_it_had_parked_is_found_where_it_went()
            throws IOException, InterruptedException {
        TestFile refused = parked(gw2);
        gw2.signal("STOP");
        CompletableFuture<Dcmtk.Result> ordered = CompletableFuture.supplyAsync(
                () -> gw1.ask("retry", "--study", refused.study().value()));
        await().atMost(LIMIT)
                .until(() -> primary.number("SELECT count(*) FROM operator_answer a JOIN operator_order o "
                                + "ON o.id = a.operator_order WHERE answered_at IS NULL AND until IS NOT NULL")
                        == 1);
        gw2.kill();

        Dcmtk.Result retry = ordered.join();
        assertThat(retry.exitCode()).isEqualTo(1);
        assertThat(retry.output())
                .containsPattern("gw1 +nothing of it is parked")
                .containsPattern("gw2 +(has not answered yet|is not at work); it does it until \\d\\d:\\d\\d");
        primary.execute("UPDATE operator_order SET until = now() WHERE until IS NOT NULL");
        // It is taken over, tried again and parked, now here.
        eventually(() -> assertThat(gw1.ask("parked").output())
                .containsPattern("gw1 +\\d+ .*" + refused.sopInstance())
                .doesNotContainPattern("gw2 +\\d+ "));
        assertThat(gw1.ask("discard", "--study", refused.study().value(), "--reason", "test")
                        .output())
                .contains("1 delivery is discarded");
        int before = gw2.output().length();
        gw2.start();
        eventually(() -> assertThat(gw1.ask("parked").exitCode()).isZero());
        assertThat(gw2.output().substring(before))
                .as("it is too late for the order")
                .contains("ready: listening")
                .doesNotContain("tried again");
        assertThat(get("/api/cluster/orders")).contains("\"gateway\":\"gw2\",\"state\":\"expired\"");
    }

    private static String get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(gw1.admin(path)).timeout(PAGE).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void a_sender_gets_its_commitment_from_another_gateway_also_when_the_one_it_sent_to_is_gone() throws Exception {
        small.empty();
        List<TestFile> study = send(gw2, 2);
        eventually(() -> assertThat(small.instances()).isEqualTo(2));
        List<SopReference> references = study.stream()
                .map(file -> new SopReference(file.sopClass(), file.sopInstance()))
                .toList();
        List<String> uids = references.stream()
                .map(reference -> reference.sopInstance().value())
                .toList();
        int reports = modality.reports().size();

        assertThat(modality.request(gw1.peer(), "1.2.3.1", references)).isZero();
        eventually(() -> assertThat(gw1.ask("commitments").output()).contains("is delivered and unchecked at small"));
        gw2.ask("verify", "--study", study.get(0).study().value()).orFail();
        await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM copy WHERE found = 1") == 2);
        gw2.kill();
        await().atMost(LIMIT).until(() -> modality.reports().size() == reports + 1);
        assertThat(modality.reports().get(reports).event()).isEqualTo(1);
        assertThat(modality.reports().get(reports).committed()).containsExactlyInAnyOrderElementsOf(uids);

        gw2.start();
        small.empty();
        assertThat(gw2.ask("verify", "--study", study.get(0).study().value()).exitCode())
                .isEqualTo(1);
        await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM copy WHERE found = 2") == 2);
        assertThat(modality.request(
                        gw1.peer(),
                        "1.2.3.2",
                        List.of(
                                references.get(0),
                                new SopReference(references.get(0).sopClass(), Uid.of("1.2.3.4")))))
                .isZero();
        await().atMost(LIMIT).until(() -> modality.reports().size() == reports + 2);
        assertThat(modality.reports().get(reports + 1).failed())
                .containsEntry(uids.get(0), 0x0110)
                .containsEntry("1.2.3.4", 0x0112)
                .hasSize(2);
    }

    private static Path routing(GatewayProcess gateway) {
        return gateway.home().resolve("conf/routing.conf");
    }

    private static Dcmtk.Result publish(GatewayProcess at, String rules) throws IOException {
        Path file = directory.resolve("published.conf");
        Files.writeString(file, rules);
        return at.ask("rules", "publish", file.toString());
    }

    @Test
    void rules_are_published_to_all_gateways_or_to_none_and_rolled_back() throws IOException {
        String before = Files.readString(routing(gw1));
        String wider = before.replace("routes = [", "routes = [ { name = second, to = [small] },");
        eventually(() -> assertThat(gw1.ask("status").output()).doesNotContain("DIFFERENT"));

        assertThat(publish(gw1, wider).orFail().output())
                .contains("version 1 is published and in force")
                .containsPattern("gw1 +in force")
                .containsPattern("gw2 +in force");
        for (GatewayProcess each : List.of(gw1, gw2)) {
            assertThat(routing(each)).hasContent(wider);
            assertThat(each.home().resolve("conf/routing.conf.before")).hasContent(before);
            assertThat(each.output()).contains("routes added: second");
        }
        eventually(() ->
                assertThat(gw2.ask("rules").orFail().output()).containsPattern("1 .* gw1 +[0-9a-f]{8} +gw1, gw2"));

        Dcmtk.Result broken = publish(gw1, before.replace("[small]", "[smal]"));
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.output()).contains("nothing changed").containsPattern("gw1 +.*routing.conf.*smal");
        // What it names is at one gateway alone.
        Files.writeString(gw1.home().resolve("conf/extra.conf"), "");
        Dcmtk.Result half = publish(gw1, "include required(\"extra.conf\")\n" + before);
        assertThat(half.exitCode()).isEqualTo(1);
        assertThat(half.output())
                .contains("nothing changed")
                .containsPattern("gw1 +can use them")
                .containsPattern("gw2 +.*extra.conf");
        assertThat(routing(gw1)).hasContent(wider);

        gw2.terminate(LIMIT);
        assertThat(publish(gw1, before).orFail().output()).contains("version 2 is published and in force");
        gw2.start();
        assertThat(gw2.output()).contains("rules: version 2 that operator at gw1 published is in force");
        assertThat(routing(gw2)).hasContent(before);

        Files.writeString(routing(gw2), wider + "\n# edited here");
        eventually(() -> {
            assertThat(gw1.ask("status").output()).contains("the gateways work by DIFFERENT rules: gw");
            assertThat(gw1.ask("rules").exitCode()).isEqualTo(1);
        });
        assertThat(gw1.ask("rules", "rollback", "9").exitCode()).isEqualTo(2);
        assertThat(gw1.ask("rules", "show", "2").orFail().output()).contains(before.strip());
        assertThat(gw2.ask("rules", "rollback", "2").orFail().output()).contains("version 3 is published and in force");
        assertThat(routing(gw2)).hasContent(before);
        eventually(() -> assertThat(gw1.ask("rules").orFail().output())
                .containsPattern("3 \\(as 2\\) .* gw2 +[0-9a-f]{8} +gw1, gw2"));
        try (Stream<Path> files = Files.list(routing(gw1).getParent())) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains("proposed"));
        }
    }

    @Test
    void without_the_database_the_gateway_answers_for_itself_and_says_what_is_missing() {
        TestFile here = parked(gw1);
        primary.signal("STOP");
        try {
            // At once, while nobody knows yet that the database is away; and when everybody does.
            for (int i = 0; i < 2; i++) {
                long begin = System.nanoTime();
                Dcmtk.Result trace = gw1.ask("trace", here.study().value());
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(i == 0 ? PAGE : AT_ONCE);
                assertThat(trace.exitCode()).isEqualTo(1);
                assertThat(trace.output())
                        .contains("study " + here.study())
                        .contains("INCOMPLETE: the cluster's database does not answer")
                        .contains("what is at gw2")
                        .contains("is not known");
            }
            Dcmtk.Result list = gw1.ask("parked");
            assertThat(list.exitCode()).isEqualTo(1);
            assertThat(list.output())
                    .containsPattern("gw1 +\\d+ .*" + here.sopInstance())
                    .contains("INCOMPLETE: the cluster's database does not answer");
            Dcmtk.Result pause = gw1.ask("pause", "small");
            assertThat(pause.exitCode()).isEqualTo(1);
            assertThat(pause.output())
                    .containsPattern("gw1 +paused")
                    .contains("INCOMPLETE: the cluster's database does not answer; the other gateways were not asked");
            assertThat(gw1.ask("status").output()).contains("small: PAUSED since");
            assertThat(gw1.ask("resume", "small").output()).containsPattern("gw1 +resumed");
            small.empty();
            Dcmtk.Result retry = gw1.ask("retry", "--all");
            assertThat(retry.exitCode()).isEqualTo(1);
            assertThat(retry.output()).contains("1 delivery is tried again", "INCOMPLETE");
        } finally {
            primary.signal("CONT");
        }
        eventually(() -> assertThat(gw1.ask("parked").exitCode()).isZero());
        eventually(() -> assertThat(small.instances()).isEqualTo(1));
    }

    @Test
    void the_page_shows_the_cluster_and_retries_what_another_gateway_has_parked() {
        TestFile refused = parked(gw2);
        try (Browser browser = Browser.start(directory)) {
            browser.open(URI.create("http://127.0.0.1:" + gw1.adminPort() + "/"));
            eventually(() -> assertThat(browser.text("#connection")).isEqualTo("live"));
            eventually(() -> {
                assertThat(browser.text("#cluster-rows [data-node=gw1]")).contains("at work", "this one");
                assertThat(browser.text("#cluster-rows [data-node=gw2]")).contains("at work", "lease renewed", "1");
                assertThat(browser.text("#cluster-database"))
                        .contains("127.0.0.1:" + primary.port(), "a synchronous standby confirms");
            });
            eventually(() -> assertThat(browser.text("#stuck [data-gateway=gw2]"))
                    .contains("1 instance parked", "for small at gateway gw2", "0xA700"));
            browser.screenshot(Path.of("target", "dashboard", "cluster.png"));
            assertThat(browser.violations()).isEmpty();
            small.empty();
            browser.find("#stuck [data-gateway=gw2] [data-action=retry-study]").click();
            eventually(() -> {
                assertThat(browser.text("#toasts")).contains("1 delivery is tried again");
                assertThat(browser.text("#stuck")).contains("Nothing is parked or held");
            });
            eventually(() -> assertThat(small.instances()).isEqualTo(1));
            assertThat(refused.sopInstance().value()).isNotEmpty();
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
