package org.dicomgateway.forward.association;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.forward.health.RetryAfter;
import org.dicomgateway.forward.health.Symptoms;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.OutcomeTable;

/**
 * Checks by C-ECHO, or over DICOMweb by a query, whether a destination answers, when there is no better proof. Safe for
 * any number of threads.
 */
public final class Probe {

    /** The result of a hasty check. */
    public enum Answer {
        /** The destination answered. */
        CAME,
        /** No answer in time, or no connection. */
        NONE,
        /** The association limit did not allow it. */
        NOT_ASKED
    }

    private static final List<PresentationPair> VERIFICATION = List.of(PresentationPair.VERIFICATION);

    private final Associations associations;
    private final Symptoms symptoms;
    private final RetryAfter retryAfter;
    private final PendingResponses pendingResponses;
    private final Duration interval;
    private final Duration whenFailed;
    private final InstantSource clock;
    private volatile Deadline next;

    /**
     * Creates a probe that is due at once.
     *
     * @param whenFailed when to check again after no answer, if that is sooner than {@code interval}
     */
    public Probe(
            Associations associations,
            DestinationSignals destinationSignals,
            Duration interval,
            Duration whenFailed,
            InstantSource clock) {
        this.associations = associations;
        this.symptoms = destinationSignals.symptoms();
        this.retryAfter = destinationSignals.retryAfter();
        this.pendingResponses = destinationSignals.pendingResponses();
        this.interval = interval;
        this.whenFailed = whenFailed.compareTo(interval) < 0 ? whenFailed : interval;
        this.clock = clock;
        this.next = Deadline.after(clock, Duration.ZERO);
    }

    /** Whether an interval has passed without proof that the destination answers. */
    public boolean isDue() {
        return next.passed();
    }

    /** The destination has just answered, or has just been asked. */
    public void proven() {
        next = Deadline.after(clock, interval);
    }

    /**
     * Asks the destination, see {@link StoreConnection#echo}. A timeout does not count as a failure while the
     * destination answers other requests.
     *
     * @return what went wrong, if anything
     */
    public Optional<AssociationException> ask(AeTitle calling) throws InterruptedException {
        proven();
        Instant start = clock.instant();
        Instant asked = start;
        try (StoreConnection association = associations.open(calling, VERIFICATION)) {
            // Taken after the call was answered: that answer was for this check, not for other requests.
            asked = clock.instant();
            awaitEcho(association, start);
            return Optional.empty();
        } catch (AssociationException e) {
            boolean others = pendingResponses.lastAnswer().isAfter(asked);
            if (others && e.reason() == AssociationException.Cause.TIMEOUT) {
                symptoms.slow("slow: " + symptoms.probe() + " was not answered, while stores are");
                return Optional.empty();
            }
            next = Deadline.after(clock, whenFailed);
            return Optional.of(e);
        }
    }

    /** Checks while other requests wait for an answer, with a short timeout. Any sign of life is an answer. */
    public Answer askHastily(AeTitle calling) {
        Instant start = clock.instant();
        try {
            Optional<StoreConnection> opened = associations.openHastily(calling, VERIFICATION);
            if (opened.isEmpty()) {
                return Answer.NOT_ASKED;
            }
            try (StoreConnection association = opened.get()) {
                echo(association, start);
            }
            return Answer.CAME;
        } catch (AssociationException e) {
            return OutcomeTable.isSilence(e) ? Answer.NONE : Answer.CAME;
        }
    }

    /**
     * Counts as waiting, like a store: this may be the lane's only worker, and a C-ECHO without answer is silence too.
     */
    private void awaitEcho(StoreConnection association, Instant start) throws AssociationException {
        try (PendingResponses.Wait wait = pendingResponses.beginCall()) {
            echo(association, start);
            wait.answered();
        }
    }

    private void echo(StoreConnection association, Instant start) throws AssociationException {
        Duration alone = association.echo();
        if (!alone.isZero()) {
            retryAfter.ask(alone, "it said so to " + symptoms.probe());
        }
        symptoms.echoed(Duration.between(start, clock.instant()));
    }
}
