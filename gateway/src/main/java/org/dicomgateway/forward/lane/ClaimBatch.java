package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.forward.health.Concurrency.Place;
import org.dicomgateway.forward.health.Tally;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Settlement;

/**
 * The claims that one worker holds. Each of them is settled, whatever happens: what is left at the end is given back,
 * uncounted. Used by its worker; any thread may give back the waiting claims.
 */
final class ClaimBatch implements AutoCloseable {

    private final BiConsumer<Claim, Settlement> settling;
    private final InstantSource clock;
    private final Tally tally;
    private final Place place;
    private final boolean trial;
    private final Deque<Claim> waiting = new ArrayDeque<>();
    private final Map<Long, Claim> taken = new LinkedHashMap<>();
    private boolean closed;
    private Instant takenAt;

    /**
     * Creates an empty batch.
     *
     * @param settling settles a claim
     * @param place the worker's place; it is freed when the batch closes
     * @param trial whether this is the one delivery with which a destination is tried again
     */
    ClaimBatch(BiConsumer<Claim, Settlement> settling, InstantSource clock, Tally tally, Place place, boolean trial) {
        this.settling = settling;
        this.clock = clock;
        this.tally = tally;
        this.place = place;
        this.trial = trial;
        this.takenAt = clock.instant();
    }

    synchronized void add(Collection<Claim> claims) {
        waiting.addAll(claims);
        tally.inFlight(claims.size());
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    boolean isTrial() {
        return trial;
    }

    /** Whether the worker may continue. */
    boolean hasPlace() {
        return place.isKept();
    }

    /** The claims that wait to be sent, in their order. */
    synchronized List<Claim> waiting() {
        return new ArrayList<>(waiting);
    }

    /** Takes the first claim that fits. The worker settles it. */
    synchronized Optional<Claim> take(Predicate<Claim> fits) {
        for (Iterator<Claim> each = waiting.iterator(); each.hasNext(); ) {
            Claim claim = each.next();
            if (fits.test(claim)) {
                each.remove();
                taken.put(claim.deliveryId(), claim);
                takenAt = clock.instant();
                return Optional.of(claim);
            }
        }
        return Optional.empty();
    }

    /** Settles those claims for which the function returns a settlement. */
    synchronized void settleIf(Function<Claim, Optional<Settlement>> how) {
        for (Claim claim : waiting()) {
            how.apply(claim).ifPresent(settlement -> {
                waiting.remove(claim);
                put(claim, settlement);
            });
        }
    }

    /** Keeps only this claim, and gives back the others. */
    synchronized void keepOnly(Claim claim, String reason) {
        waiting.remove(claim);
        giveBack(reason);
        waiting.add(claim);
    }

    /** Settles the claim that was taken. */
    synchronized void settle(Claim claim, Settlement settlement) {
        taken.remove(claim.deliveryId());
        put(claim, settlement);
    }

    /** The first claim that fits. It stays in the batch. */
    synchronized Optional<Claim> first(Predicate<Claim> fits) {
        return waiting.stream().filter(fits).findFirst();
    }

    /** Whether a claim has waited for this time behind those that are being sent. */
    synchronized boolean isHeldUp(Duration time) {
        return !taken.isEmpty()
                && !waiting.isEmpty()
                && Duration.between(takenAt, clock.instant()).compareTo(time) >= 0;
    }

    /**
     * Settles all waiting claims for another try, uncounted. Claims that were taken stay with its worker. Any thread
     * may call this.
     */
    synchronized void giveBack(String reason) {
        Settlement back = back(reason);
        while (!waiting.isEmpty()) {
            put(waiting.removeFirst(), back);
        }
    }

    private Settlement back(String reason) {
        return new Settlement.Retry(clock.instant(), false, Outcome.NO_STATUS, reason);
    }

    private void put(Claim claim, Settlement settlement) {
        tally.inFlight(-1);
        settling.accept(claim, settlement);
    }

    @Override
    public synchronized void close() {
        closed = true;
        Settlement unknown = back("given back when the worker failed").withoutAnswer();
        taken.values().forEach(claim -> put(claim, unknown));
        taken.clear();
        giveBack("given back before it was sent");
        place.close();
    }
}
