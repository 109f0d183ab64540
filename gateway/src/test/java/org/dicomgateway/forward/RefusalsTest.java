package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.forward.Fixtures.destination;
import static org.dicomgateway.forward.Fixtures.instance;
import static org.dicomgateway.forward.Fixtures.instances;
import static org.dicomgateway.forward.Fixtures.ofStudy;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongPredicate;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.health.Symptoms;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose trouble a refusal is, the server's or the instance's, and what becomes of either. */
@Tag("slow")
class RefusalsTest {

    private static final String NAME = "orthanc1";
    private static final int POISON = 9;

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

    // --- poison among others ------------------------------------------------------------------

    @Test
    void nine_poisonous_instances_first_in_line_neither_take_the_server_down_nor_hold_up_what_is_behind_them() {
        refuse(0xA700, id -> id <= POISON);
        outbox.add(NAME, instance(100));
        start();
        awaitDelivered(1);
        changed.clear();

        outbox.add(NAME, instances(40));

        // The clock stands still: nothing waits.
        awaitDelivered(1 + 40 - POISON);
        assertThat(changed).as("always usable").isEmpty();
    }

    @Test
    void a_poisonous_instance_is_parked_while_others_pass_and_the_server_is_never_down() {
        refuse(0xA700, id -> id <= POISON);
        outbox.add(NAME, instances(POISON));
        outbox.add(NAME, ofStudy("1.2.4", 100));
        start();
        changed.clear();

        for (int round = 1; parked() < POISON && round <= 20; round++) {
            int expected = round;
            awaitDelivered(expected);
            await().until(() -> outbox.inHands() == 0);
            clock.advance(Duration.ofMinutes(11));
            outbox.add(NAME, ofStudy("1.2.4", 100 + round));
        }

        assertThat(parked()).isEqualTo(POISON);
        assertThat(outbox.settlementsOf(instance(1)))
                .last()
                .isEqualTo(new Settlement.Parked(0xA700, "given up after 4 attempts: 0xA700 out of resources"));
        assertThat(changed).as("always usable").isEmpty();
    }

    @Test
    void poison_alone_is_not_parked_and_leaves_the_server_in_one_state_that_says_what_to_do() {
        refuse(0xA700, id -> id <= POISON);
        outbox.add(NAME, instances(POISON));
        start();
        awaitState(DestinationState.DOWN);
        assertThat(view().why()).contains("none of", "0xA700 out of resources", "its log", "discard");
        await().until(() -> changed.size() == 2);
        changed.clear();

        for (int times = 0; times < 12; times++) {
            int before = outbox.settled().size();
            advance(Duration.ofHours(4));
            await().until(() -> outbox.settled().size() > before && outbox.inHands() == 0);
        }

        assertThat(changed).as("it does not come and go").isEmpty();
        assertThat(parked()).isZero();

        outbox.add(NAME, ofStudy("1.2.4", 100));
        for (int pause = 1; pause <= 2; pause++) {
            int before = outbox.settled().size();
            advance(Duration.ofSeconds(8));
            await().until(() -> outbox.settled().size() > before && outbox.inHands() == 0);
        }
        awaitDelivered(1);
        await().until(() -> changed.size() == 1);
        changed.clear();
        for (int round = 1; parked() < POISON && round <= 20; round++) {
            int expected = 1 + round;
            await().until(() -> outbox.inHands() == 0);
            clock.advance(Duration.ofMinutes(11));
            outbox.add(NAME, ofStudy("1.2.4", 100 + round));
            awaitDelivered(expected);
            await().until(() -> outbox.inHands() == 0);
        }
        assertThat(parked()).isEqualTo(POISON);
        assertThat(changed).as("always usable").isEmpty();
    }

    @Test
    void a_good_instance_waits_one_pause_behind_a_study_that_made_the_server_suspect() {
        refuse(0xA700, id -> id <= 15);
        outbox.add(NAME, instances(15));
        outbox.add(NAME, ofStudy("1.2.4", 16));
        start();
        awaitState(DestinationState.DOWN);

        advance(Duration.ofSeconds(8));

        awaitDelivered(1);
        awaitState(DestinationState.UP, DestinationState.DEGRADED);
    }

    @Test
    void what_was_refused_before_says_nothing_of_the_server_however_often_it_is_retried() {
        refuse(0xC000, id -> id <= POISON);
        outbox.add(NAME, instances(POISON));
        outbox.add(NAME, ofStudy("1.2.4", 100));
        start();
        awaitDelivered(1);
        await().until(() -> outbox.inHands() == 0);
        changed.clear();

        for (int hour = 0; hour < 5; hour++) {
            int before = outbox.settled().size();
            advance(Duration.ofHours(1));
            await().until(() -> outbox.settled().size() >= before + POISON - parked() && outbox.inHands() == 0);
        }

        assertThat(changed).isEmpty();
    }

