package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.observe.Traffic;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.SpoolView.Books;

/**
 * A destination.
 *
 * @param name its name in the rules
 * @param state up, degraded, down, paused, closed by schedule; {@value #GONE}
 * @param why the reason for this state; empty when there is nothing to say
 * @param since when this state began; empty when the rules no longer name it
 * @param waiting what is pending for it
 * @param oldestWaiting when the oldest pending instance was received
 * @param inFlight deliveries in progress
 * @param deliveredPerSecond average over the last ten seconds
 * @param lastError the last failure; empty when there was none since the gateway started
 * @param parked deliveries that are parked until an operator retries or discards them
 * @param held deliveries that wait until the destination is in the rules
 * @param health its health; empty when the rules no longer name it
 * @param books its deliveries, counted since the ledger began; empty when it never got any
 * @param copies what the last checks of its delivered copies found
 */
public record DestinationView(
        String name,
        String state,
        String why,
        Optional<Instant> since,
        Waiting waiting,
        Optional<Instant> oldestWaiting,
        int inFlight,
        double deliveredPerSecond,
        Optional<LastError> lastError,
        long parked,
        long held,
        Optional<HealthView> health,
        Optional<Books> books,
        Copies copies) {

    /** The state of a destination that has deliveries but is no longer in the rules. */
    public static final String GONE = "not in the rules";

    private static final Books NONE = new Books(0, 0, 0, 0, 0, 0, 0);

    /** Pending deliveries. */
    public record Waiting(long instances, long bytes) {}

    /** Numbers of delivered copies, by what their last check found. */
    public record Copies(long verified, long missing, long differing) {

        private static Copies of(Map<CopyState, Long> counts) {
            return new Copies(
                    counts.getOrDefault(CopyState.VERIFIED, 0L),
                    counts.getOrDefault(CopyState.MISSING, 0L),
                    counts.getOrDefault(CopyState.DIFFERING, 0L));
        }
    }

    /**
     * A failure.
     *
     * @param at when; empty when the failure did not concern a delivery
     */
    public record LastError(Optional<Instant> at, String reason) {}

    /** Combines everything that is known about a destination. */
    public static DestinationView of(
            String name,
            Optional<HealthView> health,
            Optional<Books> books,
            Optional<Instant> oldestWaiting,
            double deliveredPerSecond,
            Optional<Traffic.Failure> failure,
            Map<CopyState, Long> copies) {
        Books counted = books.orElse(NONE);
        Optional<LastError> lastError = failure.map(last -> new LastError(Optional.of(last.at()), last.reason()))
                .or(() -> health.map(HealthView::lastError)
                        .filter(reason -> !reason.isEmpty())
                        .map(reason -> new LastError(Optional.empty(), reason)));
        return new DestinationView(
                name,
                health.map(HealthView::state).orElse(GONE),
                health.map(HealthView::why).orElse(""),
                health.map(HealthView::since),
                new Waiting(counted.pending(), counted.pendingBytes()),
                oldestWaiting,
                health.map(HealthView::inFlight).orElse(0),
                deliveredPerSecond,
                lastError,
                counted.parked(),
                counted.held(),
                health,
                books,
                Copies.of(copies));
    }
}
