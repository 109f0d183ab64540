package org.dicomgateway.forward;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.AeTitle;
import org.dicomgateway.dicom.AssociationException;
import org.dicomgateway.dicom.OpenAssociation;
import org.dicomgateway.dicom.PresentationPair;

/** Asks a destination by C-ECHO whether it is there, when nothing better proves it. For any number of threads. */
final class Probe {

    private final Associations associations;
    private final Duration interval;
    private final Duration whenFailed;
    private final InstantSource clock;
    private volatile Deadline next;

    /** @param whenFailed when to ask again after no answer came, if that is sooner than {@code interval} */
    Probe(Associations associations, Duration interval, Duration whenFailed, InstantSource clock) {
        this.associations = associations;
        this.interval = interval;
        this.whenFailed = whenFailed.compareTo(interval) < 0 ? whenFailed : interval;
        this.clock = clock;
        this.next = Deadline.after(clock, Duration.ZERO);
    }

    /** Whether there was no proof for an interval. */
    boolean isDue() {
        return next.passed();
    }

    /** The destination has just been heard, or asked. */
    void proven() {
        next = Deadline.after(clock, interval);
    }

    /**
     * Asks. Any answer will do, and so will an association without a context for the question: the destination is there.
     *
     * @return what went wrong, if anything
     */
    Optional<AssociationException> ask(AeTitle calling) throws InterruptedException {
        proven();
        try (OpenAssociation association = associations.open(calling, List.of(PresentationPair.VERIFICATION))) {
            if (association.accepts(PresentationPair.VERIFICATION)) {
                association.cEcho();
            }
            return Optional.empty();
        } catch (AssociationException e) {
            next = Deadline.after(clock, whenFailed);
            return Optional.of(e);
        }
    }
}
