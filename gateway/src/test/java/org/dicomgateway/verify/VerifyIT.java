package org.dicomgateway.verify;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.jvm.Debugger;
import org.dicomgateway.testkit.jvm.Debugger.Step;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real Orthanc servers lose, change and damage what they were given; the gateway notices, and heals it when told so. */
class VerifyIT {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String UNCHECKED = "level = none";
    private static final int SIZE = 40 * 1024;

    @TempDir
    private static Path servers;

    private static OrthancServer one;
    private static OrthancServer two;
    private static OrthancServer three;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startServers() {
        one = OrthancServer.start(servers, "ORTHANC1");
        two = OrthancServer.start(servers, "ORTHANC2");
        three = OrthancServer.start(servers, "ORTHANC3");
    }

    @AfterAll
    static void stopServers() {
        Stream.of(one, two, three).forEach(OrthancServer::close);
    }

    @BeforeEach
    void empty() {
        Stream.of(one, two, three).forEach(OrthancServer::empty);
    }

    private static void broadcast(GatewayProcess gateway, String verify, OrthancServer... servers) {
        gateway.routing("destination-defaults { probe-interval = 1 s, breaker { initial-pause = 200 ms } }\n"
                + "destinations {\n"
                + Stream.of(servers)
                        .map(server -> """
                                  %s { ae-title = %s, host = localhost, port = %d, verify { %s }
                                    rest { url = "http://127.0.0.1:%d", user = orthanc, password = orthanc } }
                                """.formatted(
                                        name(server),
                                        server.peer().aeTitle(),
                                        server.peer().port(),
                                        verify,
                                        server.httpPort()))
                        .collect(joining())
                + "}\nroutes = [ { name = everything, fallback = true, to = ["
                + Stream.of(servers).map(VerifyIT::name).collect(joining(", ")) + "] } ]\n");
    }

    private static String name(OrthancServer server) {
        return server.peer().aeTitle().value().toLowerCase(Locale.ROOT);
    }

    private static Dcmtk.Result verify(GatewayProcess gateway, String... arguments) {
        return gateway.ask("verify", arguments);
    }

    private static void assertIdentical(List<TestFile> files, OrthancServer... servers) {
        for (OrthancServer server : servers) {
            assertThat(Reconciliation.missing(server, files)).isEmpty();
            assertThat(Reconciliation.damaged(server, files)).isEmpty();
            assertThat(server.instances()).isEqualTo(files.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7 d", "0 s"})
    void two_of_three_lose_a_study_and_one_is_wiped_and_all_three_are_healed(String keep) throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 1);
        List<TestFile> first = made.study(2, 5, SIZE);
        List<TestFile> second = made.study(1, 4, SIZE);
        // In a file of its own in the spool.
        List<TestFile> large = made.study(1, 1, 6 << 20);
        List<TestFile> all =
                Stream.of(first, second, large).flatMap(List::stream).toList();
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                .configure("gateway.spool { segment-size = 17 MiB, keep.for = " + keep + " }")) {
            broadcast(gateway, UNCHECKED, one, two, three);
            gateway.start();
            gateway.deliver(all, 3);
            Dcmtk.Result sound = verify(gateway, "--all");
            assertThat(sound.exitCode()).as(sound.output()).isZero();

            one.delete(first.get(0).study());
            three.empty();
            if (keep.equals("0 s")) {
                // The log's present segment still has the bytes; after a restart it is recycled.
                gateway.terminate(LIMIT);
                gateway.start();
                await().atMost(LIMIT)
                        .until(() -> names(gateway, "log", ".seg") <= 1 && names(gateway, "large", "") == 0);
            }
            Dcmtk.Result found = verify(gateway, "--study", first.get(0).study().value());
            assertThat(found.exitCode()).isEqualTo(1);
            assertThat(found.output())
                    .containsPattern("orthanc1 +10 +0 +10 +0")
                    .containsPattern("orthanc2 +10 +10 +0 +0")
                    .containsPattern("orthanc3 +10 +0 +10 +0");
            assertThat(one.instances()).as("nothing is repaired unasked").isEqualTo(5);
            assertThat(gateway.ask("trace", first.get(0).study().value()).output())
                    .contains("10 missing");

            Dcmtk.Result healed = verify(gateway, "--all", "--repair");
            assertThat(healed.exitCode()).as(healed.output()).isZero();
            assertIdentical(all, one, two, three);
            assertThat(healed.output()).containsPattern("orthanc3 +15 +15 +0 +0 +0 +15 +15");
            assertThat(verify(gateway, "--all").exitCode()).isZero();
            assertThat(gateway.ask("trace", first.get(0).study().value()).exitCode())
                    .isZero();
            assertThat(names(gateway, "held", "")).isZero();

            // When the bytes are gone, another length can be another encoding; what another server has decides it.
            TestFile changed = second.get(0);
            store(two, made.variant(changed, SIZE + 4000));
            String[] ofItsStudy = {"--study", changed.study().value(), "--repair", "--overwrite"};
            Dcmtk.Result overwritten = verify(gateway, ofItsStudy);
            assertThat(overwritten.exitCode()).as(overwritten.output()).isZero();
            assertThat(overwritten.output()).containsPattern("orthanc2 +4 +4 +0 +0 +0 +1 +1");
            assertIdentical(all, one, two, three);
        }
    }

