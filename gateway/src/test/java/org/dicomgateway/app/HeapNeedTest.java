package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.junit.jupiter.api.Test;

class HeapNeedTest {

    private static final long HEAP = 256L << 20;
    private static final Duration TIME = Duration.ofSeconds(1);

    @Test
    void a_thousand_associations_fit_in_the_heap_that_is_shipped_whatever_the_length_of_their_PDUs() {
        assertThat(HeapNeed.warning(List.of(listener(1_000)), HEAP)).isEmpty();
    }

    @Test
    void more_than_fit_are_told_with_what_to_do() {
        assertThat(HeapNeed.warning(List.of(listener(1_000), listener(500)), HEAP))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("a heap of 256 MiB", "1500 associations", "-Xmx341m", "max-associations"));
    }

    private static ListenerSettings listener(int associations) {
        AcceptorSettings acceptor = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                associations,
                OptionalInt.empty(),
                TIME,
                TIME,
                TIME,
                OptionalLong.empty(),
                TIME,
                1 << 20,
                Optional.empty());
        return new ListenerSettings(
                "some",
                Set.of(AeTitle.of("GATEWAY")),
                acceptor,
                RateLimit.UNLIMITED,
                List.of(),
                List.of(),
                Optional.empty());
    }
}
