package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoopbackTest {
    static final PresentationPair CT =
            new PresentationPair(Uid.of("1.2.840.10008.5.1.4.1.1.2"), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

    @Test
    void smoke() throws Exception {
        Duration s = Duration.ofSeconds(5);
        List<byte[]> got = new ArrayList<>();
        AcceptorSettings settings = new AcceptorSettings(
                new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 4, s, s, s, s, 16384);
        byte[] data = new byte[100_000];
        new java.util.Random(1).nextBytes(data);
        try (Acceptor acceptor = new Acceptor(settings, rq -> Optional.empty(), rq -> {
            got.add(rq.dataset().readAllBytes());
            return CStoreScp.CStoreResponse.SUCCESS;
        })) {
            acceptor.start();
            Peer peer =
                    new Peer(AeTitle.of("GW"), "127.0.0.1", acceptor.address().getPort());
            try (OpenAssociation a = Requestor.of(new RequestorSettings(s, s, s, s, s, 16384))
                    .open(peer, AeTitle.of("SCU"), List.of(CT, PresentationPair.VERIFICATION))) {
                assertThat(a.cEcho()).isZero();
                for (int i = 0; i < 3; i++)
                    assertThat(a.cStore(CT, Uid.of("1.2.3"), new ByteArrayInputStream(data)))
                            .isZero();
            }
        }
        assertThat(got).hasSize(3);
        assertThat(got.get(0)).isEqualTo(data);
    }
}
