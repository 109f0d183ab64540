package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.forward.association.Connector;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A destination that says itself that it takes nothing now, and for how long. */
class UnavailableTest {

    private static final String NAME = "cloud";

    private final HandClock clock = new HandClock();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final AtomicInteger stores = new AtomicInteger();
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private volatile Outcome answer = new Delivered(0);
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            (destination, timeouts) -> new Scripted(),
            ServerCheck.NONE,
            changed::add,
            SharedPlaces.ALONE,
            clock,
            new SplittableRandom(1));

    @AfterEach
    void ends_in_order() {
        forwarder.close();
        assertThat(outbox.inHands()).as("claims never settled").isZero();
    }

    private void start() {
        forwarder.start(List.of(Fixtures.destination(NAME, 1, 10)), Map.of(), Map.of());
    }

    private DestinationStatus prospects() {
        return Objects.requireNonNull(forwarder.prospects().get(NAME));
    }

    private DestinationState state() {
        return forwarder.views().get(0).state();
    }

    @Test
    void it_is_left_alone_for_as_long_as_it_asks_and_nothing_counts_against_the_instances() {
        answer = new Unavailable("HTTP 429 too many requests", Duration.ofSeconds(60), false);
        outbox.add(NAME, Fixtures.instances(5));
        start();
        await().until(() -> stores.get() == 1 && outbox.inHands() == 0);
        await().until(() -> state() == DestinationState.DEGRADED);
        assertThat(forwarder.views().get(0).why())
                .contains("asks to be left alone until")
                .contains("429");
        assertThat(prospects().usable()).isTrue();
        assertThat(prospects().answers()).isFalse();
        await().until(() -> changed.contains(NAME));

        answer = new Delivered(0);
        clock.advance(Duration.ofSeconds(59));
        outbox.ring(NAME);
        await().during(Duration.ofMillis(600)).until(() -> stores.get() == 1);

        clock.advance(Duration.ofSeconds(2));
        await().until(() -> outbox.delivered().size() == 5);
        await().until(() -> prospects().answers());
        assertThat(outbox.settled())
                .map(FakeOutbox.Settled::settlement)
                .filteredOn(Settlement.Retry.class::isInstance)
                .allMatch(settlement -> !((Settlement.Retry) settlement).counted());
    }

    @Test
    void when_it_says_that_it_fails_it_is_down_and_tried_again() {
        answer = new Unavailable("HTTP 503 service unavailable", Duration.ZERO, true);
        outbox.add(NAME, Fixtures.instances(5));
        start();
        await().until(() -> {
            clock.advance(Duration.ofMillis(200));
            outbox.ring(NAME);
            return state() == DestinationState.DOWN;
        });
        assertThat(stores.get()).isEqualTo(3);

        answer = new Delivered(0);
        await().until(() -> {
            clock.advance(Duration.ofSeconds(1));
            return outbox.delivered().size() == 5;
        });
        await().until(() -> state() == DestinationState.UP);
    }

    private final class Scripted implements Connector {

        @Override
        public StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs) {
            return new StoreConnection() {
                @Override
                public boolean accepts(PresentationPair pair) {
                    return true;
                }

                private Optional<Claim> underWay = Optional.empty();

                @Override
                public boolean takesMore(long bytes) {
                    return underWay.isEmpty();
                }

                @Override
                public void begin(Claim claim, Outgoing outgoing) throws IOException {
                    outgoing.dataset().readAllBytes();
                    stores.incrementAndGet();
                    underWay = Optional.of(claim);
                }

                @Override
                public Optional<Answer> polled() {
                    return Optional.empty();
                }

                @Override
                public Answer next() {
                    Claim claim = underWay.orElseThrow();
                    underWay = Optional.empty();
                    return new Answer(claim, answer);
                }

                @Override
                public Duration echo() {
                    return Duration.ZERO;
                }

                @Override
                public void abort() {}

                @Override
                public void close() {}
            };
        }

        @Override
        public boolean callsToOpen() {
            return false;
        }
    }
}
