package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.AeTitle;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that was answered with success is lost. The gateway is killed (SIGKILL) at random moments while two
 * {@code storescu} are sending, and started again, over and over; in the end every instance that a sender saw answered
 * with 0x0000 is on every destination, byte for byte.
 *
 * <p>{@code -Dkill.rounds=200 -Dkill.seed=7} for more, and others.
 */
class KillIT {

    private static final int ROUNDS = Integer.getInteger("kill.rounds", 20);
    private static final long SEED = Long.getLong("kill.seed", 1);
    private static final int INSTANCES_PER_SENDER = 60;
    private static final Pattern SENDING = Pattern.compile("Sending file: (\\S+)");
    private static final Pattern ANSWERED = Pattern.compile("Received Store Response \\((.*)\\)");

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final Set<TestFile> answered = new HashSet<>();

    @Test
    void what_was_answered_with_success_arrives_everywhere_whenever_the_gateway_is_killed() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), SEED);
        try (OrthancServer first = OrthancServer.start(directory, "ORTHANC1");
                OrthancServer second = OrthancServer.start(directory, "ORTHANC2");
                GatewayProcess gateway =
                        new GatewayProcess(directory.resolve("gateway")).broadcastTo(first.peer(), second.peer())) {
            for (int round = 0; round < ROUNDS; round++) {
                gateway.start();
                sendAndKill(round, gateway, files);
            }
            gateway.start();
            assertThat(answered).as("instances answered with success").hasSizeGreaterThan(10 * ROUNDS);
            for (OrthancServer server : List.of(first, second)) {
                await().atMost(Duration.ofMinutes(3))
                        .pollInterval(Duration.ofMillis(200))
                        .untilAsserted(() -> assertThat(missing(server)).isEmpty());
                assertThat(damaged(server)).isEmpty();
            }
            report(gateway);
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    private void sendAndKill(int round, GatewayProcess gateway, TestFiles files) throws InterruptedException {
        List<TestFile> one = files.study(1, INSTANCES_PER_SENDER, 8 * 1024);
        List<TestFile> two = files.study(2, INSTANCES_PER_SENDER / 2, 128 * 1024);
        try (Child sender = send(round, "CT1", gateway, one);
                Child other = send(round, "CT2", gateway, two)) {
            int enough = random.nextInt(INSTANCES_PER_SENDER);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> answeredBy(sender, one).size()
                                    + answeredBy(other, two).size()
                            >= enough);
            TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
            gateway.kill();
            sender.await(Duration.ofSeconds(60));
            other.await(Duration.ofSeconds(60));
            answered.addAll(answeredBy(sender, one));
            answered.addAll(answeredBy(other, two));
        }
    }

    private Child send(int round, String name, GatewayProcess gateway, List<TestFile> files) {
        return Dcmtk.startStorescu(
                directory.resolve("storescu-" + name + "-" + round + ".log"),
                gateway.peer(),
                AeTitle.of(name),
                files.stream().map(TestFile::path).toList());
    }

    /** The files whose sending {@code storescu -v} reports as followed by a success. */
    private static List<TestFile> answeredBy(Child sender, List<TestFile> files) {
        Map<String, TestFile> byPath =
                files.stream().collect(Collectors.toMap(file -> file.path().toString(), Function.identity()));
        List<TestFile> answered = new ArrayList<>();
        TestFile current = null;
        for (String line : sender.output().lines().toList()) {
            Matcher sending = SENDING.matcher(line);
            Matcher response = ANSWERED.matcher(line);
            if (sending.find()) {
                current = byPath.get(sending.group(1));
            } else if (response.find() && response.group(1).contains("Success") && current != null) {
                answered.add(current);
                current = null;
            }
        }
        return answered;
    }

    private Set<OrthancId> missing(OrthancServer server) throws IOException {
        Set<OrthancId> missing = new HashSet<>();
        for (TestFile file : answered) {
            if (!server.rest().holds(idOf(file))) {
                missing.add(idOf(file));
            }
        }
        return missing;
    }

    private Set<Path> damaged(OrthancServer server) throws IOException {
        Set<Path> damaged = new HashSet<>();
        for (TestFile file : answered) {
            byte[] held = Part10.dataset(server.rest().file(idOf(file)));
            if (!Arrays.equals(held, Part10.dataset(file.path()))) {
                damaged.add(file.path());
            }
        }
        return damaged;
    }

    private static OrthancId idOf(TestFile file) {
        return OrthancId.ofInstance(file.patientId(), file.study(), file.series(), file.sopInstance());
    }

    private void report(GatewayProcess gateway) {
        Map<String, Long> deliveries = gateway.forwardLog().stream()
                .filter(line -> line.contains(" event=delivered "))
                .map(line -> line.replaceAll(".* (sop=\\S+) .* (destination=\\S+) .*", "$1 $2"))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        long twice = deliveries.values().stream().mapToLong(count -> count - 1).sum();
        System.out.printf(
                "KillIT: seed %d, %d kills, %d instances answered with success, %d deliveries logged, %d of them repeated%n",
                SEED,
                ROUNDS,
                answered.size(),
                deliveries.values().stream().mapToLong(n -> n).sum(),
                twice);
    }
}
