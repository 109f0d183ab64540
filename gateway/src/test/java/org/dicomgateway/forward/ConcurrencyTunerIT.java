package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.junit.jupiter.api.Test;

/** A lane on a clock that goes by itself, with a server that more than two associations make slow. */
class ConcurrencyTunerIT {

    private static final String NAME = "orthanc1";
    private static final int INSTANCES = 12_000;

    @Test
    void a_server_that_takes_most_by_two_associations_gets_two_and_everything_once() {
        FakeOutbox outbox = new FakeOutbox(InstantSource.system());
        FakeServer server = new FakeServer();
        server.onStore = sop -> {
            int open = server.open.get();
            LockSupport.parkNanos(open * (1L + Math.abs(open - 2)) * 1_000_000);
            return 0;
        };
        outbox.add(NAME, Fixtures.instances(INSTANCES));
        try (Forwarder forwarder = new Forwarder(
                outbox,
                new ForwardLog(),
                settings -> server,
                ServerCheck.NONE,
                name -> {}, SharedPlaces.ALONE,
                InstantSource.system(),
                new SplittableRandom(1))) {
            forwarder.start(List.of(Fixtures.destination(NAME, 8, 50)), Map.of(), Map.of());

            // Half a minute: it is steady for ten seconds first, and each of its two steps takes five.
            await().atMost(Duration.ofMinutes(1)).until(() -> view(forwarder).concurrency() == 2);
            await().until(() -> server.open.get() == 2);
            assertThat(server.mostOpen).hasValue(8);
            assertThat(view(forwarder).state()).isEqualTo(DestinationState.UP);
            await().atMost(Duration.ofMinutes(2)).until(() -> outbox.delivered().size() == INSTANCES);
        }
        assertThat(server.received()).hasSize(INSTANCES).doesNotHaveDuplicates();
        assertThat(server.open).hasValue(0);
    }

    private static LaneView view(Forwarder forwarder) {
        return forwarder.views().get(0);
    }
}
