package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.forward.health.BreakerState;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.Diagnosis;
import org.dicomgateway.forward.outcome.Deadline;
import org.junit.jupiter.api.Test;

class DiagnosisTest {

    private static final Instant NOW = HandClock.START;
    private static final BreakerState CLOSED = BreakerState.Closed.fresh(NOW);
    private static final BreakerState OPEN = BreakerState.Closed.fresh(NOW)
            .open(NOW, 3, NOW, false, Deadline.after(new HandClock(), Duration.ofSeconds(2)), "cannot connect");

    @Test
    void nothing_to_say_is_up() {
        assertThat(of(Optional.empty(), Optional.empty(), CLOSED)).isEqualTo(new Diagnosis(DestinationState.UP, ""));
    }

    @Test
    void complaints_make_it_degraded_and_are_all_told() {
        assertThat(of(Optional.empty(), Optional.empty(), CLOSED, "refuses", "slow"))
                .isEqualTo(new Diagnosis(DestinationState.DEGRADED, "refuses; slow"));
    }

    @Test
    void a_breaker_that_is_open_or_on_trial_is_down_whatever_else_is_wrong() {
        Diagnosis down = new Diagnosis(DestinationState.DOWN, "cannot connect");
        assertThat(of(Optional.empty(), Optional.empty(), OPEN, "slow")).isEqualTo(down);
        assertThat(of(Optional.empty(), Optional.empty(), ((BreakerState.Open) OPEN).tryAgain()))
                .isEqualTo(down);
    }

    @Test
    void hours_come_before_trouble_and_an_operator_before_all() {
        assertThat(of(Optional.empty(), Optional.of(NOW), OPEN))
                .isEqualTo(new Diagnosis(DestinationState.CLOSED_BY_SCHEDULE, "until " + NOW));
        assertThat(of(Optional.of("new disks"), Optional.of(NOW), OPEN))
                .isEqualTo(new Diagnosis(DestinationState.PAUSED, "by an operator: new disks"));
    }

    @Test
    void only_up_and_degraded_can_be_used() {
        assertThat(DestinationState.values())
                .filteredOn(DestinationState::isUsable)
                .containsExactly(DestinationState.UP, DestinationState.DEGRADED);
    }

    private static Diagnosis of(
            Optional<String> paused, Optional<Instant> closedUntil, BreakerState breaker, String... complaints) {
        return Diagnosis.of(new Diagnosis.Signs(paused, closedUntil, breaker, List.of(complaints)));
    }
}
