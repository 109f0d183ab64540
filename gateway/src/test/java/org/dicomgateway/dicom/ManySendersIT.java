package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.GatewayProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand senders, each in the middle of a PDU of a megabyte, and a heap in which a quarter of that would not fit.
 */
class ManySendersIT {

    private static final int SENDERS = 1_000;
    private static final int PIXELS = 1_000_000;
    private static final int HELD_BACK = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern INSTANCE = Pattern.compile("event=received .*sop=(\\S+)");

    @TempDir
    private Path directory;

    @Test
    void each_of_a_thousand_is_taken_and_nothing_is_killed() throws Exception {
        try (GatewayProcess gateway = new GatewayProcess(
                        directory.resolve("gateway"), "-Xmx256m", "-XX:+ExitOnOutOfMemoryError")
                .configure("""
                        gateway.listener-defaults {
                          max-associations = %d, max-associations-per-host = unlimited, max-pdu-length = 1 MiB
                          read-timeout = 5 m, access = [ { name = all, remote-host = 127.0.0.1 } ]
                        }
                        """.formatted(SENDERS))
                .broadcastTo(new Peer(AeTitle.of("NOBODY"), "127.0.0.1", 9))
                .start()) {
            InetSocketAddress address = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), gateway.peer().port());
            List<RawPeer> senders = new ArrayList<>();
            Set<String> sent = new HashSet<>();
            try {
                for (int i = 0; i < SENDERS; i++) {
                    RawPeer sender = RawPeer.connect(address);
                    sender.socket().setSoTimeout((int) LIMIT.toMillis());
                    senders.add(sender);
                    assertThat(sender.associate("GATEWAY", "SENDER", RawPeer.CT).type())
                            .isEqualTo(RawPeer.AC);
                }
                for (int i = 0; i < SENDERS; i++) {
                    byte[] pdu = dataset(uid(i));
                    senders.get(i).sendPdv(1, true, true, RawPeer.storeRq(1, RawPeer.CT, uid(i)));
                    senders.get(i).sendRaw(Arrays.copyOf(pdu, pdu.length - HELD_BACK));
                }
                for (RawPeer sender : senders) {
                    sender.sendRaw(new byte[HELD_BACK]);
                }
                for (int i = 0; i < SENDERS; i++) {
                    assertThat(senders.get(i).receive().status()).isEqualTo(DimseStatus.SUCCESS);
                    sent.add(uid(i));
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError("after " + sent.size() + " answers:\n" + gateway.output(), e);
            } finally {
                for (RawPeer each : senders) {
                    each.close();
                }
            }
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(received(gateway)).isEqualTo(sent));
            assertThat(gateway.output()).doesNotContain("OutOfMemoryError").doesNotContain("a heap of");
            assertThat(gateway.terminate(LIMIT)).isZero();
        }
    }

    private static Set<String> received(GatewayProcess gateway) {
        Set<String> received = new HashSet<>();
        for (String line : gateway.forwardLog()) {
            Matcher matcher = INSTANCE.matcher(line);
            if (matcher.find()) {
                received.add(matcher.group(1));
            }
        }
        return received;
    }

    private static String uid(int i) {
        return "1.2.3.4." + (100_000 + i);
    }

    /** In one PDU of one fragment. */
    private static byte[] dataset(String uid) {
        byte[] dataset = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00080016, "UI", RawPeer.CT + "\0")
                .text(0x00080018, "UI", uid)
                .text(0x00080060, "CS", "CT")
                .text(0x0020000D, "UI", "1.2.3.4.9\0")
                .bytes(0x7FE00010, "OW", new byte[PIXELS])
                .toByteArray();
        ByteArrayOutputStream pdu = new ByteArrayOutputStream();
        pdu.write(RawPeer.DATA);
        pdu.write(0);
        pdu.writeBytes(ByteBuffer.allocate(8)
                .putInt(dataset.length + 6)
                .putInt(dataset.length + 2)
                .array());
        pdu.write(1);
        pdu.write(2);
        pdu.writeBytes(dataset);
        return pdu.toByteArray();
    }
}
