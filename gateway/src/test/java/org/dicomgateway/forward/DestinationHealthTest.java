package org.dicomgateway.forward;

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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerReport;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a destination's state, and of what waits for it, with a scripted server and a clock moved by hand.
 */
@Tag("slow")
class DestinationHealthTest {

    private static final String NAME = "orthanc1";

    private final HandClock clock = new HandClock();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final FakeServer server = new FakeServer();
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final AtomicInteger checks = new AtomicInteger();
    private volatile ServerReport report = new ServerReport("1.12.7", 5_000, 3, Optional.empty());
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            AssociationConnector.by(settings -> server, outbox::explainsDuplicate, InstantSource.system()),
            this::check,
            changed::add,
            SharedPlaces.ALONE,
            clock,
            new SplittableRandom(1));

    @AfterEach
    void ends_in_order() {
        server.letGo();
        forwarder.close();
        assertThat(outbox.inHands()).as("claims never settled").isZero();
        assertThat(server.open).as("associations left open").hasValue(0);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("lane-") || name.equals("forward-checks"));
    }

    // --- pause --------------------------------------------------------------------------------

    @Test
    void what_is_paused_finishes_the_instance_in_hand_and_gives_the_rest_back_at_once() {
        server.hangOn(sop -> true);
        outbox.add(NAME, instances(10));
        start(destination(NAME, 1, 10));
        await().until(() -> server.open.get() == 1 && outbox.inHands() == 10);
        changed.clear();

        assertThat(forwarder.pause(NAME, "new disks")).isTrue();

        assertThat(outbox.inHands()).isEqualTo(1);
        assertThat(view().state()).isEqualTo(DestinationState.PAUSED);
        assertThat(view().why()).isEqualTo("by an operator: new disks");
        assertThat(changed).containsExactly(NAME);
        assertThat(usable()).isFalse();
        server.letGo();
        await().until(() -> server.open.get() == 0);
        assertThat(outbox.delivered()).hasSize(1);
        int claims = outbox.claims();
        advance(Duration.ofMinutes(10));
        await().during(Duration.ofMillis(600)).until(() -> outbox.claims() == claims && server.echoes.get() == 0);

        assertThat(forwarder.resume(NAME)).isTrue();

        await().until(() -> outbox.delivered().size() == 10);
        assertThat(view().state()).isEqualTo(DestinationState.UP);
        assertThat(changed).containsExactly(NAME, NAME);
    }

    @Test
    void a_pause_survives_a_change_of_settings_and_is_taken_over_at_start() {
        outbox.add(NAME, instances(3));
        forwarder.start(List.of(destination(NAME)), Map.of(), Map.of(NAME, "since yesterday"));
        forwarder.update(List.of(destination(NAME, 1, 5)), Map.of());

        await().during(Duration.ofMillis(300)).until(() -> outbox.claims() == 0);
        assertThat(view().why()).contains("since yesterday");
        forwarder.resume(NAME);
        await().until(() -> outbox.delivered().size() == 3);
    }

    @Test
    void what_does_not_exist_cannot_be_paused() {
        start(destination(NAME));

        assertThat(forwarder.pause("orthanc9", "")).isFalse();
        assertThat(forwarder.resume(NAME)).as("was not paused").isFalse();
    }

    // --- schedules ----------------------------------------------------------------------------

    @Test
    void outside_its_hours_a_destination_gets_nothing_until_they_begin() {
        outbox.add(NAME, instances(3));
        start(Fixtures.withSchedule(destination(NAME), Fixtures.dailyAt(22)));

        await().during(Duration.ofMillis(300)).until(() -> outbox.claims() == 0 && server.calls.get() <= 1);
        assertThat(view().state()).isEqualTo(DestinationState.CLOSED_BY_SCHEDULE);
        assertThat(view().why()).isEqualTo("until 2026-03-01T22:00:00Z");
        assertThat(usable()).isFalse();
        changed.clear();

        advance(Duration.ofHours(19));

        await().until(() -> outbox.delivered().size() == 3);
        assertThat(changed).containsExactly(NAME);
        advance(Duration.ofHours(1));
        awaitState(DestinationState.CLOSED_BY_SCHEDULE);
        await().until(() -> server.open.get() == 0);
    }

    @Test
    void a_delivery_whose_route_is_closed_waits_for_its_hours_and_is_not_counted() {
        outbox.add(NAME, instances(25));
        forwarder.start(List.of(destination(NAME)), Map.of("route", Fixtures.dailyAt(22)), Map.of());
        await().until(() -> outbox.settled().size() == 25);

        Instant due = Instant.parse("2026-03-01T22:00:00Z");
        assertThat(outbox.settled())
                .extracting(FakeOutbox.Settled::settlement)
                .containsOnly(new Settlement.Retry(due, false, -1, "route route is closed until " + due));
        assertThat(view().state()).isEqualTo(DestinationState.UP);
        advance(Duration.ofHours(19));
        await().until(() -> outbox.delivered().size() == 25);
    }

    @Test
    void a_route_holds_a_study_until_nothing_of_it_has_arrived_for_a_while_and_not_for_ever() {
        Instant begin = clock.instant();
        outbox.add(NAME, instances(3));
        String study = instance(1).studyInstanceUid();
        outbox.arrived(study, begin);
        forwarder.hold(Map.of("route", new RouteSettings.Hold(Duration.ofMinutes(2), Duration.ofMinutes(5))));
        forwarder.start(List.of(destination(NAME)), Map.of(), Map.of());
        await().until(() -> outbox.settled().size() == 3);
        assertThat(outbox.settled()).extracting(FakeOutbox.Settled::settlement).allSatisfy(settlement -> {
            assertThat(settlement).isInstanceOf(Settlement.Retry.class);
            Settlement.Retry retry = (Settlement.Retry) settlement;
            assertThat(retry.due()).isEqualTo(begin.plus(Duration.ofMinutes(2)));
            assertThat(retry.counted()).isFalse();
            assertThat(retry.reason())
                    .isEqualTo("route route is closed until its study is complete: all of it goes when nothing of"
                            + " it has arrived for 2 m, or 5 m after its receipt");
        });

        advance(Duration.ofSeconds(119));
        outbox.arrived(study, clock.instant());
        advance(Duration.ofSeconds(1));
        await().until(() -> outbox.settled().size() == 6);
        assertThat(outbox.delivered()).as("more of it has arrived").isEmpty();

        advance(Duration.ofSeconds(119));
        await().until(() -> outbox.delivered().size() == 3);

        outbox.add(NAME, instance(4));
        outbox.arrived(study, clock.instant());
        advance(Duration.ofMinutes(1));
        forwarder.hold(Map.of());
        assertThat(outbox.hoursChanged())
                .as("what was held follows the new rules")
                .isNotEmpty();
    }

    @Test
    void hours_that_are_removed_or_widened_hold_back_nothing_and_narrower_ones_do() {
        outbox.add(NAME, instances(3));
        forwarder.start(List.of(destination(NAME)), Map.of("route", Fixtures.dailyAt(22)), Map.of());
        await().until(() -> outbox.settled().size() == 3);

        forwarder.update(List.of(destination(NAME)), Map.of("route", Fixtures.dailyAt(4)));
        assertThat(outbox.hoursChanged()).last().isEqualTo(Map.of("route", Instant.parse("2026-03-01T04:00:00Z")));
        advance(Duration.ofHours(1));
        await().until(() -> outbox.delivered().size() == 3);

        outbox.add(NAME, instances(2));
        await().until(() -> outbox.delivered().size() == 5);
        forwarder.update(List.of(destination(NAME)), Map.of("route", Fixtures.dailyAt(22)));
        outbox.add(NAME, instances(4));
        await().until(() -> outbox.settled().size() == 12);
        assertThat(outbox.delivered()).as("outside the narrower hours").hasSize(5);

        forwarder.update(List.of(destination(NAME)), Map.of("route", Schedule.ALWAYS));
        await().until(() -> outbox.delivered().size() == 9);

        int told = outbox.hoursChanged().size();
        forwarder.update(List.of(destination(NAME)), Map.of("route", Schedule.ALWAYS));
        assertThat(outbox.hoursChanged()).as("they are the same").hasSize(told);
    }

    @Test
    void what_waits_in_a_hand_when_its_route_closes_is_put_off_too() {
        server.hangOn(sop -> true);
        outbox.add(NAME, instances(5));
        forwarder.start(List.of(destination(NAME, 1, 10)), Map.of("route", Schedule.ALWAYS), Map.of());
        await().until(() -> outbox.inHands() == 5 && server.open.get() == 1);

        forwarder.update(List.of(destination(NAME, 1, 10)), Map.of("route", Fixtures.dailyAt(22)));
        server.letGo();

        await().until(() -> outbox.settled().size() == 5);
        assertThat(outbox.delivered()).as("the one that was being sent").hasSize(1);
        assertThat(outbox.pending()).isEqualTo(4);
    }

    // --- a server that hangs ------------------------------------------------------------------

    @Test
    void a_server_that_answers_neither_store_nor_echo_is_down_within_seconds() {
        server.hangOn(sop -> true);
        server.onEcho = calling -> {
            throw FakeServer.failure(Cause.TIMEOUT);
        };
        outbox.add(NAME, instances(10));
        try (CapturedLog log = CapturedLog.of("org.dicomgateway.forward")) {
            start(destination(NAME, 2, 10));
            await().until(() -> server.open.get() == 1 && outbox.inHands() == 10);
            changed.clear();

            advance(Duration.ofSeconds(6));

            awaitState(DestinationState.DOWN);
            await().until(() -> outbox.inHands() == 1);
            assertThat(view().why()).contains("it hangs", "not answered for 6.0 s", "neither is a C-ECHO");
            assertThat(changed).as("it was silent, then down").containsExactly(NAME, NAME);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("is down"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("after first failure 6.0 s ago"));
        }
        assertThat(server.storeAssociations()).noneMatch(FakeServer.Association::isAborted);
        server.onEcho = calling -> {};

        server.letGo();

        await().until(() -> outbox.delivered().size() == 10);
        awaitState(DestinationState.UP);
    }

    @Test
    void a_server_that_hangs_is_tried_again_by_another_worker_than_the_one_that_waits() {
        server.hangOn(sop -> sop.equals(instance(1).sopInstance()));
        server.onEcho = calling -> {
            throw FakeServer.failure(Cause.TIMEOUT);
        };
        outbox.add(NAME, instances(3));
        start(destination(NAME, 2, 10));
        await().until(() -> server.open.get() == 1 && outbox.inHands() == 3);
        advance(Duration.ofSeconds(6));
        awaitState(DestinationState.DOWN);
        server.onEcho = calling -> {};

        advance(Duration.ofSeconds(8));

        await().until(() -> outbox.delivered().size() == 2 && view().usable());
    }

    @Test
    void a_server_that_lets_a_store_wait_but_answers_an_echo_is_slow_and_gets_the_rest_by_another_association() {
        server.hangOn(sop -> sop.equals(instance(1).sopInstance()));
        outbox.add(NAME, instances(10));
        start(destination(NAME, 2, 10));
        await().until(() -> server.open.get() == 1 && outbox.inHands() == 10);

        advance(Duration.ofSeconds(6));

        await().until(() -> outbox.delivered().size() == 9);
        awaitState(DestinationState.DEGRADED);
        assertThat(view().why()).isEqualTo("slow: a store or call is not answered for 6.0 s");
        assertThat(usable()).isTrue();
    }

    @Test
    void when_every_association_waits_in_vain_there_is_nothing_to_ask_by_and_it_is_down_all_the_same() {
        server.hangOn(sop -> true);
        outbox.add(NAME, instances(10));
        start(destination(NAME, 1, 10));
        await().until(() -> server.open.get() == 1);

        advance(Duration.ofSeconds(6));
        await().during(Duration.ofMillis(300)).until(() -> view().usable());
        awaitState(DestinationState.DEGRADED);
        advance(Duration.ofSeconds(6));

        awaitState(DestinationState.DOWN);
        assertThat(view().why()).contains("nothing else is");
        assertThat(server.mostOpen).as("within the limit").hasValue(1);
        server.letGo();
        await().until(() -> outbox.delivered().size() == 10);
    }

    @Test
    void a_call_that_is_not_answered_is_suspect_too() {
        AtomicBoolean let = new AtomicBoolean();
        server.onOpen = calling -> {
            if (server.calls.get() > 1) {
                throw FakeServer.failure(Cause.TIMEOUT);
            }
            await().until(let::get);
        };
        outbox.add(NAME, instances(2));
        start(destination(NAME, 2, 10));
        await().until(() -> server.calls.get() == 1);

        advance(Duration.ofSeconds(6));

        awaitState(DestinationState.DOWN);
        let.set(true);
        server.onOpen = calling -> {};
        advance(Duration.ofSeconds(10));
        await().until(() -> outbox.delivered().size() == 2);
    }

    // --- a server that is silent --------------------------------------------------------------

    @Test
    void a_server_that_is_silent_is_there_but_what_it_was_not_sent_can_go_elsewhere() {
        server.hangOn(sop -> true);
        outbox.add(NAME, instances(40));
        start(destination(NAME, 2, 10));
        await().until(() -> server.open.get() == 2 && outbox.inHands() == 20);
        changed.clear();

        advance(Duration.ofMillis(1_100));

        await().until(() -> outbox.inHands() == 2);
        assertThat(destinationStatus()).isEqualTo(new DestinationStatus(NAME, true, false, 10_000_000));
        assertThat(view().state()).isEqualTo(DestinationState.UP);
        assertThat(changed).containsExactly(NAME);

        server.letGo();

        await().until(() -> outbox.delivered().size() == 40);
        assertThat(destinationStatus().answers()).isTrue();
        assertThat(changed).containsExactly(NAME, NAME);
        assertThat(server.received()).as("nothing twice").hasSize(40);
    }

    @Test
    void a_server_that_is_silent_about_one_instance_is_given_others_and_is_then_silent_no_more() {
        server.hangOn(sop -> sop.equals(instance(1).sopInstance()));
        outbox.add(NAME, instances(10));
        start(destination(NAME, 2, 10));
        await().until(() -> server.open.get() == 1 && outbox.inHands() == 10);

        advance(Duration.ofMillis(1_100));

        await().until(() -> outbox.delivered().size() == 9);
        await().until(() -> destinationStatus().answers());
    }

    @Test
    void a_server_that_lets_a_single_store_wait_but_answers_an_echo_is_not_silent_for_it() {
        server.hangOn(sop -> true);
        outbox.add(NAME, instance(1));
        start(destination(NAME, 2, 10));
        await().until(() -> outbox.inHands() == 1 && server.open.get() == 1);
        advance(Duration.ofSeconds(2));
        await().until(() -> !destinationStatus().answers());

        advance(Duration.ofSeconds(4));

        await().until(() -> destinationStatus().answers());
        assertThat(server.echoes).hasValue(1);
        assertThat(view().state()).isEqualTo(DestinationState.DEGRADED);
    }

    // --- refused connections ------------------------------------------------------------------

    @Test
    void a_server_that_refuses_connections_is_down_within_a_few_seconds_of_the_first_failure() {
        server.onOpen = calling -> {
            throw FakeServer.failure(Cause.CONNECT);
        };
        outbox.add(NAME, instance(1));
        start(destination(NAME));
        for (int strike = 1; strike <= 3; strike++) {
            int expected = strike;
            await().until(() -> outbox.settled().size() >= expected || view().state() == DestinationState.DOWN);
            advance(Duration.ofSeconds(1));
        }

        awaitState(DestinationState.DOWN);
        await().until(() -> changed.size() == 2);
    }

    // --- concurrency --------------------------------------------------------------------------

    @Test
    void what_waits_behind_a_slow_instance_goes_by_another_association() {
        server.hangOn(sop -> sop.equals(instance(1).sopInstance()));
        outbox.add(NAME, instances(5));
        start(destination(NAME, 2, 100));
        await().until(() -> server.open.get() == 1 && outbox.inHands() == 5);

        advance(Duration.ofSeconds(2));

        await().until(() -> outbox.delivered().size() == 4);
        assertThat(server.received()).doesNotContain(instance(1).sopInstance());
    }

    @Test
    void concurrency_shrinks_when_the_server_has_enough_and_grows_back() {
        AtomicInteger allowed = new AtomicInteger(2);
        server.onOpen = calling -> {
            if (server.open.get() >= allowed.get()) {
                throw new AssociationException(Rejection.temporaryCongestion("full"), "rejected 2/3/1");
            }
        };
        server.hangOn(sop -> true);
        outbox.add(NAME, instances(400));
        start(destination(NAME, 4, 10));
        await().until(() -> view().concurrency() < 4);
        await().until(() -> view().state() == DestinationState.DEGRADED);
        assertThat(view().maxAssociations()).isEqualTo(4);
        allowed.set(4);
        server.letGo();

        await().until(() -> {
            if (outbox.inHands() == 0) { // a store under way would be unanswered for as long as the clock moves
                advance(Duration.ofSeconds(10));
                outbox.add(NAME, instance(outbox.nextInstance() + 1_000));
            }
            return view().concurrency() == 4;
        });
        await().until(() -> {
            advance(Duration.ofSeconds(1));
            return outbox.pending() == 0;
        });
    }

    // --- rate ---------------------------------------------------------------------------------

    @Test
    void a_destination_gets_no_more_than_its_rate_and_no_association_is_kept_open_for_long_waits() {
        outbox.add(NAME, instances(10));
        start(Fixtures.withMaxRate(destination(NAME, 2, 10), new RateLimit(OptionalInt.of(2), Optional.empty())));
        await().until(() -> outbox.delivered().size() == 2);

        for (int sent = 3; sent <= 10; sent++) {
            int expected = sent;
            await().during(Duration.ofMillis(50)).until(() -> outbox.delivered().size() < expected);
            advance(Duration.ofMillis(500));
            await().until(() -> outbox.delivered().size() == expected);
        }
    }

    @Test
    void a_debt_of_bytes_is_waited_for_without_claiming_anything() {
        RateLimit limit = new RateLimit(OptionalInt.empty(), Optional.of(new DataSize(1_000)));
        for (int id = 1; id <= 20; id++) {
            outbox.add(NAME, Fixtures.ofSize(12_000, id));
        }
        start(Fixtures.withMaxRate(destination(NAME, 2, 10), limit));
        await().until(() -> outbox.delivered().size() == 1 && outbox.inHands() == 0);
        int claims = outbox.claims();
        await("in debt").during(Duration.ofSeconds(1)).until(() -> outbox.claims() == claims);

        for (int sent = 2; sent <= 20; sent++) {
            int expected = sent;
            advance(Duration.ofSeconds(12));
            await().until(() -> outbox.delivered().size() == expected && outbox.inHands() == 0);
        }

        assertThat(outbox.settled()).as("settlements that are no deliveries").hasSizeLessThan(20 + 20);
        assertThat(outbox.claims()).isLessThan(100);
    }

    // --- prospects, views ---------------------------------------------------------------------

    @Test
    void prospects_and_the_listener_follow_the_lanes() {
        start(destination(NAME));
        assertThat(forwarder.prospects())
                .containsExactly(Map.entry(NAME, new DestinationStatus(NAME, true, true, 10_000_000)));
        assertThat(changed).containsExactly(NAME);

        forwarder.update(List.of(destination("b")), Map.of());

        assertThat(forwarder.prospects()).containsOnlyKeys("b");
        assertThat(changed).containsExactly(NAME, NAME, "b");
    }

    @Test
    void what_a_server_says_of_itself_is_shown_and_a_check_that_fails_makes_it_degraded_at_most() {
        start(Fixtures.withRest(destination(NAME), Duration.ofMinutes(1)));
        await().until(() -> view().report().equals(Optional.of(report)));
        assertThat(view().state()).isEqualTo(DestinationState.UP);

        ServerReport failed = new ServerReport("", 0, 0, Optional.of("401 unauthorized"));
        report = failed;
        clock.advance(Duration.ofMinutes(1));

        await().until(() -> view().report().equals(Optional.of(failed)));
        assertThat(view().state()).isEqualTo(DestinationState.DEGRADED);
        assertThat(view().why()).contains("REST API failed: 401 unauthorized");
        assertThat(usable()).isTrue();
        assertThat(checks).hasValue(2);
    }

    @Test
    void a_destination_that_refuses_one_after_the_other_is_degraded() {
        server.onStore = sop -> 0xA900;
        outbox.add(NAME, instances(3));

        start(destination(NAME));

        awaitState(DestinationState.DEGRADED);
        assertThat(view().why()).contains("refuses instances, the last with 0xA900");
    }

    private Optional<ServerReport> check(DestinationSettings destination) {
        checks.incrementAndGet();
        return Optional.of(report);
    }

    private void advance(Duration time) {
        clock.advance(time);
        outbox.ring(NAME);
    }

    private void start(DestinationSettings settings) {
        forwarder.start(List.of(settings), Map.of(), Map.of());
    }

    private LaneView view() {
        return forwarder.views().get(0);
    }

    private boolean usable() {
        return destinationStatus().usable();
    }

    private DestinationStatus destinationStatus() {
        return forwarder.prospects().values().iterator().next();
    }

    private void awaitState(DestinationState state) {
        await().until(() -> view().state() == state);
    }
}
