package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.forward.Fixtures.instance;
import static org.dicomgateway.forward.Fixtures.ofStudy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.dicomgateway.forward.health.Breaker;
import org.dicomgateway.forward.health.BreakerState;
import org.dicomgateway.forward.health.FaultAttribution;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.junit.jupiter.api.Test;

class FaultAttributionTest {

    private final HandClock clock = new HandClock();
    private final Breaker breaker =
            new Breaker(Fixtures.destination("orthanc1"), clock, new SplittableRandom(7), Optional.empty());
    private final FaultAttribution faultAttribution = new FaultAttribution(breaker, clock);

    // --- refusals -----------------------------------------------------------------------------

    @Test
    void five_different_instances_in_a_row_refused_at_their_first_attempt_open_the_breaker() {
        for (long id = 1; id < FaultAttribution.SEVERAL; id++) {
            assertThat(refuse(id).counted()).isTrue();
            assertThat(breaker.allowsTraffic()).isTrue();
        }

        assertThat(refuse(FaultAttribution.SEVERAL).counted()).isFalse();

        assertThat(breaker.allowsTraffic()).isFalse();
        assertThat(breaker.state().why())
                .contains("none of the last 5 different instances was taken", "0xC000 cannot understand");
        assertThat(faultAttribution.complaint()).hasValue(breaker.state().why());
    }

    @Test
    void repeated_refusals_of_what_was_refused_before_say_nothing_of_the_destination() {
        for (int attempt = 1; attempt <= 20; attempt++) {
            for (long id = 1; id < FaultAttribution.SEVERAL; id++) {
                assertThat(refuse(id).times()).isEqualTo(attempt);
            }
        }
        assertThat(refuse(claim(90, 3)).times())
                .as("counted before the gateway started")
                .isEqualTo(4);

        assertThat(breaker.allowsTraffic()).isTrue();
        assertThat(faultAttribution.complaint()).isEmpty();
    }

    @Test
    void one_that_passes_ends_the_row() {
        for (long id = 1; id <= 100; id++) {
            refuse(id);
            if (id % 4 == 0) {
                take(1_000 + id);
            }
        }
        clock.advance(Duration.ofHours(1));
        refuse(101);

        assertThat(breaker.allowsTraffic()).isTrue();
    }

    @Test
    void a_destination_that_took_one_lately_is_suspect_and_used_and_nothing_is_held_against_the_instances() {
        take(1);
        for (long id = 2; id <= 30; id++) {
            refuse(id);
        }
        assertThat(breaker.allowsTraffic()).isTrue();
        assertThat(faultAttribution.complaint()).isPresent();
        assertThat(refuse(2).counted()).isFalse();
        assertThat(refused(faultAttribution.of(claim(2, 0), OutcomeTable.ofStatus(0xC000), any -> true))
                        .counted())
                .as("it can go elsewhere")
                .isTrue();
        clock.advance(FaultAttribution.LATELY);
        refuse(3);
        assertThat(breaker.allowsTraffic()).as("refused before").isTrue();

        refuse(31);

        assertThat(breaker.allowsTraffic()).isFalse();
    }

    @Test
    void a_clock_that_is_set_back_does_not_make_what_was_long_ago_lately() {
        take(1);
        clock.advance(Duration.ofHours(-1));
        for (long id = 2; id <= 6; id++) {
            refuse(id);
        }

        assertThat(breaker.allowsTraffic()).isFalse();
    }

    @Test
    void a_trial_is_held_against_nobody_and_only_one_that_is_taken_ends_it_well() {
        suspect();
        clock.advance(Duration.ofSeconds(8));
        breaker.startTrial();

        assertThat(refuse(50).counted()).isFalse();

        assertThat(breaker.state()).isInstanceOf(BreakerState.Open.class);
        clock.advance(Duration.ofSeconds(8));
        breaker.startTrial();
        faultAttribution.of(claim(51, 0), new Impossible(-1, "no context"), any -> false);
        assertThat(breaker.allowsTraffic()).isFalse();
        take(52);
        assertThat(breaker.allowsTraffic()).isTrue();
        assertThat(refuse(1).counted()).as("refused while others pass").isTrue();
        assertThat(faultAttribution.complaint()).isEmpty();
    }

