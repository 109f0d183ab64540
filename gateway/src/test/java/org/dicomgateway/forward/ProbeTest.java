package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.AssociationLimit;
import org.dicomgateway.forward.association.Associations;
import org.dicomgateway.forward.association.Connector;
import org.dicomgateway.forward.association.LaneConnectors;
import org.dicomgateway.forward.association.Probe;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.association.WakeSignal;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.forward.health.Tally;
import org.junit.jupiter.api.Test;

class ProbeTest {

    private static final AeTitle US = AeTitle.of("GATEWAY");

    private final HandClock clock = new HandClock();
    private final DestinationSettings settings = Fixtures.destination("orthanc1");
    private final DestinationSignals destinationSignals =
            DestinationSignals.of(settings, clock, new SplittableRandom(1), new Tally(clock), Optional.empty());
    private final FakeServer server = new FakeServer();
    private final Connector connector = AssociationConnector.by(any -> server, claim -> true, InstantSource.system())
            .to(settings, settings.requestor());
    private final AssociationLimit limit = new AssociationLimit("orthanc1", 1, SharedPlaces.ALONE);
    private final Associations associations = new Associations(
            settings.address(),
            new LaneConnectors(connector, connector),
            limit,
            destinationSignals.pendingResponses(),
            new WakeSignal());
    private final Probe probe =
            new Probe(associations, destinationSignals, Duration.ofMinutes(1), Duration.ofSeconds(2), clock);

    @Test
    void no_answer_is_a_failure_and_is_asked_again_soon() throws InterruptedException {
        server.onEcho = calling -> timeOut();

        assertThat(probe.ask(US)).map(AssociationException::reason).contains(Cause.TIMEOUT);

        clock.advance(Duration.ofSeconds(2));
        assertThat(probe.isDue()).isTrue();
        assertThat(server.open).hasValue(0);
    }

    @Test
    void a_question_that_is_not_answered_is_a_silence_before_its_time_is_over() throws InterruptedException {
        List<Boolean> silent = new ArrayList<>();
        server.onEcho = calling -> {
            clock.advance(Duration.ofMillis(900));
            silent.add(destinationSignals.pendingResponses().isSilent());
            clock.advance(Duration.ofMillis(200));
            silent.add(destinationSignals.pendingResponses().isSilent());
        };

        assertThat(probe.ask(US)).isEmpty();

        assertThat(silent).containsExactly(false, true);
        assertThat(destinationSignals.pendingResponses().isAwaited()).isFalse();
    }

    @Test
    void no_answer_counts_for_nothing_while_stores_are_answered() throws InterruptedException {
        server.onEcho = calling -> {
            clock.advance(Duration.ofSeconds(1));
            try (PendingResponses.Wait store =
                    destinationSignals.pendingResponses().beginStore(512)) {
                store.answered();
            }
            timeOut();
        };

        assertThat(probe.ask(US)).isEmpty();

        assertThat(destinationSignals.symptoms().complaints())
                .containsExactly("slow: a C-ECHO was not answered, while stores are");
        assertThat(probe.isDue()).isFalse();
    }

    @Test
    void a_late_answer_is_an_answer_and_is_noted() throws InterruptedException {
        server.onEcho = calling -> clock.advance(Duration.ofSeconds(3));

        assertThat(probe.ask(US)).isEmpty();

        assertThat(destinationSignals.symptoms().complaints()).containsExactly("slow: a C-ECHO took 3.0 s");
    }

    @Test
    void a_hasty_question_stays_within_the_limit() throws InterruptedException {
        assertThat(limit.acquire(Duration.ZERO)).isTrue();

        assertThat(probe.askHastily(US)).isEqualTo(Probe.Answer.NOT_ASKED);

        assertThat(server.calls).hasValue(0);
        limit.release();
        assertThat(probe.askHastily(US)).isEqualTo(Probe.Answer.CAME);
    }

    @Test
    void any_sign_of_life_answers_a_hasty_question() {
        for (Cause cause : Cause.values()) {
            server.onOpen = calling -> {
                throw FakeServer.failure(cause);
            };
            boolean alive = Optional.of(cause)
                    .filter(it -> it == Cause.REJECTED || it == Cause.ABORTED || it == Cause.PROTOCOL)
                    .isPresent();
            assertThat(probe.askHastily(US)).isEqualTo(alive ? Probe.Answer.CAME : Probe.Answer.NONE);
        }
    }

    private static void timeOut() throws AssociationException {
        throw FakeServer.failure(Cause.TIMEOUT);
    }
}
