package org.dicomgateway.torture;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.OrthancServer;

/**
 * The gateway, three servers, a bad network before two of them, and a small disk for the spool where root can make one. Of
 * faithful servers, the third gets everything by STOW-RS.
 */
final class World implements AutoCloseable {

    /** So small that a few outages fill it. */
    private static final int DISK_MIB = 192;

    /** A start that began on a full disk, or with wrong rules, has failed by then. */
    private static final Duration AFTERMATH = Duration.ofSeconds(20);

    private static final String IMPLICIT = "1.2.840.10008.1.2";

    /** The second server takes nothing else than implicit VR, and nothing is sent that way. */
    private static final String TRANSCODED = "destinations.orthanc2.transcode = uncompressed-vr\n";

    /** The third server gets everything by STOW-RS. */
    private static final String DICOMWEB = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

    private final boolean faithful;
    private final AtomicLong wipedAt = new AtomicLong(Long.MIN_VALUE / 2);
    private final AtomicBoolean wiping = new AtomicBoolean();
    private final AtomicBoolean full = new AtomicBoolean();
    private final AtomicBoolean wrongRules = new AtomicBoolean();
    private final AtomicLong mendedAt = new AtomicLong(System.nanoTime() - AFTERMATH.toNanos());
    private final Path spool;
    private final Path temporary;
    private final boolean ownDisk;
    private final List<OrthancServer> servers;
    private final List<FaultProxy> networks;
    private final Modality modality = Modality.start("TORTURE");
    private final GatewayProcess gateway;
    private final int webPort = FreePorts.next();

