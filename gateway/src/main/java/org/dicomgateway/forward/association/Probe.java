package org.dicomgateway.forward.association;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.forward.health.Symptoms;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.OutcomeTable;

/** Asks a destination by C-ECHO whether it is there, when nothing better proves it. For any number of threads. */
public final class Probe {

    /** What became of a hasty question. */
    public enum Answer {
        /** It is there. */
        CAME,
        /** Not in time, or there is nobody. */
        NONE,
        /** The association limit did not allow it. */
        NOT_ASKED
    }

    private static final List<PresentationPair> VERIFICATION = List.of(PresentationPair.VERIFICATION);

    private final Associations associations;
    private final Symptoms symptoms;
    private final PendingResponses pendingResponses;
    private final Duration interval;
    private final Duration whenFailed;
    private final InstantSource clock;
    private volatile Deadline next;

    /** @param whenFailed when to ask again after no answer came, if that is sooner than {@code interval} */
    public Probe(
            Associations associations,
            DestinationSignals destinationSignals,
            Duration interval,
            Duration whenFailed,
            InstantSource clock) {
        this.associations = associations;
        this.symptoms = destinationSignals.symptoms();
        this.pendingResponses = destinationSignals.pendingResponses();
        this.interval = interval;
        this.whenFailed = whenFailed.compareTo(interval) < 0 ? whenFailed : interval;
        this.clock = clock;
        this.next = Deadline.after(clock, Duration.ZERO);
    }

    /** Whether there was no proof for an interval. */
    public boolean isDue() {
        return next.passed();
    }

    /** The destination has just been heard, or asked. */
    public void proven() {
        next = Deadline.after(clock, interval);
    }

    /**
     * Asks. Any answer will do, and so will an association without a context for the question: the destination is there.
     * No answer in time counts for nothing while it answers others.
     *
     * @return what went wrong, if anything
     */
    public Optional<AssociationException> ask(AeTitle calling) throws InterruptedException {
        proven();
        Instant start = clock.instant();
        Instant asked = start;
        try (OpenAssociation association = associations.open(calling, VERIFICATION)) {
            // After the call was answered, which is an answer too, but not to others.
            asked = clock.instant();
            awaitEcho(association, start);
            return Optional.empty();
        } catch (AssociationException e) {
            boolean others = pendingResponses.lastAnswer().isAfter(asked);
            if (others && e.reason() == AssociationException.Cause.TIMEOUT) {
                symptoms.slow("slow: a C-ECHO was not answered, while stores are");
                return Optional.empty();
            }
            next = Deadline.after(clock, whenFailed);
            return Optional.of(e);
        }
    }

    /** Asks beside others who wait for an answer, and does not wait for long. Any sign of life is an answer. */
    public Answer askHastily(AeTitle calling) {
        Instant start = clock.instant();
        try {
            Optional<OpenAssociation> opened = associations.openHastily(calling, VERIFICATION);
            if (opened.isEmpty()) {
                return Answer.NOT_ASKED;
            }
            try (OpenAssociation association = opened.get()) {
                echo(association, start);
            }
            return Answer.CAME;
        } catch (AssociationException e) {
            return OutcomeTable.isSilence(e) ? Answer.NONE : Answer.CAME;
        }
    }

    /** Who asks may be the only worker: a C-ECHO that is not answered is as much a silence as a store that is not. */
    private void awaitEcho(OpenAssociation association, Instant start) throws AssociationException {
        try (PendingResponses.Wait wait = pendingResponses.beginCall()) {
            echo(association, start);
            wait.answered();
        }
    }

    private void echo(OpenAssociation association, Instant start) throws AssociationException {
        if (association.accepts(PresentationPair.VERIFICATION)) {
            association.cEcho();
        }
        symptoms.echoed(Duration.between(start, clock.instant()));
    }
}
