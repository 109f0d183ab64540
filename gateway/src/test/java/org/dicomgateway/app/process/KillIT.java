package org.dicomgateway.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.Sender;
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

    private static final int ROUNDS = Integer.getInteger("kill.rounds", 5);
    private static final long SEED = Long.getLong("kill.seed", 1);
    private static final int INSTANCES_PER_SENDER = 60;

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
                        .untilAsserted(() -> assertThat(Reconciliation.missing(server, answered))
                                .isEmpty());
                assertThat(Reconciliation.damaged(server, answered)).isEmpty();
            }
            report(gateway);
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    private void sendAndKill(int round, GatewayProcess gateway, TestFiles files) throws InterruptedException {
        List<TestFile> one = files.study(1, INSTANCES_PER_SENDER, 8 * 1024);
        List<TestFile> two = files.study(2, INSTANCES_PER_SENDER / 2, 128 * 1024);
        try (Sender sender = send(round, "CT1", gateway, one);
                Sender other = send(round, "CT2", gateway, two)) {
            int enough = random.nextInt(INSTANCES_PER_SENDER);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> sender.answered().size() + other.answered().size() >= enough);
            TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
            gateway.kill();
            sender.await(Duration.ofSeconds(60));
            other.await(Duration.ofSeconds(60));
            answered.addAll(sender.answered());
            answered.addAll(other.answered());
        }
    }

    private Sender send(int round, String name, GatewayProcess gateway, List<TestFile> files) {
        return Sender.start(directory.resolve("storescu-" + name + "-" + round + ".log"), gateway.peer(), name, files);
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