    /** @param faithful whether the servers keep what they took, as it was sent */
    World(Path directory, boolean faithful) {
        this.faithful = faithful;
        Path home = directory.resolve("gateway");
        spool = home.resolve("var/spool");
        temporary = home.resolve("tmp");
        try {
            Files.createDirectories(spool);
            Files.createDirectories(temporary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ownDisk = mount(spool);
        servers = List.of(
                OrthancServer.start(directory, "ORTHANC1"),
                faithful
                        ? OrthancServer.start(
                                directory, "ORTHANC2", Map.of("AcceptedTransferSyntaxes", List.of(IMPLICIT)))
                        : OrthancServer.start(directory, "ORTHANC2"),
                faithful
                        ? OrthancServer.start(directory, "ORTHANC3", Map.of("Plugins", List.of(DICOMWEB)))
                        : OrthancServer.start(directory, "ORTHANC3", Map.of("LuaScripts", List.of(drops(directory)))));
        OrthancServer third = servers.get(2);
        networks = List.of(
                FaultProxy.before(servers.get(1).peer()),
                FaultProxy.before(
                        faithful
                                ? new Peer(third.peer().aeTitle(), third.peer().host(), third.httpPort())
                                : third.peer()));
        gateway = new GatewayProcess(home, "-Xmx256m", "-Djava.io.tmpdir=" + temporary).configure("""
                gateway {
                  spool { segment-size = 4 MiB, large-instance = 1 MiB, straggler-age = 5 s, receive-memory = 8 MiB }
                  listener-defaults { read-timeout = 5 s, request-timeout = 3 s, idle-timeout = 20 s }
                  shutdown-timeout = 20 s
                  commitment {
                    answer-when = %s, unknown-after = 5 s, timeout = 5 s, retry { initial-delay = 1 s, max-delay = 2 s }
                  }
                  listeners.web { type = dicomweb, port = %d, calling-ae = WEB }
                  senders { TORTURE { host = 127.0.0.1, port = %d } }
                }
                """.formatted(
                faithful ? "delivered" : "verified", webPort, modality.peer().port()));
        route(1);
    }

    /** A script for an Orthanc: it answers success for everything, and drops some of it. */
    private static String drops(Path directory) {
        Path script = directory.resolve("drops.lua");
        try {
            Files.writeString(script, """
                    function ReceivedInstanceFilter(dicom, origin, info)
                      return math.random() > 0.05
                    end
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return script.toString();
    }

    /** Whether the servers keep what they took, as it was sent. Else the third one drops, and can be {@link #wipe}d. */
    boolean isFaithful() {
        return faithful;
    }

    /** The third server loses everything. */
    void wipe() {
        OrthancServer third = servers.get(2);
        wiping.set(true);
        third.empty(); // which takes a while
        wipedAt.set(System.nanoTime());
        wiping.set(false);
    }

    /** Whether a server has lost everything since this time of {@link System#nanoTime}, or is just losing it. */
    boolean wasWipedSince(OrthancServer server, long time) {
        return server.equals(servers.get(2)) && (wiping.get() || wipedAt.get() - time > 0);
    }

    private static boolean mount(Path spool) {
        return Dcmtk.run("mount", "-t", "tmpfs", "-o", "mode=700,size=" + DISK_MIB + "m", "tmpfs", spool.toString())
                .succeeded();
    }

    /** Whether the spool lies on a small disk of its own. */
    boolean hasOwnDisk() {
        return ownDisk;
    }

    /** Rules that mean the same in every edition: CT to all three, all else to two of them. */
    void route(int edition) {
        if (!faithful) {
            // One server is faithful, so each instance can be had from it.
            gateway.routing(destinations(edition) + "routes = [ { name = all" + edition
                    + ", fallback = true, strategy = broadcast, to = [orthanc1, orthanc2, orthanc3] } ]\n");
            mended(wrongRules);
            return;
        }
        gateway.routing(destinations(edition) + """
                routes = [
                  { name = ct%d, match { modality = CT }, strategy = broadcast, to = [orthanc1, orthanc2, orthanc3] }
                  { name = rest, fallback = true, strategy = replicate, copies = 2, to = [orthanc%d, orthanc%d, orthanc3] }
                ]
                """.formatted(edition % 3, 1 + edition % 2, 2 - edition % 2));
        mended(wrongRules);
    }

    /** Rules with a mistake: they must change nothing. */
    void routeBadly(int edition) {
        wrongRules.set(true);
        gateway.routing(destinations(edition) + "routes = [ { name = broken, to = [nowhere] } ]\n");
    }

    private String destinations(int edition) {
        Peer[] peers = Stream.concat(
                        Stream.of(servers.get(0).peer()),
                        networks.stream().map(FaultProxy::peer).limit(faithful ? 1 : 2))
                .toArray(Peer[]::new);
        return GatewayProcess.destinations(peers)
                + (faithful ? TRANSCODED + web() : verified())
                + """
                destination-defaults {
                  response-timeout = 4 s, association-timeout = 4 s, write-timeout = 4 s
                  max-associations = %d, pipeline = %d
                }
                """.formatted(2 + edition % 3, 1 + edition % 2 * 15);
    }

    private String web() {
        return """
                destinations.orthanc3.dicomweb {
                  url = "http://127.0.0.1:%d/dicom-web", user = %s, password = %s
                }
                """.formatted(networks.get(1).peer().port(), OrthancServer.LOGIN.user(), OrthancServer.LOGIN.password());
    }

    private String verified() {
        return IntStream.rangeClosed(1, servers.size())
                .mapToObj(n -> """
                destinations.orthanc%d {
                  rest { url = "http://127.0.0.1:%d", user = %s, password = %s }
                  verify { level = content, within = 4 s }
                }
                """.formatted(
                        n, servers.get(n - 1).httpPort(), OrthancServer.LOGIN.user(), OrthancServer.LOGIN.password()))
                .collect(Collectors.joining());
    }

    /** Where the gateway receives over DICOMweb. */
    int webPort() {
        return webPort;
    }

    GatewayProcess gateway() {
        return gateway;
    }

    /** Requests storage commitment, and takes the reports. */
    Modality modality() {
        return modality;
    }

    /** How many servers must have an instance. */
    int copies(Sent instance) {
        return instance.everywhere() || !faithful ? servers.size() : 2;
    }

    List<OrthancServer> servers() {
        return servers;
    }

    /** Before the second and the third server. */
    List<FaultProxy> networks() {
        return networks;
    }

    Path spool() {
        return spool;
    }

    /** Where the gateway's JVM puts temporary files. */
    Path temporary() {
        return temporary;
    }

    /** Whether a gateway may fail to start, now or a moment ago: its disk is full, or its rules are wrong. */
    boolean preventsStart() {
        return full.get() || wrongRules.get() || System.nanoTime() - mendedAt.get() < AFTERMATH.toNanos();
    }

    private void mended(AtomicBoolean trouble) {
        if (trouble.getAndSet(false)) {
            mendedAt.set(System.nanoTime());
        }
    }

    /** Takes room on the spool's disk until so much is left. */
    void fillDisk(long leave) {
        full.set(true);
        try (RandomAccessFile ballast = new RandomAccessFile(ballast().toFile(), "rw")) {
            byte[] block = new byte[64 << 10];
            while (Files.getFileStore(spool).getUsableSpace() > leave + block.length) {
                ballast.seek(ballast.length());
                ballast.write(block);
            }
        } catch (IOException full) {
            // Then it is as full as can be.
        }
    }

    /** Gives the room back. */
    void emptyDisk() {
        try {
            Files.deleteIfExists(ballast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mended(full);
    }

    private Path ballast() {
        return spool.resolve("ballast");
    }

    /** What makes the ledger. */
    List<Path> ledger() {
        return Stream.of("ledger.db", "ledger.db-wal", "ledger.db-shm")
                .map(spool::resolve)
                .toList();
    }

    /** Ends everything, and unmounts. */
    @Override
    public void close() {
        gateway.close();
        modality.close();
        networks.forEach(FaultProxy::close);
        servers.forEach(OrthancServer::close);
        if (ownDisk) {
            Dcmtk.run("umount", spool.toString()).orFail();
        }
    }
}