    @Test
    void an_answer_is_enough_for_one_that_did_not_answer() {
        for (int i = 0; i < 3; i++) {
            breaker.failed(false, "cannot connect");
        }
        clock.advance(Duration.ofSeconds(8));
        breaker.startTrial();

        assertThat(refuse(1).counted()).as("the delivery it was tried with").isFalse();

        assertThat(breaker.allowsTraffic()).isTrue();
    }

    @Test
    void one_unlike_those_that_were_refused_tells_most() {
        List<Claim> claims = List.of(claim(1, 0), claim(2, 2), claim(3, 0), claim(ofStudy("1.2.4", 4), 0));
        assertThat(faultAttribution.mostTelling(claims))
                .as("nothing was refused")
                .isEqualTo(claims.get(0));
        refuse(1);

        assertThat(faultAttribution.mostTelling(claims)).isEqualTo(claims.get(3));
        assertThat(faultAttribution.mostTelling(claims.subList(0, 3))).isEqualTo(claims.get(2));
        assertThat(faultAttribution.mostTelling(claims.subList(0, 2))).isEqualTo(claims.get(0));
        take(9);
        assertThat(faultAttribution.mostTelling(claims)).isEqualTo(claims.get(0));
    }

    // --- stores that break off ----------------------------------------------------------------

    @Test
    void a_delivery_that_breaks_off_again_and_again_while_others_pass_is_to_blame() {
        assertThat(breakOff(1)).isInstanceOf(Deferred.class);
        take(2);
        assertThat(breakOff(1)).isInstanceOf(Deferred.class);
        take(3);
        assertThat(breakOff(1)).isInstanceOfSatisfying(Refused.class, it -> {
            assertThat(it.counted()).isTrue();
            assertThat(it.reason()).contains("while others pass");
        });
    }

    @Test
    void while_nothing_passes_the_destination_is_to_blame() {
        for (int i = 0; i < 100; i++) {
            assertThat(breakOff(1)).isInstanceOf(Deferred.class);
            assertThat(breakOff(2)).isInstanceOf(Deferred.class);
        }
        assertThat(breaker.allowsTraffic()).isFalse();
    }

    @Test
    void one_that_is_known_to_break_off_is_not_blamed_for_a_server_that_is_down() {
        blame(1);
        assertThat(breakOff(1)).isInstanceOf(Deferred.class);
    }

    @Test
    void one_that_passes_starts_anew() {
        blame(1);
        take(1);
        take(2);
        assertThat(breakOff(1)).isInstanceOf(Deferred.class);
    }

    @Test
    void memory_does_not_grow_with_the_backlog() {
        blame(0);
        for (long id = 1; id <= 10_000; id++) {
            breakOff(id);
        }
        take(999_999);

        assertThat(breakOff(0)).as("forgotten").isInstanceOf(Deferred.class);
    }

    private void suspect() {
        for (long id = 1; id <= FaultAttribution.SEVERAL; id++) {
            refuse(id);
        }
    }

    private void blame(long id) {
        for (int i = 0; i < FaultAttribution.TO_BLAME_AFTER; i++) {
            take(1_000_000 + i);
            breakOff(id);
        }
    }

    private void take(long id) {
        faultAttribution.of(claim(id, 0), new Delivered(0), any -> false);
    }

    private Refused refuse(long id) {
        return refuse(claim(id, 0));
    }

    private Refused refuse(Claim claim) {
        return refused(faultAttribution.of(claim, OutcomeTable.ofStatus(0xC000), any -> false));
    }

    private static Refused refused(Outcome outcome) {
        return (Refused) outcome;
    }

    private Outcome breakOff(long id) {
        return faultAttribution.of(claim(id, 0), new Deferred(-1, "aborted"), any -> false);
    }

    private static Claim claim(long id, int attempts) {
        return claim(instance(id), attempts);
    }

    private static Claim claim(Instance instance, int attempts) {
        return new Claim(instance.id(), instance, "route", 1, "orthanc1", attempts);
    }
}
