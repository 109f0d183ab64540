package org.dicomgateway.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.bench.load.Pause;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.GatewayProcess;

/** The gateway as it ships, with the options that {@code scripts/gateway run} gives it, in a process of its own. */
final class BenchGateway implements AutoCloseable {

    private static final String HEAP = "-Xmx256m";
    private static final String COLLECTOR = "-XX:+UseSerialGC";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String HTTP_JSON = "application/json";
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int CONNECT_MILLIS = 1000;
    private static final Duration FILLING = Duration.ofMinutes(2);
    private static final int RESERVE_MIB = 1024;
    private static final int SEGMENT_MIB = 64;

    private final GatewayProcess process;

    /** Not started; with what stands in {@code gateway.conf} beside ports and spool. */
    BenchGateway(Path home, String configuration, String routing) {
        process = new GatewayProcess(home, HEAP, COLLECTOR)
                .configure("gateway.spool { min-free-space = 1 GiB, reserve = %d MiB, segment-size = %d MiB }%n%s"
                        .formatted(RESERVE_MIB, SEGMENT_MIB, configuration))
                .routing(routing);
    }

    /** A {@code destinations} block, each by its AE title in small letters. */
    static String destinations(String options, Peer... peers) {
        return Arrays.stream(peers)
                .map(peer -> "  %s { ae-title = %s, host = \"%s\", port = %d%s }"
                        .formatted(name(peer), peer.aeTitle(), peer.host(), peer.port(), options))
                .collect(Collectors.joining("\n", "destinations {\n", "\n}\n"));
    }

    static String name(Peer peer) {
        return peer.aeTitle().value().toLowerCase(Locale.ROOT);
    }

    /** Until it takes associations, and operators' requests, which it does a moment later. */
    BenchGateway start() {
        process.start();
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!listens(process.adminPort())) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("nobody answers operators");
            }
            Pause.of(POLL);
        }
        return this;
    }

    Peer peer() {
        return process.peer();
    }

    ForwardLogTail log() {
        return new ForwardLogTail(process.home().resolve("var/logs/forward.log"));
    }

    double cpuSeconds() {
        return Cpu.seconds(process.pid());
    }

    /** The same, with the codecs that it ran. */
    double cpuSecondsWithCodecs() {
        return Cpu.secondsWithChildren(process.pid());
    }

    /** What the threads that answer operators' requests took. */
    Cpu.Threads answering() {
        return Cpu.threads(process.pid(), "admin");
    }

    long pid() {
        return process.pid();
    }

    /** Sends nothing more there. */
    void pause(Peer... destinations) {
        Arrays.stream(destinations).forEach(peer -> post("/api/destinations/" + name(peer) + "/pause", "{}"));
    }

    void resume(Peer... destinations) {
        Arrays.stream(destinations).forEach(peer -> post("/api/destinations/" + name(peer) + "/resume", "{}"));
    }

    /** Waits until as much room as it keeps for bursts is prepared, as it is after a quiet minute. */
    void awaitReserve() {
        Path log = process.home().resolve("var/spool/log");
        long end = System.nanoTime() + FILLING.toNanos();
        while (spares(log) < RESERVE_MIB / SEGMENT_MIB) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the reserve of segments is not there after " + FILLING);
            }
            Pause.of(POLL);
        }
    }

    private static long spares(Path log) {
        try (Stream<Path> files = Files.list(log)) {
            return files.filter(file -> file.toString().endsWith(".spare")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void post(String path, String body) {
        request(path, connection -> {
            connection.setRequestProperty("Content-Type", HTTP_JSON);
            connection.setDoOutput(true);
            try (OutputStream request = connection.getOutputStream()) {
                request.write(body.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** Asks over the operators' interface. */
    void get(String path) {
        request(path, connection -> {});
    }

    private interface Preparation {
        void of(HttpURLConnection connection) throws IOException;
    }

    /** By the client that costs least: who asks takes the processor from what is measured. */
    private void request(String path, Preparation preparation) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + process.adminPort())
                    .resolve(path)
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout((int) TIMEOUT.toMillis());
            connection.setReadTimeout((int) TIMEOUT.toMillis());
            preparation.of(connection);
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IllegalStateException(path + ": " + connection.getResponseCode());
            }
            try (InputStream answer = connection.getInputStream()) {
                answer.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** SIGKILL. */
    void kill() {
        process.kill();
    }

    /** In order, and waits for the end. */
    void stop() {
        process.terminate(Duration.ofMinutes(2));
    }

    @Override
    public void close() {
        process.close();
    }
}
