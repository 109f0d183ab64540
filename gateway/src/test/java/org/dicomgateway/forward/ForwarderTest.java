package org.dicomgateway.forward;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.forward.Fixtures.destination;
import static org.dicomgateway.forward.Fixtures.instance;
import static org.dicomgateway.forward.Fixtures.instances;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.testkit.Destinations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several lanes together: how they start, change and end. */
class ForwarderTest {

    private final HandClock clock = new HandClock();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final Map<String, FakeServer> servers = new ConcurrentHashMap<>();
    private final Requestor network =
            (peer, calling, pairs) -> server(peer.aeTitle().value()).open(peer, calling, pairs);
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            AssociationConnector.by(settings -> network, outbox::explainsDuplicate, InstantSource.system()),
            ServerCheck.NONE,
            changed::add,
            SharedPlaces.ALONE,
            clock,
            new SplittableRandom(1));

    @AfterEach
    void leaves_no_thread_no_claim_and_no_association() {
        servers.values().forEach(FakeServer::letGo);
        forwarder.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("lane-"));
        assertThat(outbox.inHands()).isZero();
        assertThat(servers.values()).allSatisfy(each -> assertThat(each.open).hasValue(0));
    }

    @Test
    void a_destination_that_hangs_holds_up_nobody_else() {
        server("A").hangOn(sop -> true);
        for (String name : List.of("a", "b", "c")) {
            outbox.add(name, instances(50));
        }

        forwarder.start(List.of(to("a", "A"), to("b", "B"), to("c", "C")), Map.of(), Map.of());

        await().until(() -> outbox.delivered().size() == 100);
        assertThat(server("A").received()).isEmpty();
        assertThat(forwarder.views()).extracting(LaneView::delivered).containsExactly(0L, 50L, 50L);
    }

    @Test
    void stop_finishes_the_instance_in_hand_and_gives_the_rest_back() {
        server("A").hangOn(sop -> true);
        outbox.add("a", instances(5));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        await().until(() -> outbox.inHands() == 5 && server("A").open.get() == 1);
        AtomicBoolean inOrder = new AtomicBoolean();
        Thread stopping = new Thread(() -> inOrder.set(forwarder.stop(Duration.ofMinutes(1))));
        stopping.start();
        await().until(() -> forwarder.views().isEmpty());

        server("A").letGo();

        await().until(() -> !stopping.isAlive());
        assertThat(inOrder).isTrue();
        assertThat(outbox.delivered()).containsExactly(instance(1));
        assertThat(outbox.pending()).isEqualTo(4);
        assertThat(outbox.settled())
                .filteredOn(each -> each.settlement() instanceof Settlement.Retry)
                .hasSize(4)
                .allSatisfy(each -> assertThat(((Settlement.Retry) each.settlement()).counted())
                        .isFalse());
        assertThat(server("A").storeAssociations()).allMatch(each -> each.closed && !each.isAborted());
    }

    @Test
    void what_does_not_end_within_the_grace_is_aborted_and_burns_no_attempt() {
        server("A").hangOn(sop -> true);
        outbox.add("a", instance(1));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        await().until(() -> server("A").open.get() == 1 && outbox.inHands() == 1);

        assertThat(forwarder.stop(Duration.ofMillis(20))).isTrue();

        assertThat(outbox.settlementsOf(instance(1)))
                .singleElement()
                .isInstanceOfSatisfying(Settlement.Retry.class, it -> {
                    assertThat(it.counted()).isFalse();
                    assertThat(it.reason()).contains("stopped before the answer came");
                });
        assertThat(server("A").storeAssociations()).allMatch(FakeServer.Association::isAborted);
    }

    @Test
    void an_update_adds_and_removes_lanes() {
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        outbox.add("b", instance(1));

        forwarder.update(List.of(to("b", "B")), Map.of());

        await().until(() -> outbox.delivered().size() == 1);
        outbox.add("a", instance(2));
        assertThat(forwarder.views()).extracting(LaneView::destination).containsExactly("b");
        forwarder.update(List.of(to("a", "A"), to("b", "B")), Map.of());
        await().until(() -> outbox.delivered().size() == 2);
    }

    @Test
    void an_update_drops_nothing_that_is_in_flight_and_keeps_within_the_limit() {
        server("A").hangOn(sop -> true);
        Instance[] sent = instances(30);
        outbox.add("a", sent);
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        await().until(() -> server("A").storeAssociations().size() == 2);

        DestinationSettings smaller = destination("a", 1, 5);
        forwarder.update(List.of(withPeer(smaller, "A")), Map.of());
        forwarder.update(List.of(to("a", "A")), Map.of());
        forwarder.update(List.of(withPeer(smaller, "A")), Map.of());
        server("A").letGo();

        await().until(() -> outbox.delivered().size() == 30);
        assertThat(outbox.delivered()).containsExactlyInAnyOrder(sent);
        assertThat(server("A").mostOpen).hasValue(2);
        assertThat(server("A").all()).noneMatch(FakeServer.Association::isAborted);
        assertThat(forwarder.views())
                .singleElement()
                .satisfies(view ->
                        assertThat(view.delivered()).as("counted across lanes").isEqualTo(30));
    }

    @Test
    void an_update_that_changes_nothing_leaves_the_lane_alone() {
        outbox.add("a", instance(1));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        await().until(() -> outbox.delivered().size() == 1);

        forwarder.update(List.of(to("a", "A")), Map.of());
        outbox.add("a", instance(2));

        await().until(() -> outbox.delivered().size() == 2);
        assertThat(server("A").storeAssociations())
                .as("still the same association")
                .hasSize(1);
    }

    @Test
    void a_change_of_its_settings_does_not_reset_since_when_a_destination_is_down() {
        server("A").onOpen = calling -> {
            throw FakeServer.failure(AssociationException.Cause.CONNECT);
        };
        outbox.add("a", instances(10));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        awaitDown();
        Instant since = view("a").since();
        String why = view("a").why();
        clock.advance(Duration.ofSeconds(1));

        forwarder.update(List.of(withPeer(destination("a", 1, 5), "A")), Map.of());

        assertThat(view("a").state()).isEqualTo(DestinationState.DOWN);
        assertThat(view("a").since()).isEqualTo(since);
        assertThat(view("a").why()).isEqualTo(why);
        assertThat(requireNonNull(forwarder.prospects().get("a")).usable()).isFalse();
    }

    @Test
    void a_destination_that_is_down_is_tried_at_once_with_its_new_settings() {
        server("A").onOpen = calling -> {
            throw FakeServer.failure(AssociationException.Cause.CONNECT);
        };
        outbox.add("a", instances(3));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        awaitDown();
        server("A").onOpen = calling -> {};

        forwarder.update(List.of(withPeer(destination("a", 1, 5), "A")), Map.of());

        await().until(() -> view("a").state() == DestinationState.UP);
    }

    @Test
    void at_another_address_a_destination_begins_anew() {
        server("A").onOpen = calling -> {
            throw FakeServer.failure(AssociationException.Cause.CONNECT);
        };
        outbox.add("a", instances(3));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        awaitDown();
        clock.advance(Duration.ofSeconds(1));

        forwarder.update(List.of(to("a", "B")), Map.of());

        assertThat(view("a").state()).isEqualTo(DestinationState.UP);
        assertThat(view("a").since()).isEqualTo(clock.instant());
    }

    /** Each attempt waits for its turn by the clock. */
    private void awaitDown() {
        await().until(() -> {
            clock.advance(Duration.ofSeconds(11));
            return view("a").state() == DestinationState.DOWN;
        });
    }

    private LaneView view(String destination) {
        return forwarder.views().stream()
                .filter(view -> view.destination().equals(destination))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void after_stop_an_update_starts_nothing() {
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        forwarder.stop(Duration.ofSeconds(5));

        forwarder.update(List.of(to("b", "B")), Map.of());

        assertThat(forwarder.views()).isEmpty();
    }

    @Test
    void an_interrupt_while_stopping_is_kept() throws InterruptedException {
        server("A").hangOn(sop -> true);
        outbox.add("a", instance(1));
        forwarder.start(List.of(to("a", "A")), Map.of(), Map.of());
        await().until(() -> server("A").open.get() == 1);
        AtomicBoolean kept = new AtomicBoolean();
        Thread stopping = new Thread(() -> {
            Thread.currentThread().interrupt();
            forwarder.stop(Duration.ofMinutes(1));
            kept.set(Thread.currentThread().isInterrupted());
        });
        stopping.start();
        stopping.join();

        assertThat(kept).isTrue();
    }

    private FakeServer server(String aeTitle) {
        return servers.computeIfAbsent(aeTitle, any -> new FakeServer());
    }

    private static DestinationSettings to(String name, String aeTitle) {
        return withPeer(destination(name), aeTitle);
    }

    private static DestinationSettings withPeer(DestinationSettings it, String aeTitle) {
        return Destinations.of(
                it.name(),
                new Peer(AeTitle.of(aeTitle), "localhost", 104),
                it.callingAe(),
                it.maxAssociations(),
                it.weight(),
                it.requestor(),
                it.linger(),
                it.maxBatch(),
                it.retry(),
                it.breaker(),
                it.probeInterval());
    }
}
