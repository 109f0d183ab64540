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
 * Who has what: the deliveries that are in somebody's hands. A delivery stays here until the ledger has <em>applied</em>
 * what became of it, for until then the ledger still calls it due; also those that are withheld because they are being
 * given to another destination. In memory only.
 */
public final class Claims {

    /**
     * Settlements that the ledger has not applied yet, at most, but for what was in somebody's hands then. Bounds the
     * memory they take, the deliveries that a crash repeats, and what each question has to leave out.
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

    /** A claimed delivery; settled ones wait here for the ledger. */
    private record Held(DueDelivery delivery, boolean settled) {}

    /** What one destination has in flight. */
    private static final class InFlight {
        /** Held from asking the ledger to noting the answer, or two claimers would get the same. */
        private final ReentrantLock claiming = new ReentrantLock();

        private final Set<Long> deliveries = ConcurrentHashMap.newKeySet();
        private final Set<Uid> sopInstances = ConcurrentHashMap.newKeySet();
        private long handedOut;
    }

    /** See {@link Outbox#claim}. Nothing while the ledger is too far behind with what was settled. */
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
        // Copied before the ledger is asked: what is settled, applied and removed in between is not due in its answer.
        Set<Long> leaveOut = new HashSet<>(inFlight.deliveries);
        while (claims.size() < max) {
            List<DueDelivery> due = ledger.due(destination, now, max - claims.size(), leaveOut, inFlight.handedOut);
            if (due.isEmpty()) {
                break;
            }
            for (DueDelivery delivery : due) {
                leaveOut.add(delivery.deliveryId());
                if (take(inFlight, delivery)) {
                    pins.pin(delivery.stored());
                    claims.add(claim(delivery));
                    inFlight.handedOut++;
                }
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
            // Its last destination refused it, and the ledger has that, but it was not taken from its hands yet. It is
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
     * Keeps deliveries of a destination from being claimed until {@link #release}: they are about to be given to another.
     *
     * @return those that nobody has
     */
    List<Long> withhold(String destination, List<Long> deliveries) {
        InFlight inFlight = destinations.computeIfAbsent(destination, name -> new InFlight());
        // Nobody is between asking the ledger and noting the answer then: whoever asks later leaves these out.
        inFlight.claiming.lock();
        try {
            return deliveries.stream().filter(inFlight.deliveries::add).toList();
        } finally {
            inFlight.claiming.unlock();
        }
    }

    /** These have another destination now, in the ledger, or stay where they are. */
    void release(String destination, List<Long> withheld) {
        InFlight inFlight = destinations.get(destination);
        if (inFlight != null) {
            withheld.forEach(inFlight.deliveries::remove);
        }
    }

    /** Where a claimed instance lies; it can be read there while the claim lasts. */
    public Optional<StoredInstance> stored(Claim claim) {
        return Optional.ofNullable(held.get(claim.deliveryId())).map(h -> h.delivery.stored());
    }

    /** Notes that a claim is settled, and the ledger will be told. @return false when nobody has it */
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

    /** The ledger has applied a settlement: the delivery is free. @return its destination, when it was claimed */
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
