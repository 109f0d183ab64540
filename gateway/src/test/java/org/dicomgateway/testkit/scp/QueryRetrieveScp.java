package org.dicomgateway.testkit.scp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.Waiting;

/** DCMTK's {@code dcmqrscp} as a destination that keeps what it gets, and answers C-FIND and C-GET. */
public final class QueryRetrieveScp implements AutoCloseable {

    private final Peer peer;
    private final Path storage;
    private final Path configuration;
    private Child child;

    private QueryRetrieveScp(Path directory, Peer peer) {
        this.peer = peer;
        this.storage = directory.resolve(peer.aeTitle().value());
        this.configuration = directory.resolve(peer.aeTitle() + ".cfg");
        try {
            Files.createDirectories(storage);
            Files.writeString(configuration, """
                    NetworkTCPPort = %d
                    MaxPDUSize = 16384
                    MaxAssociations = 16
                    HostTable BEGIN
                    gateway = (GATEWAY, 127.0.0.1, 11112)
                    HostTable END
                    VendorTable BEGIN
                    VendorTable END
                    AETable BEGIN
                    %s %s RW (200, 1024mb) ANY
                    AETable END
                    """.formatted(peer.port(), peer.aeTitle(), storage));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.child = launch();
    }

    /** Starts one that keeps its files under {@code directory}. */
    public static QueryRetrieveScp start(Path directory, String aeTitle) {
        return new QueryRetrieveScp(directory, new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next()));
    }

    /** Where it is to be called. */
    public Peer peer() {
        return peer;
    }

    /** The files that it keeps. */
    public List<Path> files() {
        try (Stream<Path> files = Files.list(storage)) {
            return files.filter(file -> file.toString().endsWith(".dcm"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes everything that it keeps. */
    public void empty() {
        child.kill();
        try (Stream<Path> files = Files.list(storage)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        child = launch();
    }

    /** Everything it has written to its log. */
    public String log() {
        return child.output();
    }

    @Override
    public void close() {
        child.close();
    }

    private Child launch() {
        Path log = Objects.requireNonNull(configuration.getParent()).resolve(peer.aeTitle() + ".log");
        Child started = Child.start(log, Map.of(), List.of("dcmqrscp", "-v", "-c", configuration.toString()));
        try {
            Waiting.until("dcmqrscp " + peer, started, this::accepts);
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(peer.host(), peer.port()), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
