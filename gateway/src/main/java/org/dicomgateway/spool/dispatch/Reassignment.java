package org.dicomgateway.spool.dispatch;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.CheckedChooser;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.Ledger.Movable;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.StoredInstance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves waiting deliveries to other destinations. Each transaction moves few enough that nothing else waits noticeably.
 * A delivery is first withheld from claimers; one that is already claimed stays where it is.
 */
public final class Reassignment {

    private static final Logger LOG = LoggerFactory.getLogger(Reassignment.class);
    private static final int BITE = 500;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final Claims claims;
    private final WakeUps wakeUps;
    private final CheckedChooser chooser;
    private final DecisionLog decisions;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Set<String> waiting = new LinkedHashSet<>();
    private boolean closed;
    private final LongLived thread = new LongLived("spool-reassign", this::run);

    public Reassignment(
            Ledger ledger,
            LedgerQueue ledgerQueue,
            Claims claims,
            WakeUps wakeUps,
            Chooser chooser,
            DecisionLog decisions,
            InstantSource clock) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.claims = claims;
        this.wakeUps = wakeUps;
        this.chooser = new CheckedChooser(chooser);
        this.decisions = decisions;
        this.clock = clock;
        thread.start();
    }

    /** See {@link Outbox#reconsider}. Repeated requests are combined until the work begins. */
    public void reconsider(String destination) {
        lock.lock();
        try {
            waiting.add(destination);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            Set<String> next = take();
            if (next.isEmpty()) {
                return;
            }
            for (String destination : next) {
                reconsiderNow(destination);
            }
        }
    }

    private Set<String> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            Set<String> next = closed ? Set.of() : new LinkedHashSet<>(waiting);
            waiting.clear();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void reconsiderNow(String destination) {
        try {
            long moved = leave(destination) + join(destination);
            if (moved > 0) {
                LOG.info("{} waiting deliveries were reassigned because of destination {}", moved, destination);
            }
        } catch (LedgerException | RuntimeException e) {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                LOG.warn(
                        "the deliveries that wait because of destination {} could not be reassigned; next try in {}",
                        destination,
                        PAUSE,
                        e);
                waiting.add(destination);
                pause();
            } finally {
                lock.unlock();
            }
        }
    }

    private void pause() {
        long left = PAUSE.toNanos();
        try {
            while (left > 0 && !closed) {
                left = work.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            LOG.debug("the pause before the next try was interrupted", e);
        }
    }

    /**
     * Moves deliveries that wait for this destination, if their route cannot use it and they could go elsewhere. The
     * others are only looked at.
     */
    private long leave(String destination) throws LedgerException {
        long moved = 0;
        Map<String, Boolean> usable = new HashMap<>();
        List<Movable> page = ledger.movable(destination, 0, BITE);
        while (!page.isEmpty()) {
            List<Long> leaving = new ArrayList<>();
            for (Movable delivery : page) {
                @Nullable Boolean stays = usable.get(delivery.route());
                if (stays == null) {
                    stays = canUse(destination, delivery);
                    usable.put(delivery.route(), stays);
                }
                if (!stays) {
                    leaving.add(delivery.deliveryId());
                }
            }
            List<Long> free = leaving.isEmpty() ? leaving : claims.withhold(destination, leaving);
            if (!free.isEmpty()) {
                moved += apply(destination, free, new Change.Reconsidered(destination, free, clock.instant()));
            }
            page = ledger.movable(destination, page.get(page.size() - 1).deliveryId(), BITE);
        }
        return moved;
    }

    private boolean canUse(String destination, Movable delivery) throws LedgerException {
        Optional<StoredInstance> stored = ledger.find(DeliveryId.instance(delivery.deliveryId()));
        return stored.isEmpty()
                || chooser.canUse(destination, delivery.route(), stored.get().instance());
    }

    /** Chooses again for deliveries without a destination that could go to this one. */
    private long join(String destination) throws LedgerException {
        long moved = 0;
        for (List<Long> page = ledger.unassigned(0, BITE);
                !page.isEmpty();
                page = ledger.unassigned(page.get(page.size() - 1), BITE)) {
            moved += ledgerQueue
                    .apply(new Change.Reconsidered(destination, page, clock.instant()))
                    .join()
                    .rows();
        }
        return moved;
    }

    /** See {@link SpoolView#reroute}. */
    public long reroute(String from, String to) throws LedgerException {
        if (from.equals(to)) {
            return 0;
        }
        long moved = 0;
        Set<Long> seen = new HashSet<>();
        for (List<Long> page = open(from, seen); !page.isEmpty(); page = open(from, seen)) {
            seen.addAll(page);
            List<Long> free = claims.withhold(from, page);
            if (!free.isEmpty()) {
                long now = apply(from, free, new Change.Rerouted(from, to, free, clock.instant()));
                if (now > 0) {
                    decisions.rerouted(free, from, to, clock.instant());
                }
                moved += now;
            }
        }
        return moved;
    }

    private List<Long> open(String from, Set<Long> seen) throws LedgerException {
        if (!from.isEmpty()) {
            return ledger.open(from, seen, BITE);
        }
        return ledger.unassigned(seen.stream().mapToLong(id -> id).max().orElse(0), BITE);
    }

    private long apply(String destination, List<Long> withheld, Change change) {
        try {
            return ledgerQueue.apply(change).join().rows();
        } catch (CompletionException e) {
            throw new IllegalStateException("the ledger refused to move deliveries of " + destination, e.getCause());
        } finally {
            claims.release(destination, withheld);
            // The lane may have looked in the meantime for those that stay.
            wakeUps.wake(Set.of(destination));
        }
    }

    public LongLived thread() {
        return thread;
    }

    /** Asks the thread to end; {@link #join()} waits for it. */
    public void stop() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public void join() {
        Threads.join(thread);
    }
}
