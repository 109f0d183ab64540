package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.forward.Fixtures.instance;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Settlement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A lane that has several instances under way on one association, as {@link LaneTest} otherwise. */
@Tag("slow")
class PipelineTest {

    private static final String NAME = "orthanc1";
    private static final int WINDOW = 4;

    private final HandClock clock = new HandClock();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final FakeServer server = new FakeServer();
    private final AtomicInteger offers = new AtomicInteger();
    private volatile @Nullable AssociationException onOffer;
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            AssociationConnector.by(this::requestor, outbox::explainsDuplicate, clock),
            ServerCheck.NONE,
            changed -> {},
            SharedPlaces.ALONE,
            clock,
            new SplittableRandom(1));

    private Requestor requestor(RequestorSettings settings) {
        return (peer, calling, pairs) -> {
            if (settings.window() > 1) {
                offers.incrementAndGet();
                AssociationException failure = onOffer;
                if (failure != null) {
                    throw failure;
                }
            }
            return server.open(peer, calling, pairs);
        };
    }

    @AfterEach
    void ends_in_order() {
        server.letGo();
        forwarder.close();
        assertThat(outbox.inHands()).as("claims never settled").isZero();
        assertThat(server.open).as("associations left open").hasValue(0);
        assertThat(server.mostUnderWay.get()).isLessThanOrEqualTo(server.window);
    }

    @Test
    void several_are_under_way_and_each_has_the_answer_to_itself_in_whatever_order_answers_come() {
        server.window = WINDOW;
        server.lastFirst = true;
        server.onStore = sop -> sop.equals(sopOf(2)) ? 0xC000 : sop.equals(sopOf(3)) ? 0xB000 : 0;
        outbox.add(NAME, instances(1, 20));

        start();

        awaitDelivered(19);
        assertThat(server.mostUnderWay).hasValue(WINDOW);
        assertThat(server.storeAssociations()).hasSize(1);
        assertThat(outbox.settlementsOf(instance(2)))
                .singleElement()
                .isInstanceOfSatisfying(Settlement.Retry.class, retry -> {
                    assertThat(retry.status()).isEqualTo(0xC000);
                    assertThat(retry.counted()).isTrue();
                });
        assertThat(outbox.settlementsOf(instance(3))).containsExactly(new Settlement.Delivered(0xB000));
        assertThat(outbox.settlementsOf(instance(1))).containsExactly(new Settlement.Delivered(0));
    }

    @Test
    void a_destination_that_grants_no_window_gets_one_at_a_time_in_their_order() {
        Instance[] sent = instances(1, 20);
        outbox.add(NAME, sent);

        start();

        awaitDelivered(20);
        assertThat(server.mostUnderWay).hasValue(1);
        assertThat(outbox.delivered()).containsExactly(sent);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"ABORTED", "CONNECTION_LOST", "TIMEOUT", "PROTOCOL"})
    void a_break_with_several_under_way_delivers_and_blames_none_of_them_and_each_then_goes_alone(Cause cause) {
        server.window = WINDOW;
        server.onStore = breakAtThe(3, cause);
        outbox.add(NAME, instances(1, 8));

        start();
        // The others, so that the destination is not in doubt when the lost ones are due.
        await().until(() -> outbox.delivered().size() == 4);
        server.mostUnderWay.set(0);

        advanceUntilDelivered(8);
        assertThat(server.mostUnderWay).hasValue(1);
        List<FakeOutbox.Settled> lost = outbox.settled().stream()
                .filter(each -> each.settlement().unanswered())
                .toList();
        assertThat(lost).hasSize(WINDOW);
        assertThat(lost).allSatisfy(each -> {
            assertThat(each.settlement())
                    .isInstanceOfSatisfying(
                            Settlement.Retry.class,
                            retry -> assertThat(retry.counted()).isFalse());
            // What had the answer before the break is not sent again.
            assertThat(each.claim().instance()).isNotIn(instance(1), instance(2));
        });
        assertThat(view().state()).isEqualTo(DestinationState.UP);
    }

    @Test
    void an_instance_that_breaks_every_association_is_found_among_those_that_were_under_way_with_it() {
        server.window = WINDOW;
        server.onStore = sop -> {
            if (sop.equals(sopOf(3))) {
                throw FakeServer.failure(Cause.CONNECTION_LOST);
            }
            return 0;
        };
        outbox.add(NAME, instances(1, 8));
        start();

        for (int i = 0; i < 200 && !isParked(instance(3)); i++) {
            // Others must pass in between, or the destination is at fault.
            int settled = outbox.settled().size();
            outbox.add(NAME, instance(100 + i));
            advance(Duration.ofMinutes(1));
            await().until(() -> outbox.settled().size() > settled);
        }

        assertThat(isParked(instance(3))).isTrue();
        assertThat(outbox.settled().stream().filter(each -> each.settlement() instanceof Settlement.Parked))
                .hasSize(1);
        assertThat(outbox.settled().stream()
                        .filter(each -> each.settlement() instanceof Settlement.Retry retry && retry.counted())
                        .map(each -> each.claim().instance().id()))
                .containsOnly(3L);
    }

    @Test
    void an_instance_that_cannot_be_read_is_parked_and_those_under_way_with_it_are_sent_again() {
        server.window = WINDOW;
        outbox.damage(instance(3), new DamagedInstanceException("damaged", null));
        outbox.add(NAME, instances(1, 8));
        start();

        advanceUntilDelivered(7);

        assertThat(isParked(instance(3))).isTrue();
        assertThat(view().state()).isEqualTo(DestinationState.UP);
        assertThat(outbox.settled())
                .noneMatch(each -> each.settlement() instanceof Settlement.Retry retry && retry.counted());
    }

    @Test
    void a_stop_waits_for_all_that_are_under_way_and_an_abort_delivers_none_of_them() {
        server.window = WINDOW;
        server.hangOn(sop -> true);
        outbox.add(NAME, instances(1, 10));
        start();
        await().until(() -> server.mostUnderWay.get() == WINDOW);

        forwarder.close();

        assertThat(outbox.delivered()).isEmpty();
        assertThat(outbox.settled().stream().filter(each -> each.settlement().unanswered()))
                .hasSize(WINDOW);
    }

    @Test
    void in_doubt_only_one_is_under_way() {
        server.window = WINDOW;
        server.onStore = breakAtThe(1, Cause.CONNECTION_LOST);
        outbox.add(NAME, instances(1, 4));
        start();
        await().until(() -> outbox.settled().size() == 4);
        server.mostUnderWay.set(0);
        server.hangOn(sop -> true);

        outbox.add(NAME, instance(20), instance(21), instance(22));
        await().until(() -> server.mostUnderWay.get() > 0);
        outbox.ring(NAME);

        await().during(Duration.ofMillis(300)).until(() -> server.mostUnderWay.get() == 1);
        server.letGo();
        await().until(() -> outbox.delivered().size() >= 3);
        assertThat(server.mostUnderWay.get()).isGreaterThan(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"ABORTED", "CONNECTION_LOST", "PROTOCOL"})
    void a_destination_that_breaks_when_a_window_is_offered_is_offered_none_for_a_while(Cause cause) {
        onOffer = FakeServer.failure(cause);
        try (CapturedLog log = CapturedLog.of("org.dicomgateway.forward.association.WindowOffer")) {
            outbox.add(NAME, instances(1, 5));
            start();
            awaitDelivered(5);
            assertThat(offers).hasValue(1);
            assertThat(view().state()).isEqualTo(DestinationState.UP);
            assertThat(outbox.settled()).hasSize(5);
            assertThat(log.lines()).anyMatch(line -> line.contains("breaks the association when it is offered"));
        }
        anotherAssociation();
        assertThat(offers).hasValue(1);

        clock.advance(Duration.ofMinutes(1));
        onOffer = null;
        server.window = WINDOW;
        anotherAssociation();
        assertThat(offers).hasValue(2);
    }

    @Test
    void a_destination_that_breaks_whenever_several_are_under_way_gets_one_at_a_time_for_a_while() {
        server.window = WINDOW;
        server.breaksFrom = 2;
        try (CapturedLog log = CapturedLog.of("org.dicomgateway.forward.association.WindowOffer")) {
            for (int round = 0;
                    round < 10 && log.lines().stream().noneMatch(line -> line.contains("again and again"));
                    round++) {
                int before = outbox.delivered().size();
                outbox.add(NAME, instances(4 * round + 1, 4));
                if (round == 0) {
                    start();
                }
                advanceUntilDelivered(before + 4);
            }
            assertThat(log.lines()).anyMatch(line -> line.contains("again and again"));
        }
        int made = offers.get();
        anotherAssociation();
        assertThat(offers).hasValue(made);
        assertThat(outbox.settled()).noneMatch(each -> each.settlement() instanceof Settlement.Parked);
    }

    @Test
    void a_rejection_with_a_reason_and_a_destination_that_is_away_are_not_asked_twice() {
        onOffer = new AssociationException(new Rejection(1, 1, 7, ""), "called AE title not recognized");
        outbox.add(NAME, instance(1));
        start();

        await().until(() -> offers.get() >= 1 && !outbox.settled().isEmpty());

        assertThat(server.storeAssociations()).isEmpty();
    }

    private void anotherAssociation() {
        int before = outbox.delivered().size();
        clock.advance(Duration.ofSeconds(5));
        outbox.ring(NAME);
        await().until(() -> server.open.get() == 0);
        outbox.add(NAME, instance(outbox.nextInstance() + 1000));
        awaitDelivered(before + 1);
    }

    private static Instance[] instances(long first, int count) {
        return LongStream.range(first, first + count)
                .mapToObj(Fixtures::instance)
                .toArray(Instance[]::new);
    }

    private static FakeServer.OnStore breakAtThe(int store, Cause cause) {
        AtomicInteger stores = new AtomicInteger();
        return sop -> {
            if (stores.incrementAndGet() == store) {
                throw FakeServer.failure(cause);
            }
            return 0;
        };
    }

    private void advanceUntilDelivered(int count) {
        await().until(() -> {
            advance(Duration.ofSeconds(5));
            return outbox.delivered().size() == count;
        });
    }

    private void advance(Duration time) {
        clock.advance(time);
        outbox.ring(NAME);
    }

    private void start() {
        forwarder.start(List.of(Fixtures.withWindow(NAME, WINDOW)), Map.of(), Map.of());
    }

    private LaneView view() {
        return forwarder.views().get(0);
    }

    private void awaitDelivered(int count) {
        await().until(() -> outbox.delivered().size() == count);
    }

    private boolean isParked(Instance instance) {
        return outbox.settlementsOf(instance).stream().anyMatch(each -> each instanceof Settlement.Parked);
    }

    private static Uid sopOf(long id) {
        return instance(id).sopInstance();
    }
}
