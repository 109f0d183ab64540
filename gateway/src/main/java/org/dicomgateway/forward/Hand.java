package org.dicomgateway.forward;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * The claims in one worker's hand. Whatever happens, each of them is settled: what is still there at the end goes back,
 * uncounted. For one thread.
 */
final class Hand implements AutoCloseable {

    private final Outbox outbox;
    private final InstantSource clock;
    private final Tally tally;
    private final boolean trial;
    private final Deque<Claim> waiting = new ArrayDeque<>();
    private @Nullable Claim taken;

    /** @param trial whether this is the one delivery by which a destination is tried again */
    Hand(Outbox outbox, InstantSource clock, Tally tally, boolean trial) {
        this.outbox = outbox;
        this.clock = clock;
        this.tally = tally;
        this.trial = trial;
    }

    void add(Collection<Claim> claims) {
        waiting.addAll(claims);
        tally.inFlight(claims.size());
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean isTrial() {
        return trial;
    }

    /** What waits to be sent, in the order of the claims. */
    List<Claim> waiting() {
        return new ArrayList<>(waiting);
    }

    /** Takes the first that fits, to be settled next. */
    Optional<Claim> take(Predicate<Claim> fits) {
        for (Iterator<Claim> each = waiting.iterator(); each.hasNext(); ) {
            Claim claim = each.next();
            if (fits.test(claim)) {
                each.remove();
                taken = claim;
                return Optional.of(claim);
            }
        }
        return Optional.empty();
    }

    /** Settles what was taken. */
    void settle(Claim claim, Settlement settlement) {
        taken = null;
        tally.inFlight(-1);
        outbox.settle(claim, settlement);
    }

    /** Settles all that is still there, to be tried again; not counted. */
    void giveBack(String reason) {
        if (taken != null) {
            waiting.addFirst(taken);
        }
        Settlement back = new Settlement.Retry(clock.instant(), false, Outcome.NO_STATUS, reason);
        while (!waiting.isEmpty()) {
            settle(waiting.removeFirst(), back);
        }
    }

    @Override
    public void close() {
        giveBack("given back before it was sent");
    }
}
