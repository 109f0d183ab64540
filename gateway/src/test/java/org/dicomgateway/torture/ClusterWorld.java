package org.dicomgateway.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.scp.StoreScp;
import org.jspecify.annotations.Nullable;

/**
 * Three gateways as one, over a primary with a standby, a bad network between each of them and the database, and three
 * destinations behind bad networks that keep what they get twice. The last one gets each instance with one element more,
 * unless an older version is among the gateways. A supervisor starts each gateway again that has ended.
 */
final class ClusterWorld implements AutoCloseable {

    private static final int GATEWAYS = 3;
    private static final String DISK = "var";
    private static final String TRANSFORMING = "archive3";

    /** InstitutionName = CLUSTER, in explicit VR little endian: no sent instance has it. */
    private static final byte[] ADDED = "\b\0\200\0LO\b\0CLUSTER ".getBytes(StandardCharsets.ISO_8859_1);

    /** Of an older version: the last gateway runs it, beside the others. */
    private static final @Nullable String OLD_JAR = System.getProperty("torture.old-jar");

    private final Path directory;
    private final List<StoreScp> archives;
    private final List<FaultProxy> ways;
    private final List<Node> nodes;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread supervisor = new Thread(this::supervise, "supervisor");
    private volatile PostgresServer primary;
    private volatile PostgresServer standby;
    private int failovers;

    /** A gateway, the networks between it and the database's servers, and whether it is to run. */
    record Node(GatewayProcess gateway, List<FaultProxy> networks, AtomicBoolean down) {

        /** Ends it at once. It stays down until {@link #up}. */
        synchronized void kill() {
            down.set(true);
            gateway.kill();
        }

        /** It is to run. */
        synchronized void up() {
            down.set(false);
            start();
        }

        private synchronized void start() {
            if (!down.get() && !gateway.isAlive()) {
                gateway.begin();
            }
        }

        /** In order. It stays down until {@link #up}. */
        synchronized int terminate(Duration limit) {
            down.set(true);
            return gateway.isAlive() ? gateway.terminate(limit) : 0;
        }

        /** Sends a signal, unless it has just ended by itself. */
        void signal(String name) {
            Dcmtk.run("kill", "-" + name, Long.toString(gateway.pid()));
        }

        Path disk() {
            return gateway.home().resolve(DISK);
        }

        /** Its disk is lost. */
        void loseDisk() {
            delete(disk());
        }
    }

    /** @param allowSingle whether gateways accept instances that no standby confirms */
    ClusterWorld(Path directory, boolean allowSingle) {
        this.directory = directory;
        primary = PostgresServer.start(directory);
        standby = primary.startStandby(directory);
        archives = Stream.of("ARCHIVE1", "ARCHIVE2", TRANSFORMING.toUpperCase(Locale.ROOT))
                .map(name -> StoreScp.start(directory, name))
                .toList();
        ways = archives.stream()
                .map(archive -> FaultProxy.before(archive.peer()))
                .toList();
        nodes = IntStream.rangeClosed(1, GATEWAYS)
                .mapToObj(n -> node(n, allowSingle))
                .toList();
    }

    private Node node(int number, boolean allowSingle) {
        AeTitle name = AeTitle.of("POSTGRES");
        List<FaultProxy> networks = Stream.of(primary, standby)
                .map(server -> FaultProxy.before(new Peer(name, "127.0.0.1", server.port())))
                .toList();
        GatewayProcess gateway = new GatewayProcess(directory.resolve("gw" + number), "-Xmx256m", "-XX:+UseSerialGC")
                .configure("""
                gateway.cluster {
                  node = gw%d, lease = 3 s, patience = 6 s, allow-single = %s
                  postgresql.url = "postgresql://127.0.0.1:%d,127.0.0.1:%d/gateway"
                }
                gateway.spool { segment-size = 4 MiB, large-instance = 256 KiB }
                gateway.listener-defaults { read-timeout = 5 s, request-timeout = 3 s, idle-timeout = 20 s }
                gateway.shutdown-timeout = 10 s
                """.formatted(
                                number,
                                allowSingle,
                                networks.get(0).peer().port(),
                                networks.get(1).peer().port()))
                .routing(rules(0));
        if (number == GATEWAYS && OLD_JAR != null) {
            gateway.jar(Path.of(OLD_JAR));
        }
        return new Node(gateway, networks, new AtomicBoolean());
    }

    /** The rules of all gateways: everything to all destinations. They differ by their version alone. */
    String rules(int version) {
        return GatewayProcess.destinations(ways.stream().map(FaultProxy::peer).toArray(Peer[]::new))
                + (OLD_JAR != null ? "" : """
                transforms.mark.set.InstitutionName = CLUSTER
                destinations.%s.transform = [mark]
                """.formatted(TRANSFORMING))
                + """
                destination-defaults.response-timeout = 10 s
                routes = [ { name = everything, fallback = true, strategy = broadcast, to = [archive1, archive2, archive3] } ]
                # version %d
                """.formatted(version);
    }

    /** Whether this destination gets each instance with one element more. */
    boolean transforms(StoreScp archive) {
        return OLD_JAR == null && archive.peer().aeTitle().value().equalsIgnoreCase(TRANSFORMING);
    }

    /** What was received, from what a destination got that transforms; empty when it is not transformed. */
    static Optional<byte[]> received(byte[] transformed) {
        String all = new String(transformed, StandardCharsets.ISO_8859_1);
        int at = all.indexOf(new String(ADDED, StandardCharsets.ISO_8859_1));
        return at < 0
                ? Optional.empty()
                : Optional.of((all.substring(0, at) + all.substring(at + ADDED.length))
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Starts the gateways, and the supervisor. */
    void start() {
        nodes.forEach(node -> node.gateway().start());
        supervisor.start();
    }

    private void supervise() {
        try {
            while (!ending.await(1, TimeUnit.SECONDS)) {
                nodes.forEach(Node::start);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<Node> nodes() {
        return nodes;
    }

    /** The networks between the gateways and the destinations. */
    List<FaultProxy> ways() {
        return ways;
    }

    List<StoreScp> archives() {
        return archives;
    }

    PostgresServer primary() {
        return primary;
    }

    PostgresServer standby() {
        return standby;
    }

    /** The primary is lost with its data, the standby takes its place, and a new one is made where the primary was. */
    void failOver() {
        losePrimary();
        failovers++;
        standby = primary.startStandby(directory.resolve("failover-" + failovers), standby.port());
    }

    /** The primary is lost with its data, and the standby takes its place. */
    void losePrimary() {
        PostgresServer lost = primary;
        lost.kill();
        standby.promote();
        primary = standby;
        standby = lost;
    }

    /** A copy of a disk, as of now. */
    static void copy(Path from, Path to) {
        delete(to);
        Dcmtk.run("cp", "-a", from.toString(), to.toString()).orFail();
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(found::add);
            for (Path each : found) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        ending.countDown();
        try {
            supervisor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        nodes.forEach(node -> {
            node.kill();
            node.networks().forEach(FaultProxy::close);
        });
        ways.forEach(FaultProxy::close);
        archives.forEach(StoreScp::close);
        standby.close();
        primary.close();
    }
}