    @Test
    void what_a_server_keeps_of_old_content_is_found_and_told_and_overwritten_only_when_asked() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 2);
        TestFile sent = made.single(SIZE);
        TestFile other = made.variant(sent, SIZE + 4000);
        try (OrthancServer stubborn = OrthancServer.start(directory, "ORTHANC1", Map.of("OverwriteInstances", false));
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            broadcast(gateway, UNCHECKED, stubborn, two);
            gateway.start();
            store(stubborn, other);
            gateway.deliver(List.of(sent), 2);
            assertThat(Reconciliation.damaged(stubborn, List.of(sent)))
                    .as("it answered 0x0000, and kept the old content")
                    .containsExactly(sent);

            Dcmtk.Result found = verify(gateway, "--all", "--repair");
            assertThat(found.exitCode()).isEqualTo(1);
            assertThat(found.output())
                    .containsPattern("orthanc1 +1 +0 +0 +1 +0 +0 +0")
                    .containsPattern("orthanc2 +1 +1 +0 +0 +0 +0 +0")
                    .contains("bytes with the digest");
            Dcmtk.Result again = verify(gateway, "--all", "--repair", "--overwrite");
            assertThat(again.exitCode()).isEqualTo(1);
            assertThat(again.output())
                    .as("it answers 0x0000 again, and keeps the old content again")
                    .containsPattern("orthanc1 +1 +0 +0 +1 +0 +1 +0");

            store(two, other);
            assertThat(verify(gateway, "--destination", "orthanc2").exitCode()).isEqualTo(1);
            Dcmtk.Result healed = verify(gateway, "--destination", "orthanc2", "--repair", "--overwrite");
            assertThat(healed.exitCode()).as(healed.output()).isZero();
            assertThat(Reconciliation.damaged(two, List.of(sent))).isEmpty();

            // A corrected image: nobody should hold what it was before.
            TestFile corrected = made.variant(sent, SIZE + 8000);
            gateway.deliver(List.of(corrected), 2);
            Dcmtk.Result all = verify(gateway, "--destination", "orthanc2");
            assertThat(all.exitCode()).as(all.output()).isZero();
            assertThat(all.output()).containsPattern("orthanc2 +1 +1 +0 +0 +0 +0 +0");
        }
    }

    private static void store(OrthancServer server, TestFile file) {
        Dcmtk.storescu(server.peer(), OrthancServer.GATEWAY, List.of(file.path()))
                .orFail();
    }

    @Test
    void four_bytes_that_change_on_a_servers_disk_are_found_before_and_after_a_first_check() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 3);
        List<TestFile> study = made.study(1, 3, SIZE);
        OrthancServer server = one;
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            broadcast(gateway, UNCHECKED, server);
            gateway.start();
            gateway.deliver(study, 1);
            flipFourBytes(stored(server, study.get(0)));
            assertThat(verify(gateway, "--all").output()).containsPattern("orthanc1 +3 +2 +0 +1");
            flipFourBytes(stored(server, study.get(1)));
            Dcmtk.Result found = verify(gateway, "--all");
            assertThat(found.output()).containsPattern("orthanc1 +3 +1 +0 +2").contains("changed on the server's disk");
            assertThat(gateway.ask("trace", study.get(1).sopInstance().value()).output())
                    .contains("differing")
                    .contains("MD5");
            Dcmtk.Result healed = verify(gateway, "--all", "--repair", "--overwrite");
            assertThat(healed.exitCode()).as(healed.output()).isZero();
            assertIdentical(study, server);
        }
    }

    @Test
    void a_file_that_is_gone_from_a_servers_disk_is_found_and_stops_no_other_check() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 4);
        List<TestFile> study = made.study(1, 3, SIZE);
        OrthancServer server = one;
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            broadcast(gateway, UNCHECKED, server);
            gateway.start();
            gateway.deliver(study, 1);
            // What it has in memory it would answer with.
            server.stop();
            server.startAgain();
            Files.delete(stored(server, study.get(0)));
            Dcmtk.Result first = verify(gateway, "--all");
            assertThat(first.output())
                    .containsPattern("orthanc1 +3 +2 +0 +1")
                    .contains("the server cannot read its file");
            Files.delete(stored(server, study.get(1)));
            Dcmtk.Result later = verify(gateway, "--all");
            assertThat(later.output()).containsPattern("orthanc1 +3 +1 +0 +2");
            Dcmtk.Result healed = verify(gateway, "--all", "--repair", "--overwrite");
            assertThat(healed.exitCode()).as(healed.output()).isZero();
            assertIdentical(study, server);
        }
    }

    private static Path stored(OrthancServer server, TestFile file) throws IOException {
        byte[] dataset = Part10.dataset(file.path());
        try (Stream<Path> files = Files.walk(server.storage())) {
            return files.filter(Files::isRegularFile)
                    .filter(each -> endsWith(each, dataset))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean endsWith(Path file, byte[] end) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return bytes.length > end.length
                    && Arrays.equals(bytes, bytes.length - end.length, bytes.length, end, 0, end.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flipFourBytes(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            long at = open.length() - 1000;
            open.seek(at);
            int before = open.readInt();
            open.seek(at);
            open.writeInt(~before);
        }
    }

    @Test
    void a_copy_whose_sequences_the_server_encodes_otherwise_is_verified_and_a_changed_one_is_not() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 4);
        List<TestFile> files = Stream.of("+te", "+ti", "+tb").map(made::nested).toList();
        OrthancServer server = one;
        for (TestFile file : files) {
            server.empty();
            Path home = directory.resolve(file.path().getFileName() + ".d");
            try (GatewayProcess gateway = new GatewayProcess(home.resolve("gateway"))) {
                broadcast(gateway, UNCHECKED, server);
                gateway.start();
                gateway.deliver(List.of(file), 1);
                assertThat(Reconciliation.damaged(server, List.of(file)))
                        .as("Orthanc writes it its own way")
                        .containsExactly(file);
                Dcmtk.Result first = verify(gateway, "--all");
                assertThat(first.exitCode()).as(first.output()).isZero();
                assertThat(gateway.ask("trace", "1.2.3.4.5").output()).contains("element by element");
                assertThat(verify(gateway, "--all").exitCode()).isZero();
                assertThat(gateway.ask("trace", "1.2.3.4.5").output()).contains("MD5 of the file");
            }
        }
    }

    @Test
    void a_repair_from_a_server_that_encodes_otherwise_changes_nothing_for_the_other_copies() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 8);
        TestFile file = made.nested("+te");
        OrthancServer exact = three;
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            broadcast(gateway, UNCHECKED, one, two, exact);
            gateway.start();
            gateway.deliver(List.of(file), 3);
            exact.empty();
            exact.upload(file.path());
            assertThat(Reconciliation.damaged(exact, List.of(file)))
                    .as("it is there as it was sent")
                    .isEmpty();
            Dcmtk.Result first = verify(gateway, "--all");
            assertThat(first.exitCode()).as(first.output()).isZero();

            gateway.terminate(LIMIT);
            gateway.configure("gateway.spool { segment-size = 17 MiB, keep.for = 0 s }")
                    .start();
            await().atMost(LIMIT).until(() -> names(gateway, "log", ".seg") <= 1);
            two.empty();
            Dcmtk.Result healed = verify(gateway, "--all", "--repair");
            assertThat(healed.exitCode()).as(healed.output()).isZero();
            assertThat(healed.output()).containsPattern("orthanc2 +1 +1 +0 +0 +0 +1 +1");
            assertThat(gateway.ask("trace", "1.2.3.4.5").output())
                    .contains("taken from orthanc1, encoded as that server does")
                    .contains("with what another server has");

            exact.empty();
            exact.upload(file.path());
            Dcmtk.Result again = verify(gateway, "--all");
            assertThat(again.exitCode())
                    .as("the bytes that were sent are still what was sent: " + again.output())
                    .isZero();
        }
    }

    @Test
    void deliveries_are_checked_by_themselves_and_what_is_wrong_is_a_metric_and_a_warning() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 5);
        List<TestFile> study = made.study(1, 4, SIZE);
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            broadcast(gateway, "level = content, within = 6 s, again = 1 m", one, two);
            gateway.start();
            gateway.deliver(study, 2);
            one.delete(study.get(0).study());
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(metrics(gateway))
                            .contains("gateway_copies{destination=\"orthanc1\",state=\"missing\"} 4.0")
                            .contains("gateway_copies{destination=\"orthanc2\",state=\"verified\"} 4.0"));
            assertThat(gateway.output()).contains("is missing at orthanc1");

            // A server that does not answer is no reason to say that it lost something.
            two.kill();
            Dcmtk.Result unreachable = verify(gateway, "--all");
            assertThat(unreachable.exitCode()).isEqualTo(1);
            assertThat(unreachable.output()).contains("no answer from");
            assertThat(metrics(gateway)).contains("gateway_copies{destination=\"orthanc2\",state=\"verified\"} 4.0");
        } finally {
            startAgain(two);
        }
    }

    /** For the next test, whatever this one has come to. */
    private static void startAgain(OrthancServer server) {
        server.kill();
        server.startAgain();
    }

    private static String metrics(GatewayProcess gateway) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(gateway.admin("/metrics"))
                                .timeout(LIMIT)
                                .build(),
                        BodyHandlers.ofString(StandardCharsets.UTF_8))
                .body();
    }

    @Test
    void what_no_rule_sent_there_is_listed_and_left_alone() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 6);
        List<TestFile> study = made.study(1, 2, SIZE);
        OrthancServer server = one;
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            broadcast(gateway, UNCHECKED, server);
            gateway.start();
            store(server, study.get(1));
            gateway.deliver(study.subList(0, 1), 1);
            Dcmtk.Result found = verify(gateway, "--study", study.get(0).study().value(), "--repair", "--overwrite");
            assertThat(found.exitCode()).as(found.output()).isZero();
            assertThat(found.output())
                    .containsPattern("foreign +orthanc1 .*" + study.get(1).sopInstance())
                    .contains("no rule sent it there");
            assertThat(server.instances()).isEqualTo(2);
        }
    }

    @Test
    void a_kill_in_the_middle_of_a_repair_leaves_nothing_that_the_next_one_does_not_heal() throws Exception {
        TestFiles made = new TestFiles(directory.resolve("files"), 7);
        List<TestFile> study = made.study(1, 6, SIZE);
        List<Step> steps = Stream.of(
                        // The copy is read from the other server.
                        List.of("spool.dispatch.SpoolCopies", "write"),
                        // The file has its name, and is not synced.
                        List.of("spool.log.InstanceFiles", "syncMoved"),
                        // It is durable, and the ledger does not know it.
                        List.of("spool.sqlite.Repeats", "sendAgain"),
                        // The delivery is pending, and is being made.
                        List.of("dicom.requestor.RequestedAssociation", "next"),
                        // It is delivered, and is checked again.
                        List.of("verify.VerifyJob", "foundAgain"))
                .map(step -> new Step("org.dicomgateway." + step.get(0), step.get(1), true, 1))
                .toList();
        try (GatewayProcess gateway =
                new GatewayProcess(directory.resolve("gateway")).configure("gateway.spool.keep.for = 0 s")) {
            broadcast(gateway, UNCHECKED, one, two);
            gateway.start();
            gateway.deliver(study, 2);
            gateway.terminate(LIMIT);
            for (Step step : steps) {
                one.empty();
                int port = FreePorts.next();
                gateway.begin(Debugger.option(port));
                try (Debugger debugger = Debugger.attach(port, step)) {
                    gateway.awaitReady();
                    await().atMost(LIMIT).until(() -> names(gateway, "log", ".seg") <= 1);
                    Thread asking = new Thread(() -> verify(gateway, "--all", "--repair"), "asking");
                    asking.start();
                    assertThat(debugger.await(Duration.ofSeconds(40)))
                            .as(step.toString())
                            .isTrue();
                    gateway.kill();
                    asking.join();
                }
                gateway.start();
                Dcmtk.Result healed = verify(gateway, "--all", "--repair");
                await().atMost(LIMIT).until(() -> one.instances() == study.size());
                assertThat(verify(gateway, "--all").exitCode())
                        .as(healed.output())
                        .isZero();
                assertIdentical(study, one, two);
                await().atMost(LIMIT).until(() -> names(gateway, "held", "") == 0);
                assertThat(gateway.output())
                        .doesNotContain("BOOKS DO NOT BALANCE")
                        .doesNotContain("contradicts itself");
                assertThat(gateway.terminate(LIMIT)).isZero();
            }
        }
    }

    private static long names(GatewayProcess gateway, String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(gateway.home().resolve("var/spool/" + folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }
}
