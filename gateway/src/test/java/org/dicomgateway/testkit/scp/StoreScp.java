package org.dicomgateway.testkit.scp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.Waiting;

/**
 * DCMTK's {@code storescp} as a destination: takes every storage SOP class in every transfer syntax that DCMTK knows,
 * and writes each instance exactly as received. One process per association.
 */
public final class StoreScp implements AutoCloseable {

    private final Peer peer;
    private final Path received;
    private final Path log;
    private final List<String> command;
    private Child child;

    private StoreScp(Path directory, Peer peer, String... options) {
        this.peer = peer;
        this.received = directory.resolve(peer.aeTitle().value());
        this.log = directory.resolve(peer.aeTitle() + ".log");
        this.command = Stream.of(
                        List.of("storescp", "-v", "--fork", "--promiscuous", "+xa", "+B", "+uf"),
                        List.of("-aet", peer.aeTitle().value(), "-od", received.toString(), "-ta", "30", "-td", "60"),
                        Arrays.asList(options),
                        List.of(Integer.toString(peer.port())))
                .flatMap(List::stream)
                .toList();
        try {
            Files.createDirectories(received);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.child = launch();
    }

    /**
     * Starts a receiver that keeps its files under {@code directory}; {@code options} are further ones of
     * {@code storescp}, such as {@code --refuse} or {@code --abort-during}.
     */
    public static StoreScp start(Path directory, String aeTitle, String... options) {
        return new StoreScp(directory, new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next()), options);
    }

    /** Where it is to be called. */
    public Peer peer() {
        return peer;
    }

    /** The files received until now, complete or not. */
    public List<Path> files() {
        try (Stream<Path> files = Files.list(received)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything it has written to its log. */
    public String log() {
        return child.output();
    }

    /** Makes it hang (SIGSTOP). */
    public void freeze() {
        child.signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() {
        child.signal("CONT");
    }

    /** Kills it and every process it forked (SIGKILL). */
    public void kill() {
        child.kill();
    }

    /** Starts it again, after {@link #kill}, on the same port and folder. */
    public void startAgain() {
        if (child.isAlive()) {
            throw new IllegalStateException(peer + " is still running");
        }
        child = launch();
    }

    /** Kills it if it runs. */
    @Override
    public void close() {
        child.close();
    }

    private Child launch() {
        Child started = Child.start(log, Map.of(), command);
        try {
            Waiting.until("storescp " + peer, started, () -> accepts(peer));
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private static boolean accepts(Peer peer) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(peer.host(), peer.port()), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
