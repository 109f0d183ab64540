package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;
import org.jspecify.annotations.Nullable;

/**
 * The gateway as operators run it: the shipped jar in a process of its own, with a home folder of its own. Can be killed
 * and started again on the same spool.
 */
public final class GatewayProcess implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final Path home;
    private final int port;
    private final List<String> jvmOptions;
    private @Nullable Process process;
    private int starts;

    /** With a home folder for configuration, spool and logs, a port for DICOM, and options for its JVM. */
    public GatewayProcess(Path home, int port, String... jvmOptions) {
        this.home = home;
        this.port = port;
        this.jvmOptions = List.of(jvmOptions);
        try {
            Files.createDirectories(home.resolve("conf"));
            Files.copy(projectRoot().resolve("conf/logback.xml"), home.resolve("conf/logback.xml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        configure("");
    }

    /** The project's root folder. */
    public static Path projectRoot() {
        return Path.of(System.getProperty("project.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** Sets what stands in {@code gateway.conf} beside the port. */
    public GatewayProcess configure(String more) {
        write("conf/gateway.conf", """
                gateway.listeners.dicom.port = %d
                gateway.spool.min-free-space = 10 MiB
                %s
                """.formatted(port, more));
        return this;
    }

    /** Sets {@code routing.conf}. */
    public GatewayProcess routing(String text) {
        write("conf/routing.conf", text);
        return this;
    }

    private void write(String file, String text) {
        try {
            Files.writeString(home.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until it accepts connections. */
    public GatewayProcess start() {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.add("-Dgateway.home=" + home);
        command.add("-Dlogback.configurationFile=" + home.resolve("conf/logback.xml"));
        command.add("-jar");
        command.add(System.getProperty(
                "gateway.jar",
                projectRoot().resolve("gateway/target/gateway.jar").toString()));
        command.add("run");
        command.add("--config");
        command.add(home.resolve("conf/gateway.conf").toString());
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        starts++;
        awaitPort();
        return this;
    }

    private void awaitPort() {
        try {
            Awaitility.await()
                    .atMost(START_TIMEOUT)
                    .pollInterval(Duration.ofMillis(20))
                    .failFast("the gateway ended", () -> !isAlive())
                    .until(this::listens);
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            throw new AssertionError("the gateway did not start (start " + starts + "):\n" + outputText(), e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** SIGKILL. */
    public void kill() {
        running().destroyForcibly();
        awaitEnd(Duration.ofSeconds(10));
    }

    /** SIGTERM; the exit code. */
    public int terminate(Duration timeout) {
        running().destroy();
        return awaitEnd(timeout);
    }

    private int awaitEnd(Duration timeout) {
        Process ending = running();
        try {
            if (!ending.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                ending.destroyForcibly();
                throw new AssertionError("the gateway did not end within " + timeout + ":\n" + outputText());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return ending.exitValue();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("never started");
        }
        return process;
    }

    /** Its process id. */
    public long pid() {
        return running().pid();
    }

    /** The port it accepts associations on. */
    public int port() {
        return port;
    }

    /** Its home folder. */
    public Path home() {
        return home;
    }

    /** Where its standard output goes. */
    private Path output() {
        return home.resolve("output.txt");
    }

    /** What it printed, over all its starts. */
    public String outputText() {
        try {
            return Files.exists(output()) ? Files.readString(output()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of its forward log. */
    public List<String> forwardLog() {
        try {
            Path log = home.resolve("var/logs/forward.log");
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many lines of the forward log have this event. */
    public long count(String event) {
        return forwardLog().stream()
                .filter(line -> line.contains(" event=" + event + " "))
                .count();
    }

    /** Kills it when it still runs. */
    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }
}
