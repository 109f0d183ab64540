package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The terms on which a destination gets something: hours, rates, who goes first, who is next, and what it says itself.
 */
class RouteTermsIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int SIZE = 4 * 1024;
    /** A log line is written a moment after the answer it tells of. */
    private static final Duration LOGGED_LATER = Duration.ofMillis(500);

    @TempDir
    private Path directory;

    private TestFiles files;

    @BeforeEach
    void prepare() {
        files = new TestFiles(directory.resolve("files"), 12);
    }

    @Test
    void what_arrives_out_of_hours_waits_for_the_minute_at_which_its_destination_or_route_opens() {
        try (StoreScp day = StoreScp.start(directory, "DAY");
                StoreScp night = StoreScp.start(directory, "NIGHT");
                StoreScp late = StoreScp.start(directory, "LATE");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            Instant opening = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(9);
            String hours = "schedule " + daysFrom(opening);
            gateway.routing(GatewayProcess.destinations(day.peer(), night.peer(), late.peer())
                                    .replace("ae-title = NIGHT", hours + ", ae-title = NIGHT")
                            + """
                            routes = [
                              { name = always, to = [day, night] }
                              { name = evening, to = late, %s }
                            ]
                            """.formatted(hours))
                    .start();
            send(gateway, MODALITY, files.study(1, 5, SIZE));
            await().atMost(LIMIT).until(() -> delivered(gateway, "day").size() == 5);
            assertThat(Instant.now())
                    .as("the first five came before the opening")
                    .isBefore(opening);

            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(delivered(gateway, "night")).hasSize(5);
                assertThat(delivered(gateway, "late")).hasSize(5);
            });
            assertThat(Stream.of(night, late))
                    .allSatisfy(server -> assertThat(server.files()).hasSize(5));
            for (String closed : List.of("night", "late")) {
                assertThat(delivered(gateway, closed).get(0).time())
                        .as(closed)
                        .isBetween(opening, opening.plusSeconds(5));
            }
        }
    }

    /** Open for twelve hours from this second on: the zone's offset makes a full minute of it. */
    private static String daysFrom(Instant opening) {
        ZoneOffset zone = ZoneOffset.ofTotalSeconds((int) (60 - opening.getEpochSecond() % 60) % 60);
        OffsetDateTime begin = opening.atOffset(zone);
        assertThat(begin.getSecond()).isZero();
        return "{ zone = \"%s\", windows = [ { days = daily, from = \"%tR\", to = \"%tR\" } ] }"
                .formatted(zone, begin, begin.plusHours(12));
    }

    @Test
    void a_destination_gets_no_more_than_its_rate_and_the_other_one_does_not_wait_for_it() {
        int rate = 5;
        int instances = 25;
        try (StoreScp slow = StoreScp.start(directory, "SLOW");
                StoreScp free = StoreScp.start(directory, "FREE");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(limited(slow.peer(), rate, free.peer())
                                + "routes = [ { name = all, to = [slow, free] } ]")
                        .start()) {
            send(gateway, MODALITY, files.study(1, instances, SIZE));
            await().atMost(LIMIT).until(() -> delivered(gateway, "slow").size() == instances);

            List<Delivery> slowly = delivered(gateway, "slow");
            for (Delivery first : slowly) {
                Instant end = first.time().plusSeconds(1);
                assertThat(slowly.stream()
                                .filter(each -> !each.time().isBefore(first.time()))
                                .filter(each -> each.time().isBefore(end.minus(LOGGED_LATER)))
                                .count())
                        .as("half a second after %s: a second's worth saved up, and what half a second brings", first)
                        .isLessThanOrEqualTo(rate + rate);
            }
            Duration took = Duration.between(
                    slowly.get(0).time(), slowly.get(instances - 1).time());
            assertThat(took).isGreaterThan(Duration.ofMillis(1000L * (instances - rate) / rate - 500));
            Instant freeDone = delivered(gateway, "free").get(instances - 1).time();
            assertThat(freeDone).isBefore(slowly.get(instances - 1).time());
        }
    }

    @Test
    void what_is_urgent_overtakes_a_backlog_that_still_moves() {
        try (StoreScp server = StoreScp.start(directory, "SERVER");
                StoreScp other = StoreScp.start(directory, "OTHER");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(limited(server.peer(), 30, other.peer())
                                        .replace("max-rate", "max-batch = 10, max-associations = 1, max-rate")
                                + """
                                routes = [
                                  { name = emergency, match { calling-ae = "ER*" }, to = server, priority = 100 }
                                  { name = routine, fallback = true, to = server }
                                ]
                                """)
                        .start()) {
            send(gateway, MODALITY, files.study(1, 200, SIZE));
            int before = delivered(gateway, "server").size();
            send(gateway, AeTitle.of("ER1"), files.study(1, 30, SIZE));
            await().atMost(LIMIT).until(() -> delivered(gateway, "server").size() == 230);

            List<String> routes =
                    delivered(gateway, "server").stream().map(Delivery::route).toList();
            int first = routes.indexOf("emergency");
            int last = routes.lastIndexOf("emergency");
            System.out.printf("RouteTermsIT: urgent ones are %d to %d of 230, sent after %d%n", first, last, before);
            assertThat(first - before).as("the first waited for little").isLessThan(30);
            assertThat(last - first).as("and so did the last").isLessThan(2 * 30);
            assertThat(routes.subList(first, last))
                    .as("the backlog still moved")
                    .contains("routine");
            assertThat(routes.subList(last, 230)).as("and was overtaken").contains("routine");
        }
    }

    @Test
    void what_a_server_refuses_goes_to_the_next_or_is_parked_as_its_route_says() {
        Map<String, ?> picky = Map.of(
                "UnknownSopClassAccepted",
                false,
                "AcceptedTransferSyntaxes",
                List.of("1.2.840.10008.1.2.1"),
                "MaximumPatientCount",
                1,
                "MaximumStorageMode",
                "Reject");
        try (OrthancServer first = OrthancServer.start(directory, "ORTHANC1", picky);
                OrthancServer second =
                        OrthancServer.start(directory, "ORTHANC2", Map.of("UnknownSopClassAccepted", true));
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(GatewayProcess.destinations(first.peer(), second.peer())
                                        .replace("max-attempts = 5", "max-attempts = 2")
                                + """
                                route-defaults { strategy = failover, affinity = none }
                                routes = [
                                  { name = mine, match { calling-ae = PARKER }, when-refused = park, to = [orthanc1, orthanc2] }
                                  { name = rest, fallback = true, to = [orthanc1, orthanc2] }
                                ]
                                """)
                        .start()) {
            List<TestFile> welcome = files.study(1, 3, SIZE);
            TestFile unknownClass =
                    files.study(1, 1, TestFiles.PRIVATE_CLASS, SIZE).get(0);
            TestFile otherSyntax = implicit(files.single(SIZE));
            TestFile oneTooMany = files.single(SIZE);
            List<TestFile> refused = List.of(unknownClass, otherSyntax, oneTooMany);
            send(gateway, MODALITY, welcome);
            await().atMost(LIMIT).until(() -> first.instances() == 3);
            send(gateway, MODALITY, refused);
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 6);
            assertThat(sops(delivered(gateway, "orthanc1"))).containsExactlyInAnyOrderElementsOf(sopsOf(welcome));
            assertThat(sops(delivered(gateway, "orthanc2"))).containsExactlyInAnyOrderElementsOf(sopsOf(refused));
            assertThat(first.instances()).isEqualTo(3);
            assertThat(second.instances()).isEqualTo(3);
            assertThat(gateway.count("passed-on")).isEqualTo(refused.size());
            assertThat(gateway.count("parked")).isZero();

            send(gateway, AeTitle.of("PARKER"), refused);
            await().atMost(LIMIT).until(() -> refusals(gateway, "mine").size() == refused.size());
            assertThat(refusals(gateway, "mine")).anyMatch(line -> line.contains("status=0xA700"));
            assertThat(status(gateway)).contains("\"parked\":3,");
            assertThat(delivered(gateway, "orthanc2")).hasSize(3);
        }
    }

    private static List<String> refusals(GatewayProcess gateway, String route) {
        return gateway.forwardLog().stream()
                .filter(line -> line.contains(" event=parked ") && line.contains(" route=" + route + " "))
                .toList();
    }

    private TestFile implicit(TestFile file) {
        Path converted = directory.resolve("files").resolve("implicit.dcm");
        Dcmtk.run("dcmconv", "+ti", file.path().toString(), converted.toString())
                .orFail();
        return new TestFile(
                converted, file.patientId(), file.study(), file.series(), file.sopClass(), file.sopInstance());
    }

    @Test
    void what_a_server_tells_of_itself_is_shown_and_its_silence_stops_no_delivery() throws IOException {
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                FaultProxy rest = FaultProxy.before(
                        new Peer(orthanc.peer().aeTitle(), orthanc.peer().host(), orthanc.httpPort()))) {
            try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                    .routing(GatewayProcess.destinations(orthanc.peer()).replace("ae-title", """
                                    rest { url = "http://127.0.0.1:%d", user = %s, password = %s, interval = 5 s }, ae-title""".formatted(
                                    rest.peer().port(), OrthancServer.LOGIN.user(), OrthancServer.LOGIN.password()))
                            + "routes = [ { name = all, to = orthanc1 } ]")
                    .start()) {
                send(gateway, MODALITY, files.study(1, 4, SIZE));
                await().atMost(LIMIT).until(() -> orthanc.instances() == 4);
                String version = orthanc.rest().system().version();
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofSeconds(1))
                        .untilAsserted(() -> assertThat(status(gateway))
                                .contains(
                                        "\"state\":\"up\"", "\"version\":\"" + version + "\"", "\"storedInstances\":4")
                                .doesNotContain("\"diskUsedBytes\":0,"));

                rest.goDown();
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofSeconds(1))
                        .untilAsserted(() -> assertThat(status(gateway))
                                .contains(
                                        "\"state\":\"degraded\"",
                                        "the check of its REST API failed",
                                        "\"usable\":true"));
                send(gateway, MODALITY, files.study(1, 4, SIZE));
                await().atMost(LIMIT).until(() -> gateway.count("delivered") == 8);
            }
            assertThat(orthanc.instances()).isEqualTo(8);
        }
    }

    private static String status(GatewayProcess gateway) {
        return gateway.ask("status", "--json").output().replaceAll("\\s*([:,])\\s*", "$1");
    }

    /** The first of them gets so many instances a second at most. */
    private static String limited(Peer slow, int rate, Peer... others) {
        Peer[] all = Stream.concat(Stream.of(slow), Arrays.stream(others)).toArray(Peer[]::new);
        return GatewayProcess.destinations(all)
                .replace(
                        "ae-title = " + slow.aeTitle(),
                        "max-rate { instances = " + rate + " }, ae-title = " + slow.aeTitle());
    }

    private static void send(GatewayProcess gateway, AeTitle calling, List<TestFile> files) {
        Dcmtk.storescu(
                        gateway.peer(),
                        calling,
                        files.stream().map(TestFile::path).toList())
                .orFail();
    }

    /** A line of the forward log. */
    private record Delivery(Instant time, String route, String sop) {

        static Delivery of(String line) {
            return new Delivery(
                    OffsetDateTime.parse(line.substring(0, line.indexOf(' '))).toInstant(),
                    value(line, "route"),
                    value(line, "sop"));
        }

        private static String value(String line, String key) {
            return line.replaceAll(".* " + key + "=(\\S+) .*", "$1");
        }
    }

    private static List<Delivery> delivered(GatewayProcess gateway, String destination) {
        return gateway.forwardLog().stream()
                .filter(line -> line.contains(" event=delivered "))
                .filter(line -> line.contains(" destination=" + destination + " "))
                .map(Delivery::of)
                .toList();
    }

    private static List<String> sops(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::sop).toList();
    }

    private static List<String> sopsOf(List<TestFile> files) {
        return files.stream().map(file -> file.sopInstance().value()).toList();
    }
}
