package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.forward.association.Probe;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.outcome.Deadline;

/**
 * Finds out whether a destination that has not answered for a few seconds hangs or is only slow. It sends a C-ECHO in
 * parallel, long before the waiting requests time out. Looks in one thread; any thread may ask for the result.
 */
final class Suspicion {

    /** How long until a destination that was found slow is asked again. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final DestinationSignals destinationSignals;
    private final Probe probe;
    private final Supplier<Optional<AeTitle>> calling;
    private final InstantSource clock;
    private volatile boolean standing;
    private Deadline next;

    /**
     * Creates it without suspicion.
     *
     * @param calling the calling AE title for the C-ECHO; empty until one was used
     */
    Suspicion(
            DestinationSignals destinationSignals,
            Probe probe,
            Supplier<Optional<AeTitle>> calling,
            InstantSource clock) {
        this.destinationSignals = destinationSignals;
        this.probe = probe;
        this.calling = calling;
        this.clock = clock;
        this.next = Deadline.after(clock, Duration.ZERO);
    }

    /** Whether the destination may hang. Then nothing more should be started. */
    boolean isStanding() {
        return standing;
    }

    /** Checks whether there is reason for suspicion, and if so, asks the destination. */
    void look() {
        if (!destinationSignals.breaker().allowsTraffic()
                || !destinationSignals.pendingResponses().isSuspect()) {
            standing = false;
            next = Deadline.after(clock, Duration.ZERO);
        } else if (next.passed() && calling.get().isPresent()) {
            standing = true;
            ask(calling.get().get());
        }
    }

    private void ask(AeTitle as) {
        Instant start = clock.instant();
        Instant since = start.minus(destinationSignals.pendingResponses().longest());
        Probe.Answer answer = probe.askHastily(as);
        Duration silence = Duration.between(since, clock.instant());
        String waits = "calls and stores are not answered for " + DurationText.seconds(silence);
        if (destinationSignals.pendingResponses().lastAnswer().isAfter(start)) {
            standing = false;
            return;
        }
        switch (answer) {
            case CAME -> {
                // It is only slow. It is shown as slow while an answer is overdue.
                standing = false;
                destinationSignals.pendingResponses().excuse();
                next = Deadline.after(clock, AGAIN);
            }
            case NONE ->
                hangs(
                        since,
                        "it hangs: " + waits + ", and neither is "
                                + destinationSignals.symptoms().probe());
            case NOT_ASKED -> {
                // All allowed associations wait for an answer: none is left for a C-ECHO.
                if (destinationSignals.pendingResponses().isHopeless()) {
                    hangs(since, "it hangs: " + waits + ", and nothing else is");
                }
            }
        }
    }

    private void hangs(Instant since, String why) {
        destinationSignals.breaker().silent(since, why);
        destinationSignals.tally().failed(why);
        standing = false;
    }
}
