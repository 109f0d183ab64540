package org.dicomgateway.testkit;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.dicomgateway.app.CommandRunner;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.jspecify.annotations.Nullable;

/**
 * The gateway as operators run it: the shipped jar in a process of its own, with a home folder of its own. Can be
 * killed and started again on the same spool.
 */
public final class GatewayProcess implements AutoCloseable {

    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    /** Several times as long as lines of the forward log gather. */
    private static final Duration GATHERING = Duration.ofMillis(100);

    private final Path home;
    private final int port = FreePorts.next();
    private final int adminPort = FreePorts.next();
    private final List<String> jvmOptions;

    private Path jar = Path.of(System.getProperty(
            "gateway.jar",
            ProjectRoot.path().resolve("gateway/target/gateway.jar").toString()));
    private List<String> recorder = List.of();
    private @Nullable Child child;

    /** With a home folder for configuration, spool and logs, and options for its JVM instead of those for a short life. */
    public GatewayProcess(Path home, String... jvmOptions) {
        this.home = home;
        this.jvmOptions = jvmOptions.length == 0 ? SHORT_LIVED : List.of(jvmOptions);
        try {
            Files.createDirectories(home.resolve("conf"));
            Files.copy(ProjectRoot.path().resolve("conf/logback.xml"), home.resolve("conf/logback.xml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        configure("");
    }

    /** Sets what stands in {@code gateway.conf} beside the ports. */
    public GatewayProcess configure(String more) {
        write("conf/gateway.conf", """
                gateway { listeners.dicom.port = %d, admin.port = %d }
                gateway.spool { min-free-space = 10 MiB, reserve = 0 }
                %s
                """.formatted(port, adminPort, more));
        return this;
    }

    /** Has another program start it from now on, such as {@code strace}; signals go to that program. */
    public GatewayProcess under(List<String> program) {
        recorder = program;
        return this;
    }

    /** Has it run another jar from now on, such as that of an older version. */
    public GatewayProcess jar(Path other) {
        jar = other;
        return this;
    }

    /** Sets {@code routing.conf}. */
    public GatewayProcess routing(String text) {
        write("conf/routing.conf", text);
        return this;
    }

    /** Sets {@code routing.conf}: everything to all of these, and they are tried again soon after a failure. */
    public GatewayProcess broadcastTo(Peer... peers) {
        return routing(destinations(peers)
                + """
                routes = [ { name = everything, fallback = true, strategy = broadcast, to = [%s] } ]
                """.formatted(Arrays.stream(peers).map(GatewayProcess::name).collect(joining(", "))));
    }

    /** A {@code destinations} block that names each peer by its AE title in small letters. */
    public static String destinations(Peer... peers) {
        return """
                destination-defaults {
                  retry { initial-delay = 200 ms, max-delay = 2 s, max-attempts = 5 }
                  breaker { initial-pause = 200 ms, max-pause = 1 s }
                  probe-interval = 1 s
                }
                destinations {
                %s
                }
                """.formatted(Arrays.stream(peers)
                .map(peer -> "  %s { ae-title = %s, host = \"%s\", port = %d }"
                        .formatted(name(peer), peer.aeTitle(), peer.host(), peer.port()))
                .collect(joining("\n")));
    }

    private static String name(Peer peer) {
        return peer.aeTitle().value().toLowerCase(Locale.ROOT);
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
        begin();
        return awaitReady();
    }

    /** Starts it as the child of another program, which is given the command to run, and waits. */
    public GatewayProcess startUnder(List<String> program) {
        List<String> command = new ArrayList<>(program);
        command.addAll(command(List.of(), "run", "--config", configuration().toString()));
        child = Child.start(home.resolve("output.txt"), Map.of(), command);
        return awaitReady();
    }

    /** Starts it, with further options of the JVM, and does not wait. */
    public GatewayProcess begin(String... moreJvmOptions) {
        child = Child.start(
                home.resolve("output.txt"),
                Map.of(),
                command(
                        List.of(moreJvmOptions),
                        "run",
                        "--config",
                        configuration().toString()));
        return this;
    }

    /** Waits until it accepts associations; then it answers operators, too. */
    public GatewayProcess awaitReady() {
        Child started = running();
        try {
            Waiting.until("the gateway", started, this::listens);
        } catch (RuntimeException | AssertionError e) {
            started.close();
            throw e;
        }
        return this;
    }

    /** Runs another of its commands to its end, as a process of its own. */
    public Dcmtk.Result run(Duration limit, String... arguments) {
        List<String> command = command(List.of(), arguments);
        return Dcmtk.run(
                limit, command.get(0), command.subList(1, command.size()).toArray(String[]::new));
    }

    /** Runs one of the commands that ask this gateway, to its end, in the JVM of the test. */
    public Dcmtk.Result ask(String command, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of(command, "--config", configuration().toString()));
        all.addAll(List.of(arguments));
        Dcmtk.Result result = CompletableFuture.supplyAsync(() -> CommandRunner.run(all))
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
        return result.succeeded() || child == null || child.isAlive()
                ? result
                : new Dcmtk.Result(all, result.exitCode(), result.output() + "\nit has ended:\n" + child.output());
    }

    /**
     * Sends these files to this gateway, byte for byte ({@code storescu} would encode sequences its own way), and waits
     * until each is delivered to so many destinations.
     */
    public void deliver(List<TestFile> files, int destinations) {
        long before = count("delivered");
        ask(
                        "send",
                        Stream.concat(
                                        Stream.of("gateway", "--quiet"),
                                        files.stream().map(file -> file.path().toString()))
                                .toArray(String[]::new))
                .orFail();
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> count("delivered") == before + (long) destinations * files.size());
    }

    private List<String> command(List<String> moreJvmOptions, String... arguments) {
        List<String> command = new ArrayList<>(arguments[0].equals("run") ? recorder : List.of());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // As scripts/gateway does: classes from the archive that the build makes.
        command.addAll(List.of("-XX:SharedArchiveFile=" + jar + ".jsa", "-Xlog:cds*=off"));
        command.addAll(jvmOptions);
        command.addAll(moreJvmOptions);
        command.add("-Dgateway.home=" + home);
        if (arguments[0].equals("run")) { // as scripts/gateway does: the other commands print their answer alone
            command.add("-Dlogback.configurationFile=" + home.resolve("conf/logback.xml"));
        }
        command.add("-jar");
        command.add(jar.toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Whether it accepts connections now. */
    public boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return child != null && child.isAlive();
    }

    /** SIGKILL. */
    public void kill() {
        running().kill();
    }

    /** Sends it a signal, by its name without SIG. */
    public void signal(String name) {
        running().signal(name);
    }

    /** SIGTERM; the exit code. */
    public int terminate(Duration limit) {
        return running().terminate(limit);
    }

    /** Waits until it has ended by itself; the exit code. */
    public int await(Duration limit) {
        return running().await(limit);
    }

    private Child running() {
        if (child == null) {
            throw new IllegalStateException("the gateway was never started");
        }
        return child;
    }

    /** Its process id. */
    public long pid() {
        return running().pid();
    }

    /** How modalities call it. */
    public Peer peer() {
        return new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", port);
    }

    /** Where its operators' interface has this path. */
    public URI admin(String path) {
        return URI.create("http://127.0.0.1:" + adminPort + path);
    }

    /** Where its operators' interface listens. */
    public int adminPort() {
        return adminPort;
    }

    /** Its home folder. */
    public Path home() {
        return home;
    }

    /** Its gateway.conf. */
    public Path configuration() {
        return home.resolve("conf/gateway.conf");
    }

    /** What it printed since its last start. */
    public String output() {
        return running().output();
    }

    /**
     * The lines of its forward log, over all its starts. Has those that were logged before this call: after a write,
     * lines can gather for a moment.
     */
    public List<String> forwardLog() {
        Path log = home.resolve("var/logs/forward.log");
        try {
            if (!Files.exists(log)) {
                return List.of();
            }
            Instant justNow = Instant.now().minus(GATHERING);
            if (isAlive() && Files.getLastModifiedTime(log).toInstant().isAfter(justNow)) {
                Waiting.pause(GATHERING);
            }
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many lines of the forward log tell of this event. */
    public long count(String event) {
        return forwardLog().stream()
                .filter(line -> line.contains(" event=" + event + " "))
                .count();
    }

    /** Kills it when it still runs. */
    @Override
    public void close() {
        if (child != null && !child.isAlive() && child.output().contains(" ERROR ")) {
            // Else nobody sees why: its files go with the test.
            System.out.println(home + " has ended:\n" + child.output());
        }
        if (child != null) {
            child.close();
        }
    }
}
