package org.dicomgateway.testkit;

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
import org.dicomgateway.dicom.AeTitle;
import org.dicomgateway.dicom.Peer;

/**
 * DCMTK's {@code storescp} as a destination: takes every storage SOP class in every transfer syntax that DCMTK knows,
 * and writes each instance exactly as received. One process per association.
 */
public final class StoreScp implements AutoCloseable {

    private final Peer peer;
    private final Path received;
    private final Child child;

    private StoreScp(Peer peer, Path received, Child child) {
        this.peer = peer;
        this.received = received;
        this.child = child;
    }

    /**
     * Starts a receiver that keeps its files under {@code directory}; {@code options} are further ones of
     * {@code storescp}, such as {@code --refuse} or {@code --abort-during}.
     */
    public static StoreScp start(Path directory, String aeTitle, String... options) {
        Peer peer = new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next());
        Path received = directory.resolve(aeTitle);
        try {
            Files.createDirectories(received);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = Stream.of(
                        List.of("storescp", "-v", "--fork", "--promiscuous", "+xa", "+B", "+uf"),
                        List.of("-aet", aeTitle, "-od", received.toString(), "-ta", "30", "-td", "60"),
                        Arrays.asList(options),
                        List.of(Integer.toString(peer.port())))
                .flatMap(List::stream)
                .toList();
        Child child = Child.start(directory.resolve(aeTitle + ".log"), Map.of(), command);
        try {
            Waiting.until("storescp " + peer, child, () -> accepts(peer));
        } catch (RuntimeException e) {
            child.close();
            throw e;
        }
        return new StoreScp(peer, received, child);
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

    /** Kills it and every process it forked. */
    @Override
    public void close() {
        child.close();
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
