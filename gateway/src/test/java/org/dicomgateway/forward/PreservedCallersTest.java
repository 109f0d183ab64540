package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.forward.Fixtures.destination;
import static org.dicomgateway.forward.Fixtures.instance;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongPredicate;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.CallingTitles;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A destination that is called by the senders' AE titles, and knows only some of them. */
@Tag("slow")
class PreservedCallersTest {

    private static final String NAME = "orthanc1";
    private static final int UNKNOWN = 150;
    private static final int KNOWN = 50;

    private final HandClock clock = new HandClock();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final FakeServer server = new FakeServer();
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            AssociationConnector.by(settings -> server, outbox::explainsDuplicate, InstantSource.system()),
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

    @Test
    void what_one_caller_is_rejected_for_delays_no_other() {
        server.onOpen = PreservedCallersTest::rejectUnknown;
        add();
        start();

        // The clock stands still: nothing waits.
        awaitDelivered(KNOWN);

        assertThat(changed).as("always usable").containsExactly(NAME);
        assertThat(view().state()).isEqualTo(DestinationState.DEGRADED);
        assertThat(view().why()).contains("does not know the calling AE title UNKNOWN");
        assertThat(server.calls.get()).as("it is not called for each of them").isLessThan(10);
    }

    @Test
    void a_server_that_was_down_and_rejects_one_caller_is_there_and_the_others_wait_for_one_pause() {
        server.onOpen = calling -> {
            throw FakeServer.failure(Cause.CONNECT);
        };
        add();
        start();
        for (int strike = 1; strike <= 3; strike++) {
            int calls = strike;
            await().until(() -> server.calls.get() >= calls);
            advance(Duration.ofSeconds(1));
        }
        await().until(() -> view().state() == DestinationState.DOWN && outbox.inHands() == 0);
        server.onOpen = PreservedCallersTest::rejectUnknown;

        advance(Duration.ofSeconds(8));

        awaitDelivered(KNOWN);
        assertThat(view().usable()).isTrue();
    }

    @Test
    void a_caller_that_is_aborted_at_its_first_store_delays_no_other() {
        abort(id -> id <= UNKNOWN);
        add();
        start();

        awaitDelivered(KNOWN);

        assertThat(changed).as("always usable").containsExactly(NAME);
        assertThat(view().why()).contains("does not know the calling AE title UNKNOWN");
        await().until(() -> outbox.inHands() == 0);
        for (int hour = 0; hour < 20; hour++) {
            int before = server.calls.get();
            clock.advance(Duration.ofHours(1));
            outbox.add(NAME, instance(1_000 + hour, Fixtures.CT, "KNOWN"));
            awaitDelivered(KNOWN + 1 + hour);
            await().until(() -> server.calls.get() > before && outbox.inHands() == 0);
        }
        assertThat(changed).as("always usable").containsExactly(NAME);
    }

    @Test
    void a_caller_that_is_aborted_again_before_others_had_their_turn_does_not_take_the_server_down() {
        abort(id -> id <= UNKNOWN);
        outbox.add(NAME, instance(1, Fixtures.CT, "UNKNOWN"));
        start();
        for (int times = 1; times <= CallingTitles.BEFORE_OTHERS; times++) {
            int expected = times;
            await().until(() -> server.storeAssociations().size() == expected && outbox.inHands() == 0);
            if (times == CallingTitles.BEFORE_OTHERS) {
                // Before it is due again: one more abort in a row would count.
                outbox.add(NAME, instance(UNKNOWN + 1, Fixtures.CT, "KNOWN"));
            }
            advance(Duration.ofMinutes(11));
        }

        awaitDelivered(1);
        assertThat(changed).as("always usable").containsExactly(NAME);
    }

    @Test
    void a_server_that_aborts_every_caller_is_down() {
        abort(id -> true);
        add();
        start();

        await().until(() -> {
            advance(Duration.ofMinutes(1));
            return view().state() == DestinationState.DOWN;
        });

        assertThat(outbox.settled())
                .noneMatch(each -> each.settlement() instanceof Settlement.Retry retry && retry.counted());
    }

    @Test
    void an_instance_that_is_aborted_does_not_keep_its_caller_out() {
        abort(id -> id == 1);
        outbox.add(
                NAME,
                instance(1, Fixtures.CT, "NEW"),
                instance(2, Fixtures.CT, "NEW"),
                instance(3, Fixtures.CT, "OLD"));
        start();
        awaitDelivered(1);
        await().until(() -> outbox.inHands() == 0);

        advance(Duration.ofSeconds(10));

        awaitDelivered(2);
    }

    @Test
    void a_caller_that_the_server_gets_to_know_is_served() {
        server.onOpen = PreservedCallersTest::rejectUnknown;
        add();
        start();
        awaitDelivered(KNOWN);
        server.onOpen = calling -> {};

        await().until(() -> {
            advance(Duration.ofMinutes(1));
            return outbox.delivered().size() == UNKNOWN + KNOWN;
        });

        assertThat(outbox.settled())
                .noneMatch(each -> each.settlement() instanceof Settlement.Retry retry && retry.counted());
        await().until(() -> view().state() == DestinationState.UP);
    }

    private void abort(LongPredicate which) {
        server.onStore = sop -> {
            if (which.test(Long.parseLong(sop.value().substring("1.2.3.".length())))) {
                throw FakeServer.failure(Cause.ABORTED);
            }
            return 0;
        };
    }

    private static void rejectUnknown(AeTitle calling) throws AssociationException {
        if (calling.equals(AeTitle.of("UNKNOWN"))) {
            throw new AssociationException(Rejection.callingAeTitleNotRecognized("who"), "rejected 1/1/3");
        }
    }

    /** Those of the unknown caller first. */
    private void add() {
        for (int id = 1; id <= UNKNOWN + KNOWN; id++) {
            outbox.add(NAME, instance(id, Fixtures.CT, id <= UNKNOWN ? "UNKNOWN" : "KNOWN"));
        }
    }

    private void advance(Duration time) {
        clock.advance(time);
        outbox.ring(NAME);
    }

    private void start() {
        forwarder.start(List.of(destination(NAME, 1, 10, Optional.empty())), Map.of(), Map.of());
    }

    private LaneView view() {
        return forwarder.views().get(0);
    }

    private void awaitDelivered(int count) {
        await().until(() -> outbox.delivered().size() == count);
    }
}
