package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.forward.Fixtures.destination;
import static org.dicomgateway.forward.Fixtures.instance;
import static org.dicomgateway.forward.Fixtures.instances;

import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RouteSettings.Hold;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.FaultAttribution;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A lane with a scripted destination, an outbox in memory, and a clock that the test moves. */
@Tag("slow")
class LaneTest {

    private static final String NAME = "orthanc1";

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
        server.letGo();
        forwarder.close();
        assertThat(outbox.inHands()).as("claims never settled").isZero();
        assertThat(server.open).as("associations left open").hasValue(0);
    }

    // --- batches, contexts, linger ------------------------------------------------------------

    @Test
    void a_batch_goes_over_one_association_in_its_order() {
        Instance[] sent = instances(10);
        outbox.add(NAME, sent);

        start(destination(NAME, 1, 10));

        awaitDelivered(10);
        assertThat(outbox.delivered()).containsExactly(sent);
        assertThat(server.storeAssociations()).hasSize(1);
    }

    @Test
    void more_than_128_contexts_are_split_over_associations() {
        Instance[] sent = new Instance[129];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = instance(i + 1, "1.2." + i, "MODALITY");
        }
        outbox.add(NAME, sent);

        start(destination(NAME, 1, 200));

        awaitDelivered(129);
        assertThat(server.storeAssociations()).hasSize(2);
        assertThat(server.storeAssociations().get(0).pairs).hasSize(128);
        assertThat(server.storeAssociations().get(1).pairs).hasSize(1);
    }

    @Test
    void an_association_lingers_for_more_and_is_then_released() {
        start(destination(NAME, 1, 10));
        outbox.add(NAME, instance(1));
        awaitDelivered(1);

        outbox.add(NAME, instance(2));
        awaitDelivered(2);
        assertThat(server.storeAssociations()).hasSize(1);
        assertThat(server.storeAssociations().get(0).closed).isFalse();

        advance(Duration.ofSeconds(2));
        await().until(() -> server.open.get() == 0);
        assertThat(server.storeAssociations().get(0).isAborted()).isFalse();
        outbox.add(NAME, instance(3));
        awaitDelivered(3);
        assertThat(server.storeAssociations()).hasSize(2);
    }

    @Test
    void an_instance_that_is_announced_finds_its_association_open() {
        startAndProbe();
        awaitAnnounced(instance(1));
        await().until(() -> server.open.get() == 1);
        assertThat(server.received()).isEmpty();

        outbox.add(NAME, instance(1));

        awaitDelivered(1);
        assertThat(server.storeAssociations()).hasSize(1);
    }

    @Test
    void an_association_for_an_instance_that_does_not_come_is_released() {
        startAndProbe();
        awaitAnnounced(instance(1));
        await().until(() -> server.open.get() == 1);

        advance(Duration.ofSeconds(2));

        await().until(() -> server.open.get() == 0);
        assertThat(server.storeAssociations().get(0).isAborted()).isFalse();
        assertThat(view().consecutiveFailures()).isZero();
    }

    @Test
    void a_call_for_an_announced_instance_that_fails_is_its_attempt() {
        startAndProbe();
        server.onOpen = calling -> {
            outbox.add(NAME, instance(1));
            server.onOpen = any -> {};
            throw FakeServer.failure(Cause.CONNECT);
        };
        awaitAnnounced(instance(1));

        await().until(() -> outbox.settled().size() == 1);
        assertThat(outbox.settlementsOf(instance(1)).get(0)).isInstanceOf(Settlement.Retry.class);
        assertThat(server.storeAssociations()).isEmpty();
        assertThat(view().consecutiveFailures()).isEqualTo(1);
    }

    @Test
    void no_association_is_opened_for_an_instance_whose_route_is_closed() {
        startAndProbe();
        forwarder.hold(Map.of("route", new Hold(Duration.ofSeconds(30), Duration.ofMinutes(5))));

        await().during(Duration.ofMillis(700)).until(() -> {
            outbox.announce(NAME, instance(1));
            return server.storeAssociations().isEmpty();
        });
    }

    @Test
    void an_idle_association_makes_room_at_once_while_others_are_at_work() {
        server.hangOn(sop -> sop.equals(sopOf(1)));
        outbox.add(NAME, instances(4));
        start(destination(NAME, 2, 2));
        awaitDelivered(2);
        assertThat(server.open).hasValue(2);

        advance(Duration.ofMillis(100));

        await().until(() -> server.open.get() == 1);
        assertThat(outbox.inHands()).isEqualTo(2);
    }

    @Test
    void what_does_not_fit_the_accepted_contexts_gets_an_association_of_its_own() {
        start(destination(NAME, 1, 10));
        outbox.add(NAME, instance(1));
        awaitDelivered(1);

        outbox.add(NAME, instance(2, "1.2.840.10008.5.1.4.1.1.4", "MODALITY"));

        awaitDelivered(2);
        assertThat(server.storeAssociations()).hasSize(2);
        assertThat(server.storeAssociations().get(0).closed).isTrue();
    }

    @Test
    void preserved_calling_AE_titles_get_associations_of_their_own() {
        outbox.add(
                NAME,
                instance(1, Fixtures.CT, "ALPHA"),
                instance(2, Fixtures.CT, "BETA"),
                instance(3, Fixtures.CT, "ALPHA"));

        start(destination(NAME, 1, 10, Optional.empty()));

        awaitDelivered(3);
        assertThat(server.storeAssociations())
                .extracting(each -> each.calling.value())
                .containsExactly("ALPHA", "BETA");
        assertThat(server.storeAssociations().get(0).sent).hasSize(2);
    }

    // --- outcomes -----------------------------------------------------------------------------

    @Test
    void a_retry_that_falls_due_needs_no_ring() {
        server.onStore = sop -> server.received().isEmpty() ? 0xC000 : 0;
        outbox.add(NAME, instance(1));
        start(destination(NAME));
        await().until(() -> outbox.settled().size() == 1 && server.open.get() == 1);

        clock.advance(Duration.ofSeconds(10));

        awaitDelivered(1);
    }

    @Test
    void a_refused_instance_is_tried_again_with_backoff_and_parked_in_the_end() {
        server.onStore = sop -> sop.equals(sopOf(1)) ? 0xC000 : 0;
        outbox.add(NAME, instance(1));
        start(destination(NAME));

        for (int attempt = 1; attempt <= 4; attempt++) {
            int settled = attempt;
            await().until(() -> outbox.settlementsOf(instance(1)).size() == settled);
            advance(Duration.ofMinutes(11));
        }

        List<Settlement> settlements = outbox.settlementsOf(instance(1));
        assertThat(settlements.subList(0, 3))
                .allSatisfy(each -> assertThat(each).isInstanceOf(Settlement.Retry.class));
        assertThat(settlements.get(3))
                .isEqualTo(new Settlement.Parked(0xC000, "given up after 4 attempts: 0xC000 cannot understand"));
        assertThat(view().state()).isEqualTo(DestinationState.UP);
        assertThat(view().retried()).isEqualTo(3);
        assertThat(view().parked()).isEqualTo(1);
    }

    @Test
    void one_instance_without_resources_is_parked_in_the_end_and_does_not_open_the_breaker() {
        server.onStore = sop -> sop.equals(sopOf(1)) ? 0xA700 : 0;
        outbox.add(NAME, instance(1));
        start(destination(NAME));

        for (int attempt = 1; attempt <= 4; attempt++) {
            int settled = attempt;
            await().until(() -> outbox.settlementsOf(instance(1)).size() == settled);
            assertThat(view().state()).isEqualTo(DestinationState.UP);
            advance(Duration.ofMinutes(11));
        }

        assertThat(outbox.settlementsOf(instance(1)).get(3)).isInstanceOf(Settlement.Parked.class);
    }

    @Test
    void several_instances_without_resources_open_the_breaker_and_the_rest_of_the_batch_burns_no_attempt() {
        server.onStore = sop -> 0xA700;
        outbox.add(NAME, instances(10));

        start(destination(NAME, 1, 10));

        awaitState(DestinationState.DOWN);
        await().until(() -> outbox.settled().size() == 10);
        assertThat(outbox.settled())
                .filteredOn(each -> ((Settlement.Retry) each.settlement()).counted())
                .hasSize(FaultAttribution.SEVERAL - 1);
        assertThat(view().why()).contains("0xA700 out of resources");
    }

    @Test
    void a_full_server_that_is_tried_over_a_weekend_parks_nothing_and_gets_everything_when_it_has_room() {
        server.onStore = sop -> 0xA700;
        outbox.add(NAME, instances(5));
        start(destination(NAME, 1, 10));
        awaitState(DestinationState.DOWN);
        for (int i = 0; i < 40; i++) {
            int before = outbox.settled().size();
            advance(Duration.ofMinutes(11));
            await().until(() -> outbox.settled().size() > before && view().state() == DestinationState.DOWN);
        }
        assertThat(outbox.settled()).noneMatch(each -> each.settlement() instanceof Settlement.Parked);

        server.onStore = sop -> 0;
        advance(Duration.ofMinutes(11));

        awaitDelivered(5);
    }

    @Test
    void what_has_no_accepted_context_is_parked_at_once_and_the_rest_goes_on() {
        server.accepts = pair -> !pair.sopClass().equals(Uid.of("1.2.99"));
        outbox.add(NAME, instance(1), instance(2, "1.2.99", "MODALITY"), instance(3));

        start(destination(NAME));

        awaitDelivered(2);
        assertThat(outbox.settlementsOf(instance(2, "1.2.99", "MODALITY")))
                .singleElement()
                .isInstanceOfSatisfying(
                        Settlement.Parked.class,
                        it -> assertThat(it.reason()).contains("no presentation context for SOP class 1.2.99"));
        assertThat(server.storeAssociations()).hasSize(1);
    }

    // --- duplicates ------------------------------------------------------------

    @Test
    void a_duplicate_is_a_delivery_when_no_other_version_was_sent_there() {
        server.onStore = sop -> 0x0111;
        outbox.add(NAME, instance(1));

        start(destination(NAME));

        awaitDelivered(1);
        assertThat(outbox.settlementsOf(instance(1))).containsExactly(new Settlement.Delivered(0x0111));
    }

    @Test
    void a_duplicate_of_another_version_that_was_sent_there_is_parked_and_says_what_to_do() {
        server.onStore = sop -> sop.equals(sopOf(1)) ? 0x0111 : 0;
        outbox.otherVersionsSent();
        outbox.add(NAME, instance(1), instance(2));

        start(destination(NAME));

        awaitDelivered(1);
        assertThat(outbox.settlementsOf(instance(1)))
                .singleElement()
                .isInstanceOfSatisfying(Settlement.Parked.class, it -> {
                    assertThat(it.status()).isEqualTo(0x0111);
                    assertThat(it.reason()).contains("another version", "delete the instance there", "discard");
                    assertThat(it.elsewhere()).isTrue();
                });
        assertThat(view().state()).isEqualTo(DestinationState.UP);
    }

    @Test
    void a_duplicate_after_an_answer_that_was_lost_is_a_delivery_whatever_else_was_sent() {
        server.onStore = sop -> {
            if (server.all().size() == 1) {
                throw FakeServer.failure(AssociationException.Cause.CONNECTION_LOST);
            }
            return 0x0111;
        };
        outbox.otherVersionsSent();
        outbox.add(NAME, instance(1));
        start(destination(NAME));
        await().until(() -> outbox.settlementsOf(instance(1)).size() == 1);
        assertThat(outbox.settlementsOf(instance(1)).get(0).unanswered()).isTrue();

        advance(Duration.ofSeconds(5));

        awaitDelivered(1);
    }

    @Test
    void what_was_refused_or_never_sent_is_not_told_as_unanswered() {
        server.onOpen = calling -> {
            if (server.calls.get() == 1) {
                throw FakeServer.failure(AssociationException.Cause.CONNECT);
            }
        };
        server.onStore = sop -> 0xC000;
        outbox.add(NAME, instance(1));
        start(destination(NAME));
        await().until(() -> outbox.settlementsOf(instance(1)).size() == 1);
        advance(Duration.ofSeconds(5));
        await().until(() -> outbox.settlementsOf(instance(1)).size() == 2);

        assertThat(outbox.settlementsOf(instance(1))).noneMatch(Settlement::unanswered);
    }

    @Test
    void a_damaged_instance_is_parked_and_the_rest_goes_on() {
        outbox.damage(instance(1), new DamagedInstanceException("segment 7: checksum differs", null));
        outbox.add(NAME, instance(1), instance(2));

        start(destination(NAME));

        awaitDelivered(1);
        assertThat(outbox.settlementsOf(instance(1)))
                .containsExactly(new Settlement.Parked(
                        -1, "damaged in the spool, not sent: segment 7: checksum differs", false));
        assertThat(server.received()).containsExactly(sopOf(2));
        assertThat(view().consecutiveFailures()).isZero();
    }

    @Test
    void an_instance_that_cannot_be_read_is_tried_again_and_counted() {
        outbox.damage(instance(1), new IOException("input/output error"));
        outbox.add(NAME, instance(1));

        start(destination(NAME));

        await().until(() -> !outbox.settlementsOf(instance(1)).isEmpty());
        assertThat(outbox.settlementsOf(instance(1)).get(0))
                .isInstanceOfSatisfying(
                        Settlement.Retry.class, it -> assertThat(it.counted()).isTrue());
    }

    @Test
    void a_poison_instance_does_not_block_the_lane_and_is_parked_in_the_end() {
        server.onStore = sop -> {
            if (sop.equals(sopOf(1))) {
                throw FakeServer.failure(Cause.ABORTED);
            }
            return 0;
        };
        outbox.add(NAME, instance(1), instance(2));
        start(destination(NAME, 1, 10));

        for (int round = 1; round <= 8 && !isParked(instance(1)); round++) {
            int expected = round;
            await().until(() -> outbox.settlementsOf(instance(1)).size() >= expected);
            outbox.add(NAME, instance(100 + round));
            await().until(() -> outbox.delivered().contains(instance(100 + expected)));
            advance(Duration.ofMinutes(11));
        }

        assertThat(isParked(instance(1))).isTrue();
        assertThat(view().lastError()).contains("while others pass");
        assertThat(view().state()).isEqualTo(DestinationState.UP);
        assertThat(outbox.settlementsOf(instance(1)).stream()
                        .filter(each -> each instanceof Settlement.Retry retry && retry.counted()))
                .hasSize(3);
    }

    // --- breaker and probe --------------------------------------------------------------------

    @Test
    void a_server_that_is_down_is_left_alone_and_caught_up_with_when_it_is_back() {
        server.onOpen = calling -> {
            throw FakeServer.failure(Cause.CONNECT);
        };
        outbox.add(NAME, instances(20));
        start(destination(NAME, 1, 10));
        awaitState(DestinationState.DOWN);
        await().until(() -> outbox.inHands() == 0);
        assertThat(outbox.claimSizes()).as("little has to go back").containsExactly(10, 1, 1);
        assertThat(outbox.settled())
                .allSatisfy(each -> assertThat(each.settlement())
                        .isInstanceOfSatisfying(
                                Settlement.Retry.class,
                                it -> assertThat(it.counted()).isFalse()));
        int claims = outbox.claims();
        int calls = server.calls.get();
        outbox.add(NAME, instance(21));
        await().during(Duration.ofMillis(600)).until(() -> outbox.claims() == claims && server.calls.get() == calls);

        advance(Duration.ofSeconds(8));
        await().until(() -> server.calls.get() == calls + 1);
        awaitState(DestinationState.DOWN);

        server.onOpen = calling -> {};
        advance(Duration.ofSeconds(16));
        awaitState(DestinationState.UP);
        advance(Duration.ofSeconds(8));
        awaitDelivered(21);
        assertThat(view().delivered()).isEqualTo(21);
        assertThat(view().consecutiveFailures()).isZero();
    }

    @Test
    void a_server_that_is_down_is_tried_at_once_when_an_operator_asks_and_one_that_is_paused_is_not() {
        server.onOpen = calling -> {
            throw FakeServer.failure(Cause.CONNECT);
        };
        outbox.add(NAME, instances(20));
        start(destination(NAME, 1, 10));
        awaitState(DestinationState.DOWN);
        await().untilAsserted(() -> assertThat(view().nextAttempt())
                .hasValueSatisfying(next -> assertThat(next).isAfter(clock.instant())));
        server.onOpen = calling -> {};
        forwarder.pause(NAME, "new disk");
        assertThat(forwarder.tryNow(NAME)).isFalse();
        forwarder.resume(NAME);

        assertThat(forwarder.tryNow(NAME)).isTrue();

        awaitState(DestinationState.UP);
        advance(Duration.ofSeconds(1));
        awaitDelivered(20);
        assertThat(view().nextAttempt()).isEmpty();
        assertThat(forwarder.tryNow(NAME)).as("it is up").isFalse();
        assertThat(forwarder.tryNow("nobody")).isFalse();
    }

    @Test
    void a_server_that_answers_echoes_but_aborts_every_store_stays_left_alone() {
        server.onStore = sop -> {
            throw FakeServer.failure(Cause.ABORTED);
        };
        outbox.add(NAME, instances(3));
        start(destination(NAME, 1, 10));
        awaitState(DestinationState.DOWN);

        for (int i = 1; i <= 5; i++) {
            int echoes = server.echoes.get();
            advance(Duration.ofMinutes(1));
            await().until(() -> server.echoes.get() > echoes && view().state() == DestinationState.DOWN);
        }

        assertThat(view().why()).contains("lets our AE title GATEWAY store");
        assertThat(outbox.settled())
                .allSatisfy(each -> assertThat(each.settlement())
                        .isInstanceOfSatisfying(
                                Settlement.Retry.class,
                                it -> assertThat(it.counted()).isFalse()));
    }

    @Test
    void an_idle_server_is_asked_by_C_ECHO_now_and_then() {
        start(destination(NAME));
        await().until(() -> server.echoes.get() == 1);

        advance(Duration.ofMinutes(5));

        await().until(() -> server.echoes.get() == 2);
        assertThat(server.storeAssociations()).isEmpty();
    }

    @Test
    void an_idle_server_that_dies_is_noticed_and_so_is_its_return() {
        start(destination(NAME));
        await().until(() -> server.echoes.get() == 1);
        server.onEcho = calling -> {
            throw FakeServer.failure(Cause.TIMEOUT);
        };
        advance(Duration.ofMinutes(5));
        for (int i = 2; i <= 4; i++) {
            int expected = i;
            await().until(() -> view().consecutiveFailures() >= expected - 1);
            advance(Duration.ofSeconds(8));
        }
        awaitState(DestinationState.DOWN);
        server.onEcho = calling -> {};

        await().until(() -> {
            advance(Duration.ofMinutes(1));
            return view().usable();
        });
        assertThat(view().lastError()).contains("TIMEOUT");
    }

    @Test
    void a_sender_the_server_does_not_know_does_not_hold_up_the_others() {
        server.onOpen = calling -> {
            if (calling.equals(AeTitle.of("UNKNOWN"))) {
                throw new AssociationException(Rejection.callingAeTitleNotRecognized("who"), "rejected 1/1/3");
            }
        };
        for (int i = 1; i <= 10; i++) {
            outbox.add(NAME, instance(i, Fixtures.CT, i % 2 == 0 ? "KNOWN" : "UNKNOWN"));
        }

        start(destination(NAME, 1, 3, Optional.empty()));

        awaitDelivered(5);
        awaitState(DestinationState.DEGRADED);
        assertThat(view().why()).contains("does not know the calling AE title UNKNOWN");
        assertThat(outbox.pending()).isEqualTo(5);
    }

    // --- logs ---------------------------------------------------------------------------------

    @Test
    void each_outcome_is_a_line_of_the_forward_log() {
        server.onStore = sop -> sop.equals(sopOf(2)) ? 0xC000 : 0;
        server.accepts = pair -> !pair.sopClass().equals(Uid.of("1.2.99"));
        outbox.passOn(instance(4));
        outbox.add(
                NAME, instance(1), instance(2), instance(3, "1.2.99", "MODALITY"), instance(4, "1.2.99", "MODALITY"));
        try (CapturedLog log = CapturedLog.of(ForwardLog.LOGGER)) {
            start(destination(NAME));
            await().until(() -> log.lines().size() == 4);

            assertThat(log.lines().get(0))
                    .contains("event=delivered", "sop=1.2.3.1", "destination=orthanc1", "attempt=1", "status=0x0000");
            assertThat(log.lines().get(1)).contains("event=retry", "status=0xC000", "cannot understand");
            assertThat(log.lines().get(2)).contains("event=parked", "status=-", "no presentation context");
            assertThat(log.lines().get(3)).contains("event=passed-on", "sop=1.2.3.4", "no presentation context");
        }
    }

    @Test
    void a_server_that_is_down_does_not_flood_the_logs() {
        server.onOpen = calling -> {
            throw FakeServer.failure(Cause.CONNECT);
        };
        outbox.add(NAME, instances(500));
        try (CapturedLog deliveries = CapturedLog.of(ForwardLog.LOGGER);
                CapturedLog process = CapturedLog.of("org.dicomgateway.forward")) {
            start(destination(NAME, 4, 10));
            awaitState(DestinationState.DOWN);
            for (int failures = 4; failures <= 13; failures++) {
                int expected = failures;
                advance(Duration.ofMinutes(1));
                await().until(() -> view().consecutiveFailures() == expected);
            }

            assertThat(deliveries.lines())
                    .as("those of the batches that opened the breaker")
                    .hasSizeLessThan(50);
            assertThat(process.lines())
                    .filteredOn(line -> line.contains("is down"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("3 failures in a row, after first failure"));
            assertThat(process.lines())
                    .filteredOn(line -> line.contains("failed again"))
                    .hasSize(10);
        }
    }

    // --- association limit and workers --------------------------------------------------------

    @Test
    void a_backlog_gets_more_workers_but_never_more_associations_than_allowed() {
        AtomicInteger count = new AtomicInteger();
        server.onStore = sop -> {
            count.incrementAndGet();
            return 0;
        };
        server.hangOn(sop -> count.get() < 3);
        outbox.add(NAME, instances(2_000));
        start(destination(NAME, 3, 10));

        await().until(() -> server.open.get() == 3);
        server.letGo();

        awaitDelivered(2_000);
        assertThat(server.mostOpen).hasValue(3);
        assertThat(outbox.delivered()).doesNotHaveDuplicates();
    }

    @Test
    void a_single_batch_gets_a_single_worker() {
        outbox.add(NAME, instances(9));
        start(destination(NAME, 3, 10));

        awaitDelivered(9);

        assertThat(server.mostOpen).hasValue(1);
        assertThat(threadsOfLanes()).containsExactlyInAnyOrder("lane-orthanc1-1", "lane-orthanc1-watch");
    }

    @Test
    void a_server_at_its_limit_is_not_down() {
        server.onOpen = calling -> {
            if (server.open.get() > 0) {
                throw new AssociationException(Rejection.localLimitExceeded("full"), "rejected 2/3/2");
            }
        };
        server.hangOn(sop -> sop.equals(sopOf(1)));
        outbox.add(NAME, instances(40));
        start(destination(NAME, 4, 10));
        await().until(() -> view().retried() >= 10);

        awaitState(DestinationState.DEGRADED);
        assertThat(view().consecutiveFailures()).isZero();
        assertThat(view().why()).contains(" of 4 associations at once").contains("2/3/2");
        assertThat(view().concurrency()).isBetween(1, 2);
        server.letGo();
        await().until(() -> {
            advance(Duration.ofSeconds(2));
            return outbox.delivered().size() == 40;
        });
    }

    // --- faults -------------------------------------------------------------------------------

    @Test
    void an_Error_in_a_worker_gives_back_what_it_was_sending_and_reaches_whoever_ends_the_process() {
        AtomicInteger stores = new AtomicInteger();
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.complete(error));
        server.onStore = sop -> {
            if (stores.getAndIncrement() == 0) {
                throw new OutOfMemoryError("scripted");
            }
            return 0;
        };
        outbox.add(NAME, instances(3));

        try {
            start(destination(NAME, 1, 10));
            assertThat(uncaught.join()).isInstanceOf(OutOfMemoryError.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }

        assertThat(outbox.settlementsOf(instance(1)).get(0)).isInstanceOfSatisfying(Settlement.Retry.class, it -> {
            assertThat(it.counted()).isTrue();
            assertThat(it.reason()).contains("OutOfMemoryError");
        });
    }

    @Test
    void a_fault_of_the_outbox_does_not_end_the_lane() {
        outbox.failNextClaim(new IllegalStateException("scripted: the ledger is busy"));
        outbox.add(NAME, instance(1));

        start(destination(NAME));

        awaitDelivered(1);
    }

    @Test
    void a_stray_interrupt_does_not_end_the_lane() {
        start(destination(NAME));
        await().until(() -> server.echoes.get() == 1);

        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("lane-orthanc1-1"))
                .forEach(Thread::interrupt);
        outbox.add(NAME, instance(1));

        awaitDelivered(1);
    }

    /** Announces an instance until the lane calls: it hears that only while it has nothing to do. */
    private void awaitAnnounced(Instance instance) {
        int before = server.calls.get();
        await().until(() -> {
            outbox.announce(NAME, instance);
            return server.calls.get() > before;
        });
    }

    /** Starts, and waits until the lane has asked by C-ECHO and has nothing more to do. */
    private void startAndProbe() {
        start(destination(NAME, 1, 10));
        await().until(() -> server.echoes.get() == 1 && server.open.get() == 0);
    }

    /** Lets time pass, and the lane look at the clock. */
    private void advance(Duration time) {
        clock.advance(time);
        outbox.ring(NAME);
    }

    private void start(DestinationSettings... destinations) {
        forwarder.start(List.of(destinations), Map.of(), Map.of());
    }

    private LaneView view() {
        return forwarder.views().get(0);
    }

    private void awaitDelivered(int count) {
        await().until(() -> outbox.delivered().size() == count);
    }

    private void awaitState(DestinationState state) {
        await().until(() -> view().state() == state);
    }

    private boolean isParked(Instance instance) {
        return outbox.settlementsOf(instance).stream().anyMatch(each -> each instanceof Settlement.Parked);
    }

    private static Uid sopOf(long id) {
        return instance(id).sopInstance();
    }

    private static List<String> threadsOfLanes() {
        List<String> names = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("lane-")) {
                names.add(thread.getName());
            }
        }
        return names;
    }
}
