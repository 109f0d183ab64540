package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Callers that mean no good, or know no better, against the gateway that ships in a small heap: it keeps nothing of
 * theirs, and the next good sender is served at once.
 */
class HostileCallersIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int CROWD = 500;
    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    private Path directory;

    @Test
    void whatever_they_do_nothing_of_it_stays_and_the_next_good_sender_is_served() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 17);
        try (StoreScp server = StoreScp.start(directory, "SERVER");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"), "-Xmx96m")
                        .configure("gateway.listener-defaults { request-timeout = 2 s, read-timeout = 3 s }")
                        .broadcastTo(server.peer())
                        .start()) {
            sendWell(gateway, files);
            await().atMost(SOON).until(() -> files(server) == 1);
            long threads = threads(gateway);
            long open = openFiles(gateway);

            breakOffAtEveryStep(gateway);
            sendWell(gateway, files);
            commandWithoutEnd(gateway);
            sendWell(gateway, files);
            datasetWithoutEnd(gateway);
            sendWell(gateway, files);
            namesThatForgeLines(gateway);
            sendWell(gateway, files);
            crowd(gateway);
            sendWell(gateway, files);

            await().atMost(SOON).until(() -> files(server) == 6);
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(threads(gateway)).as("threads").isLessThanOrEqualTo(threads + 4);
                assertThat(openFiles(gateway)).as("open files").isLessThanOrEqualTo(open + 4);
            });
            assertThat(gateway.count("received")).isEqualTo(6);
            assertThat(large(gateway)).isEmpty();
            assertThat(gateway.output()).doesNotContain("OutOfMemoryError").doesNotContain("StackOverflowError");
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    /** By A-ABORT, by FIN and by RST, after each of the PDUs that bring an instance. */
    private static void breakOffAtEveryStep(GatewayProcess gateway) throws IOException {
        for (int steps = 0; steps <= 4; steps++) {
            for (String end : List.of("abort", "fin", "rst")) {
                try (RawPeer peer = RawPeer.connect(address(gateway))) {
                    say(peer, steps);
                    if (end.equals("abort")) {
                        peer.send(RawPeer.ABORT, new byte[4]);
                    } else if (end.equals("rst")) {
                        peer.socket().setSoLinger(true, 0);
                    }
                }
            }
        }
    }

    private static void say(RawPeer peer, int steps) throws IOException {
        byte[] command = RawPeer.storeRq(1, RawPeer.CT, "1.2.3.4");
        if (steps > 0) {
            assertThat(peer.associate("GATEWAY", "BROKEN", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
        }
        if (steps > 1) {
            peer.sendPdv(1, true, false, Arrays.copyOf(command, 10));
        }
        if (steps > 2) {
            peer.sendPdv(1, true, true, Arrays.copyOfRange(command, 10, command.length));
        }
        if (steps > 3) {
            peer.sendPdv(1, false, false, new byte[5_000]);
        }
    }

    /** A command set of 100 MB, fragment by fragment; it is told off after the first few. */
    private static void commandWithoutEnd(GatewayProcess gateway) throws IOException {
        try (RawPeer peer = RawPeer.connect(address(gateway))) {
            assertThat(peer.associate("GATEWAY", "ENDLESS", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
            long sent = 0;
            try {
                while (sent < 100L * MEBIBYTE) {
                    peer.sendPdv(1, true, false, element(16_000));
                    sent += 16_000;
                }
            } catch (IOException toldOff) {
                // As it should be.
            }
            assertThat(sent).as("bytes until it was told off").isLessThan(20L * MEBIBYTE);
        }
    }

    /** An element of a command: (0000,0300), and a value of zeros. */
    private static byte[] element(int length) {
        byte[] element = new byte[8 + length];
        element[3] = 3;
        element[4] = (byte) length;
        element[5] = (byte) (length >> 8);
        return element;
    }

    /** Three hundred megabytes that never end, into a heap of 96; the file goes when the sender does. */
    private static void datasetWithoutEnd(GatewayProcess gateway) throws IOException {
        try (RawPeer peer = RawPeer.connect(address(gateway))) {
            assertThat(peer.associate("GATEWAY", "ENDLESS", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
            peer.sendPdv(1, true, true, RawPeer.storeRq(1, RawPeer.CT, "1.2.3.4"));
            byte[] fragment = new byte[100_000];
            for (int sent = 0; sent < 300 * MEBIBYTE; sent += fragment.length) {
                peer.sendPdv(1, false, false, fragment);
            }
        }
        await().atMost(SOON).until(() -> large(gateway).isEmpty());
    }

    /** In an AE title and in UIDs; what is logged of them is one line, and printable. */
    private static void namesThatForgeLines(GatewayProcess gateway) throws IOException {
        String evil = "\u001b[31mX\r\nevent=x";
        try (RawPeer peer = RawPeer.connect(address(gateway))) {
            assertThat(peer.associate("GATEWAY", evil, RawPeer.CT).type()).isEqualTo(RawPeer.RJ);
        }
        for (String uid : List.of("1".repeat(200), "../../../etc/passwd", "1.2\r\nforged.3", "1.2\u001b[2J")) {
            try (RawPeer peer = RawPeer.connect(address(gateway))) {
                assertThat(peer.associate("GATEWAY", "FORGER", RawPeer.CT).type())
                        .isEqualTo(RawPeer.AC);
                peer.sendPdv(1, true, true, RawPeer.storeRq(1, RawPeer.CT, uid));
                peer.sendPdv(1, false, true, new byte[100]);
                assertThat(peer.receive().status()).as(uid).isEqualTo(DimseStatus.CANNOT_UNDERSTAND);
            }
        }
        String logged = gateway.output() + String.join("\n", gateway.forwardLog());
        assertThat(logged).doesNotContain("\u001b", "\nforged", "\nevent=x");
        assertThat(logged.lines()).noneMatch(line -> line.startsWith("event=x"));
    }

    /** Five hundred at once that say nothing: there is a limit, and each is gone when its time is over. */
    private static void crowd(GatewayProcess gateway) throws IOException {
        List<RawPeer> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(RawPeer.connect(address(gateway)));
            }
            assertThat(threads(gateway))
                    .as("threads with a crowd before the door")
                    .isLessThan(250);
            await("a place")
                    .atMost(SOON)
                    .until(() ->
                            Dcmtk.echoscu(gateway.peer(), AeTitle.of("GOOD")).succeeded());
        } finally {
            for (RawPeer each : crowd) {
                each.close();
            }
        }
    }

    private static void sendWell(GatewayProcess gateway, TestFiles files) {
        long begin = System.nanoTime();
        Dcmtk.storescu(
                        gateway.peer(),
                        AeTitle.of("GOOD"),
                        List.of(files.single(20_000).path()))
                .orFail();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    private static InetSocketAddress address(GatewayProcess gateway) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), gateway.peer().port());
    }

    private static int files(StoreScp server) {
        return server.files().size();
    }

    private static List<Path> large(GatewayProcess gateway) {
        return list(gateway.home().resolve("var/spool/large"));
    }

    private static long openFiles(GatewayProcess gateway) {
        return list(Path.of("/proc/" + gateway.pid() + "/fd")).size();
    }

    private static long threads(GatewayProcess gateway) {
        return list(Path.of("/proc/" + gateway.pid() + "/task")).size();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
