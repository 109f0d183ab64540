package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rules of a gateway are edited while it runs, and operators steer it by its commands. */
class ReloadIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Pattern VERSION = Pattern.compile(" rules=(\\d+) deliveries=(\\d+)");

    @TempDir
    private Path directory;

    private TestFiles files;
    private OrthancServer first;
    private OrthancServer second;
    private GatewayProcess gateway;

    @BeforeEach
    void start() {
        files = new TestFiles(directory.resolve("files"), 7);
        first = OrthancServer.start(directory, "ORTHANC1");
        second = OrthancServer.start(directory, "ORTHANC2");
        gateway = new GatewayProcess(directory.resolve("gateway"));
        route("orthanc1", first.peer(), second.peer());
        gateway.start();
    }

    @AfterEach
    void end() {
        gateway.close();
        first.close();
        second.close();
    }

    @Test
    void an_edit_takes_effect_while_instances_arrive_and_a_bad_one_changes_nothing_and_is_visible() {
        int instances = 600;
        List<Path> study = study(instances);
        Path log = directory.resolve("storescu.log");
        try (Child storescu = Dcmtk.startStorescu(log, gateway.peer(), MODALITY, study)) {
            await().atMost(SOON).until(() -> gateway.count("received") > 20);
            route("orthanc1, orthanc2", first.peer(), second.peer());
            await().atMost(SOON).until(() -> gateway.output().contains("routes changed: everything"));
            route("orthanc1, nowhere", first.peer(), second.peer());
            await().atMost(SOON).until(() -> gateway.output().contains("no destination is called 'nowhere'"));
            Dcmtk.Result status = gateway.ask("status");
            assertThat(status.exitCode()).isEqualTo(1);
            assertThat(status.output()).contains("BROKEN since", "problems: 1", "routing.conf:", "nowhere");
            assertThat(storescu.await(Duration.ofMinutes(2))).isZero();
        }
        assertThat(gateway.count("received")).isEqualTo(instances);
        List<MatchResult> plans = gateway.forwardLog().stream()
                .filter(line -> line.contains(" event=received "))
                .flatMap(line -> VERSION.matcher(line).results())
                .toList();
        assertThat(plans).hasSize(instances);
        Set<String> versions = plans.stream().map(plan -> plan.group(1)).collect(Collectors.toSet());
        assertThat(versions).as("the bad edit is no version").hasSizeBetween(1, 2);
        assertThat(plans.stream()
                        .map(plan -> plan.group(1) + " " + plan.group(2))
                        .distinct())
                .as("one version, one plan")
                .hasSameSizeAs(versions);
        long both = plans.stream().filter(plan -> plan.group(2).equals("2")).count();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(List.of(first.instances(), second.instances()))
                        .as(() -> gateway.ask("status").output())
                        .containsExactly((long) instances, both));

        route("orthanc2", first.peer(), second.peer());
        await().atMost(SOON).until(() -> status().at("/status/rules/broken").isNull());
        assertThat(gateway.ask("reload").orFail().output()).contains("nothing changed");
        gateway.signal("HUP");
        await().atMost(SOON).until(() -> gateway.output().contains("SIGHUP"));
        assertThat(gateway.isAlive()).isTrue();
        assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
    }

    @Test
    void what_waits_for_a_destination_that_vanished_is_held_until_it_is_back() {
        route("orthanc2", first.peer(), second.peer());
        await().atMost(SOON).until(() -> gateway.output().contains("routes changed: everything"));
        gateway.ask("pause", "orthanc2", "--reason", "new disk").orFail();
        Dcmtk.storescu(gateway.peer(), MODALITY, study(10)).orFail();
        gateway.kill();
        gateway.start();
        assertThat(gateway.ask("status").output()).containsPattern("orthanc2 +paused .*new disk");
        await().atMost(SOON).until(() -> books("orthanc2", "pending") == 10);

        route("orthanc1", first.peer());
        await().atMost(SOON).until(() -> books("orthanc2", "held") == 10);
        assertThat(gateway.ask("status").output()).containsPattern("orthanc2 +not in the rules");
        route("orthanc2", first.peer(), second.peer());
        await().atMost(SOON).until(() -> books("orthanc2", "pending") == 10);
        assertThat(second.instances()).as("it is still paused").isZero();
        gateway.ask("resume", "orthanc2").orFail();
        await().atMost(SOON).until(() -> second.instances() == 10);

        assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
    }

    @Test
    void what_a_destination_had_that_is_gone_for_good_is_rerouted_to_another() {
        route("orthanc2", first.peer(), second.peer());
        await().atMost(SOON).until(() -> gateway.output().contains("routes changed: everything"));
        second.kill();
        Dcmtk.storescu(gateway.peer(), MODALITY, study(10)).orFail();
        route("orthanc1", first.peer());
        await().atMost(SOON).until(() -> books("orthanc2", "held") == 10);
        assertThat(gateway.ask("reroute", "orthanc2", "orthanc1").orFail().output())
                .contains("10 deliveries");
        await().atMost(SOON).until(() -> first.instances() == 10);
        assertThat(books("orthanc2", "held")).isZero();
        assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
    }

    private List<Path> study(int instances) {
        return files.study(1, instances, 16 * 1024).stream().map(TestFile::path).toList();
    }

    private void route(String to, Peer... peers) {
        gateway.routing(GatewayProcess.destinations(peers) + "routes = [ { name = everything, to = [" + to + "] } ]\n");
    }

    private long books(String destination, String kind) {
        return status().at("/destinations")
                .valueStream()
                .filter(view -> view.at("/name").asString().equals(destination))
                .mapToLong(view -> view.at("/books/" + kind).asLong(-1))
                .sum();
    }

    private JsonNode status() {
        return JsonMapper.shared().readTree(gateway.ask("status", "--json").output());
    }
}
