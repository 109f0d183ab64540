package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/** A real load balancer, HAProxy, that passes connections on from an address of its own. */
public final class HaProxy implements AutoCloseable {

    private final List<Peer> fronts = new ArrayList<>();
    private final Child child;

    /**
     * Starts it: one port for each of these peers.
     *
     * @param source the address from which it connects
     * @param options of each server, such as {@code send-proxy-v2}
     */
    public HaProxy(Path folder, String source, String options, Peer... behind) {
        StringBuilder text = new StringBuilder("""
                global
                  maxconn 200
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 1m
                  timeout server 1m
                """);
        for (Peer peer : behind) {
            Peer front = new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", FreePorts.next());
            fronts.add(front);
            text.append("""
                    listen l%1$d
                      bind 127.0.0.1:%1$d
                      server gateway 127.0.0.1:%2$d source %3$s %4$s
                    """.formatted(front.port(), peer.port(), source, options));
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("haproxy.cfg"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        child = Child.start(
                folder.resolve("haproxy.log"),
                Map.of(),
                List.of(
                        "/usr/sbin/haproxy",
                        "-db",
                        "-f",
                        folder.resolve("haproxy.cfg").toString()));
        Waiting.until("HAProxy", child, () -> fronts.stream().allMatch(HaProxy::listens));
    }

    /** How senders reach the n-th of those behind it. */
    public Peer front(int n) {
        return fronts.get(n);
    }

    private static boolean listens(Peer front) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), front.port()), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
