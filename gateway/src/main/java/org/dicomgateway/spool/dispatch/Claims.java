package org.dicomgateway.spool.dispatch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.Ledger.DueDelivery;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.StoredInstance;

/**
 * The claimed deliveries. A delivery stays here until the ledger has <em>applied</em> its settlement, because until
 * then the ledger still reports it as due. Also contains deliveries that are withheld while they move to another
 * destination. In memory only.
 */
public final class Claims {

    /**
     * The limit of settlements that the ledger has not applied yet; existing claims can still exceed
     * it. It limits memory, the deliveries that a crash repeats, and what each query must skip.
     */
    public static final int MOST_UNAPPLIED = 2_000;

    private final Ledger ledger;
    private final SegmentPins pins;
    private final AtomicInteger unapplied = new AtomicInteger();
    private final ConcurrentMap<Long, Held> held = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, InFlight> destinations = new ConcurrentHashMap<>();

    public Claims(Ledger ledger, SegmentPins pins) {
        this.ledger = ledger;
        this.pins = pins;
    }

    /** A claimed delivery. A settled one stays here until the ledger has applied the settlement. */
    private record Held(DueDelivery delivery, boolean settled) {}

    /** The deliveries in flight to one destination. */
    private static final class InFlight {
        /** Held from the query to the note of its answer. Otherwise two claimers could get the same delivery. */
        private final ReentrantLock claiming = new ReentrantLock();

        private final Set<Long> deliveries = ConcurrentHashMap.newKeySet();
        private final Set<Uid> sopInstances = ConcurrentHashMap.newKeySet();
        private long handedOut;
    }

    /** See {@link Outbox#claim}. Empty while the ledger is too far behind with settlements. */
    List<Claim> claim(String destination, Instant now, int max) throws LedgerException {
        if (unapplied.get() >= MOST_UNAPPLIED) {
            return List.of();
        }
        InFlight inFlight = destinations.computeIfAbsent(destination, name -> new InFlight());
        inFlight.claiming.lock();
        try {
            return pins.look(() -> take(inFlight, destination, now, max));
        } finally {
            inFlight.claiming.unlock();
        }
    }

    private List<Claim> take(InFlight inFlight, String destination, Instant now, int max) throws LedgerException {
        List<Claim> claims = new ArrayList<>();
        // Copied before the query: a delivery that is settled, applied and removed in between is not due in the answer.
        Set<Long> leaveOut = new HashSet<>(inFlight.deliveries);
        while (claims.size() < max) {
            List<DueDelivery> due = ledger.due(destination, now, max - claims.size(), leaveOut, inFlight.handedOut);
            boolean all = due.size() < max - claims.size();
            for (DueDelivery delivery : due) {
                leaveOut.add(delivery.deliveryId());
                if (take(inFlight, delivery)) {
                    pins.pin(delivery.stored());
                    claims.add(claim(delivery));
                    inFlight.handedOut++;
                }
            }
            if (all) {
                break;
            }
        }
        return claims;
    }

    private boolean take(InFlight inFlight, DueDelivery delivery) {
        long id = delivery.deliveryId();
        Uid sopInstance = delivery.stored().instance().sopInstance();
        if (!inFlight.sopInstances.add(sopInstance)) {
            return false;
        }
        if (held.putIfAbsent(id, new Held(delivery, false)) != null) {
            // Its last destination refused it. The ledger has that, but the old claim is not removed yet. That happens
            // in a moment, and the lane is woken.
            inFlight.sopInstances.remove(sopInstance);
            return false;
        }
        inFlight.deliveries.add(id);
        return true;
    }

    private static Claim claim(DueDelivery delivery) {
        return new Claim(
                delivery.deliveryId(),
                delivery.stored().instance(),
                delivery.route(),
                delivery.copy(),
                delivery.destination(),
                delivery.attempts());
    }

    /** Whether another instance has the same SOP Instance UID as this claimed one. */
    boolean isVersioned(Claim claim) {
        return Optional.ofNullable(held.get(claim.deliveryId()))
                .filter(h -> h.delivery.versioned())
                .isPresent();
    }

    /**
     * Prevents claims of these deliveries until {@link #release}, because they are about to move to another
     * destination.
     *
     * @return those that are not claimed
     */
    List<Long> withhold(String destination, List<Long> deliveries) {
        InFlight inFlight = destinations.computeIfAbsent(destination, name -> new InFlight());
        // With this lock, no claimer is between query and note. Later queries skip these deliveries.
        inFlight.claiming.lock();
        try {
            return deliveries.stream().filter(inFlight.deliveries::add).toList();
        } finally {
            inFlight.claiming.unlock();
        }
    }

    /** Ends {@link #withhold}: in the ledger, the deliveries have moved or stay where they are. */
    void release(String destination, List<Long> withheld) {
        InFlight inFlight = destinations.get(destination);
        if (inFlight != null) {
            withheld.forEach(inFlight.deliveries::remove);
        }
    }

    /** The location of a claimed instance; readable there while the claim lasts. */
    public Optional<StoredInstance> stored(Claim claim) {
        return Optional.ofNullable(held.get(claim.deliveryId())).map(h -> h.delivery.stored());
    }

    /**
     * Marks a claim as settled. The caller then submits the settlement to the ledger.
     *
     * @return false when the delivery is not claimed, or is settled already
     */
    public boolean settle(Claim claim) {
        boolean[] first = {false};
        held.computeIfPresent(claim.deliveryId(), (id, h) -> {
            first[0] = !h.settled;
            return new Held(h.delivery, true);
        });
        if (first[0]) {
            unapplied.incrementAndGet();
        }
        return first[0];
    }

    /**
     * Frees a delivery after the ledger has applied its settlement.
     *
     * @return its destination, if it was claimed
     */
    public Optional<String> applied(long deliveryId) {
        Held ended = held.remove(deliveryId);
        if (ended == null) {
            return Optional.empty();
        }
        if (ended.settled) {
            unapplied.decrementAndGet();
        }
        DueDelivery delivery = ended.delivery;
        InFlight inFlight = destinations.get(delivery.destination());
        if (inFlight != null) {
            inFlight.deliveries.remove(deliveryId);
            inFlight.sopInstances.remove(delivery.stored().instance().sopInstance());
        }
        pins.unpin(delivery.stored());
        return Optional.of(delivery.destination());
    }
}
