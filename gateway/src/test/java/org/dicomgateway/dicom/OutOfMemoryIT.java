package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A heap that is far too small for what is asked of it, with the option that {@code scripts/gateway run} sets. */
class OutOfMemoryIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Of HotSpot, when {@code -XX:+ExitOnOutOfMemoryError} ends it. */
    private static final int OUT_OF_MEMORY = 3;

    @TempDir
    private Path directory;

    @Test
    void it_ends_at_once_instead_of_going_on_lame_and_what_it_answered_with_success_arrives() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 19).study(1, 300, 60_000);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(
                                directory.resolve("gateway"), "-Xmx24m", "-XX:+ExitOnOutOfMemoryError")
                        .configure("gateway.listener-defaults { max-associations = 2000,"
                                + " max-associations-per-host = unlimited }")
                        .broadcastTo(server.peer())
                        .start();
                Sender sender = Sender.start(directory.resolve("sender.log"), gateway.peer(), "CT1", study)) {
            await().atMost(LIMIT).until(() -> gateway.count("received") > 20);
            List<RawPeer> crowd = new ArrayList<>();
            try {
                crowd(crowd, gateway);
                assertThat(gateway.await(LIMIT)).as(gateway.output()).isEqualTo(OUT_OF_MEMORY);
            } finally {
                for (RawPeer each : crowd) {
                    each.close();
                }
            }
            sender.await(LIMIT);
            List<TestFile> answered = sender.answered();
            assertThat(answered).hasSizeGreaterThan(20);

            gateway.begin("-Xmx256m").awaitReady();
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(Reconciliation.missing(server, answered)).isEmpty());
            assertThat(Reconciliation.damaged(server, answered)).isEmpty();
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    /** As many associations as are taken, each in the middle of a large PDU, until the other end is gone. */
    private static void crowd(List<RawPeer> crowd, GatewayProcess gateway) {
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), gateway.peer().port());
        try {
            while (crowd.size() < 1_400) {
                RawPeer peer = RawPeer.connect(address);
                crowd.add(peer);
                peer.associate("GATEWAY", "CROWD", RawPeer.CT);
                peer.sendPdv(1, true, true, RawPeer.storeRq(1, RawPeer.CT, "1.2.3.4"));
                peer.sendPdv(1, false, false, new byte[130_000]);
                peer.sendPdv(1, false, false, new byte[130_000]);
            }
        } catch (IOException gone) {
            // That is what this is about.
        }
    }
}
