package org.dicomgateway.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.PackagedLauncher;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.jvm.Debugger;
import org.dicomgateway.testkit.jvm.Debugger.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An Error in a thread that the gateway cannot do without, in the jar that ships, started with the options of the
 * systemd unit. A debugger throws it, so that it comes from nowhere in particular, as an OutOfMemoryError does.
 */
class ThreadDeathIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int DIED = 3;
    /** By then everything has started. */
    private static final Step ASKED = new Step("org.dicomgateway.admin.server.AdminApi", "ready", true, 1);

    @TempDir
    private Path directory;

    /** One that works, one that waits for a connection, one that is restarted with the rules, and the audit trail's. */
    @ParameterizedTest
    @ValueSource(strings = {"spool-committer", "dicom-accept", "lane-nobody-1", "audit"})
    void out_of_memory_in_a_thread_that_it_cannot_do_without_it_ends_at_once(String thread) throws Exception {
        int port = FreePorts.next();
        try (GatewayProcess gateway = asTheUnitStartsIt().begin(Debugger.option(port))) {
            try (Debugger debugger = Debugger.attach(port, ASKED)) {
                CompletableFuture<?> question = askWhenItListens(gateway);
                assertThat(debugger.await(LIMIT)).as(gateway.output()).isTrue();
                debugger.throwIn(thread, OutOfMemoryError.class);
                // One that waits for a connection notices when there is one.
                await().atMost(LIMIT).until(() -> !gateway.listens() && !gateway.isAlive());
                question.cancel(true);
            }
            assertThat(gateway.await(LIMIT)).as(gateway.output()).isEqualTo(DIED);
            assertThat(gateway.output()).contains("the thread " + thread).contains(" died, ");
        }
    }

    @Test
    void the_unit_has_a_full_heap_end_the_process_and_systemd_start_it_again() throws IOException {
        assertThat(options()).contains("-XX:+ExitOnOutOfMemoryError");
        assertThat(unit()).contains("Restart=on-failure", "StartLimitIntervalSec=0", "RestartPreventExitStatus=2");
    }

    private static CompletableFuture<?> askWhenItListens(GatewayProcess gateway) {
        await().atMost(LIMIT).until(() -> listens(gateway.adminPort()));
        HttpRequest request = HttpRequest.newBuilder(gateway.admin("/health/ready"))
                .timeout(LIMIT)
                .build();
        return HttpClient.newHttpClient().sendAsync(request, BodyHandlers.discarding());
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private GatewayProcess asTheUnitStartsIt() throws IOException {
        return new GatewayProcess(
                        directory.resolve("gateway"),
                        options().filter(option -> option.startsWith("-X")).toArray(String[]::new))
                .configure("gateway.audit { enabled = true, directory = \"" + directory.resolve("audit") + "\" }")
                .broadcastTo(new Peer(AeTitle.of("NOBODY"), "127.0.0.1", FreePorts.next()));
    }

    /** What Java is told by the command that the unit starts. */
    private Stream<String> options() throws IOException {
        return new PackagedLauncher(
                        Files.createTempDirectory(directory, "package").toRealPath())
                .javaIsToldBy(PackagedLauncher.argumentsOfTheUnit()).stream()
                        .takeWhile(option -> !option.equals("-jar"));
    }

    private static List<String> unit() throws IOException {
        return Files.readAllLines(ProjectRoot.path().resolve("deploy/systemd/dicom-gateway.service"));
    }
}