    @Test
    void one_kind_of_instance_that_is_refused_is_parked_and_the_others_do_not_wait() {
        refuse(0xC000, id -> id % 2 == 0);
        outbox.add(NAME, instances(200));
        start();
        awaitDelivered(100);
        await().until(() -> outbox.inHands() == 0);
        changed.clear();

        for (int round = 1; round <= 8; round++) {
            int expected = 100 + round;
            clock.advance(Duration.ofMinutes(11));
            outbox.add(NAME, instance(1_001 + 2L * round));
            awaitDelivered(expected);
            await().until(() -> outbox.inHands() == 0);
        }

        await().until(() -> parked() == 100);
        assertThat(changed).isEmpty();
    }

    @Test
    void what_another_destination_may_get_goes_there_though_nothing_passes_here_any_more() {
        outbox.add(NAME, instance(1_000));
        start();
        awaitDelivered(1);
        refuse(0xC000, id -> true);
        for (Instance instance : instances(POISON)) {
            outbox.passOn(instance);
        }
        outbox.add(NAME, instances(POISON));

        for (int attempt = 1; attempt <= 4; attempt++) {
            int settled = 1 + attempt * POISON;
            await().until(() -> outbox.settled().size() == settled);
            assertThat(view().usable()).isTrue();
            advance(Duration.ofMinutes(11));
        }

        assertThat(parked()).as("passed on").isEqualTo(POISON);
    }

    // --- a server that refuses everything -----------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0xA700, 0xA900, 0xC000, 0x0110, 0x0124})
    void a_server_that_refuses_everything_is_left_alone_whatever_the_code_and_nothing_is_parked(int status) {
        refuse(status, id -> true);
        outbox.add(NAME, instances(500));
        start();
        awaitState(DestinationState.DOWN);
        assertThat(server.received()).hasSizeBetween(5, 7);

        for (int times = 0; times < 12; times++) {
            int before = outbox.settled().size();
            advance(Duration.ofMinutes(11));
            await().until(() -> outbox.settled().size() > before && view().state() == DestinationState.DOWN);
        }
        assertThat(parked()).isZero();
        assertThat(outbox.settled())
                .as("before it was known")
                .filteredOn(each -> each.settlement() instanceof Settlement.Retry retry && retry.counted())
                .hasSizeLessThan(5);

        server.onStore = sop -> 0;
        await().until(() -> {
            advance(Duration.ofSeconds(8));
            return outbox.delivered().size() == 500;
        });
        assertThat(parked()).isZero();
        advance(Symptoms.MEMORY);
        awaitState(DestinationState.UP);
    }

    @Test
    void a_server_that_just_took_others_is_given_ten_seconds_before_it_is_said_to_refuse_everything() {
        outbox.add(NAME, instance(1_000));
        start();
        awaitDelivered(1);
        refuse(0xA700, id -> true);
        outbox.add(NAME, instances(20));
        await().until(() -> outbox.settled().size() == 21);
        assertThat(view().usable()).isTrue();

        clock.advance(Duration.ofSeconds(11));
        outbox.add(NAME, instance(2_000));

        awaitState(DestinationState.DOWN);
        assertThat(parked()).isZero();
    }

    @Test
    void when_what_it_refused_has_gone_elsewhere_it_is_on_trial_and_one_more_refusal_is_enough() {
        refuse(0xA700, id -> true);
        outbox.add(NAME, instances(POISON));
        start();
        awaitState(DestinationState.DOWN);
        await().until(() -> outbox.inHands() == 0);
        outbox.takeAway();

        advance(Duration.ofSeconds(8));
        awaitState(DestinationState.DEGRADED);
        assertThat(view().why()).contains("0xA700");
        outbox.add(NAME, instance(100));
        awaitState(DestinationState.DOWN);
        await().until(() -> outbox.inHands() == 0);
        outbox.takeAway();

        server.onStore = sop -> 0;
        advance(Duration.ofSeconds(16));
        awaitState(DestinationState.DEGRADED);
        outbox.add(NAME, instance(101));
        awaitDelivered(1);
        awaitState(DestinationState.UP, DestinationState.DEGRADED);
        assertThat(view().consecutiveFailures()).isZero();
    }

    private void refuse(int status, LongPredicate which) {
        server.onStore = sop -> which.test(Long.parseLong(sop.value().substring("1.2.3.".length()))) ? status : 0;
    }

    private long parked() {
        return outbox.settled().stream()
                .filter(each -> each.settlement() instanceof Settlement.Parked)
                .count();
    }

    private void advance(Duration time) {
        clock.advance(time);
        outbox.ring(NAME);
    }

    private void start() {
        forwarder.start(List.of(destination(NAME, 1, 10)), Map.of(), Map.of());
    }

    private LaneView view() {
        return forwarder.views().get(0);
    }

    private void awaitDelivered(int count) {
        await().until(() -> outbox.delivered().size() == count);
    }

    private void awaitState(DestinationState... states) {
        await().until(() -> List.of(states).contains(view().state()));
    }
}
