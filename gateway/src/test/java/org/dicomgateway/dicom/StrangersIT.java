package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Association requests that cost far more memory than they have bytes, by callers who are let in, who are not, and who
 * hold back the last byte, against the gateway that ships as {@code scripts/gateway run} starts it, in a small heap.
 */
class StrangersIT {

    private static final int CROWD = 100;
    private static final int MEBIBYTE = 1 << 20;
    private static final String NOBODY = "gateway.listener-defaults.access = [ { name = ct, calling-ae = GOOD } ]";

    @TempDir
    private Path directory;

    @Test
    void no_request_stops_the_gateway_whoever_sends_it_and_however_much_of_it() throws Exception {
        Path file = new TestFiles(directory.resolve("files"), 5).single(20_000).path();
        try (GatewayProcess gateway = new GatewayProcess(
                        directory.resolve("gateway"), "-Xmx256m", "-XX:+ExitOnOutOfMemoryError")
                .configure(NOBODY)
                .broadcastTo(new Peer(AeTitle.of("NOBODY"), "127.0.0.1", 9))
                .start()) {
            for (Map.Entry<String, byte[]> worst : worstRequests().entrySet()) {
                for (String calling : List.of("STRANGER", "GOOD")) {
                    for (int heldBack : new int[] {0, 1}) {
                        String as = worst.getKey() + " of " + calling + " but for " + heldBack + " bytes";
                        crowd(gateway, from(calling, worst.getValue()), heldBack);
                        assertThat(gateway.isAlive()).as(as + ":\n" + gateway.output()).isTrue();
                        Dcmtk.storescu(gateway.peer(), AeTitle.of("GOOD"), List.of(file))
                                .orFail();
                    }
                }
            }
            assertThat(gateway.output()).doesNotContain("OutOfMemoryError");
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    /** As large as a PDU could ever be, each of what grows most when it is read. */
    private static Map<String, byte[]> worstRequests() {
        Map<String, byte[]> requests = new LinkedHashMap<>();
        AssociateBody roles = AssociateBody.standard().context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        for (int item = 0; roles.length() < MEBIBYTE - 65_536; item++) {
            int first = item * 6_000;
            roles.user(user -> {
                for (int i = 0; i < 6_000; i++) {
                    user.role("" + (char) (' ' + (first + i) / 200 % 200) + (char) (' ' + (first + i) % 200));
                }
            });
        }
        requests.put("role selections", roles.pdu(RawPeer.RQ));

        AssociateBody syntaxes = AssociateBody.standard();
        for (int id = 1; syntaxes.length() < MEBIBYTE - 65_536 && id < 256; id++) {
            List<String> tiny = new ArrayList<>();
            for (int i = 0; i < 13_000; i++) {
                tiny.add("1");
            }
            syntaxes.context(id, RawPeer.CT, tiny);
        }
        requests.put("transfer syntaxes", syntaxes.user(user -> {}).pdu(RawPeer.RQ));

        AssociateBody related = AssociateBody.standard().context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        for (int item = 0; related.length() < MEBIBYTE - 65_536; item++) {
            String sopClass = "1." + item;
            related.user(user -> user.commonExtended(sopClass, 32_000));
        }
        requests.put("related SOP classes", related.pdu(RawPeer.RQ));

        AssociateBody extended = AssociateBody.standard().context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        for (int item = 0; extended.length() < MEBIBYTE - 65_536; item++) {
            int first = item * 5_000;
            extended.user(user -> {
                for (int i = 0; i < 5_000; i++) {
                    user.extended(Integer.toString(first + i), 0);
                }
            });
        }
        requests.put("extended negotiations", extended.pdu(RawPeer.RQ));
        return requests;
    }

    private static byte[] from(String calling, byte[] request) {
        byte[] changed = request.clone();
        byte[] title = AssociateBody.ascii(String.format("%-16s", calling));
        System.arraycopy(title, 0, changed, 6 + 4 + 16, title.length);
        return changed;
    }

    /** All of them at once, and all have written what they want to write; then they go away. */
    private static void crowd(GatewayProcess gateway, byte[] request, int heldBack) throws IOException {
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), gateway.peer().port());
        byte[] written = Arrays.copyOf(request, request.length - heldBack);
        List<RawPeer> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                RawPeer peer = RawPeer.connect(address);
                crowd.add(peer);
                try {
                    peer.sendRaw(written);
                } catch (IOException refusedBeforeItsEnd) {
                    // As it should be.
                }
            }
        } catch (IOException gone) {
            // The gateway is no more, which is found out next.
        } finally {
            for (RawPeer each : crowd) {
                each.close();
            }
        }
    }
}
