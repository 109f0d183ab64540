package org.dicomgateway.spool.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.jspecify.annotations.Nullable;

/**
 * Ledgers in memory that outlive the spool that opened them, as a file would. Knows what was applied, batch by batch,
 * and where it was last synced: a power cut takes batches from the end, never more than that.
 */
public final class MemoryLedgers implements LedgerSource {

    private final List<Batch> history = new ArrayList<>();
    private int synced;
    /** What the count of syncs was after so many batches. */
    private final TreeMap<Integer, Long> syncCounts = new TreeMap<>();

    private final AtomicInteger syncsThatFail = new AtomicInteger();
    private boolean there;
    private boolean corrupt;
    private volatile boolean failing;
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private volatile BooleanSupplier powerIsOff = () -> false;
    private @Nullable InMemoryLedger ledger;
    private final List<String> setAside = new ArrayList<>();

    /** Changes, and what the chooser answered while they were applied. */
    private record Batch(List<Change> changes, List<Optional<String>> answers) {}

    @Override
    public synchronized boolean exists() {
        return there;
    }

    @Override
    public synchronized Ledger open(Chooser chooser) throws LedgerException {
        if (corrupt) {
            throw new LedgerCorruptException("the ledger is damaged, says the test", null);
        }
        there = true;
        RecordedChoices choices = new RecordedChoices(chooser);
        InMemoryLedger open = new InMemoryLedger(choices);
        for (Batch batch : history) {
            choices.repeat(batch.answers);
            open.apply(batch.changes);
        }
        choices.repeat(List.of());
        choices.take();
        ledger = open;
        return new Kept(open, choices);
    }

    /** What the ledger that is open knows of an instance. */
    public synchronized Optional<StoredInstance> known(long instanceId) {
        return Objects.requireNonNull(ledger).known(instanceId);
    }

    @Override
    public synchronized void remove() {
        lose();
    }

    @Override
    public synchronized void setAside(String suffix) {
        setAside.add(suffix);
        lose();
    }

    public synchronized void lose() {
        history.clear();
        synced = 0;
        syncCounts.clear();
        there = false;
        corrupt = false;
    }

    public synchronized void corrupt() {
        corrupt = true;
    }

    public synchronized List<String> setAside() {
        return List.copyOf(setAside);
    }

    /** Nothing can be written until it is called with false. */
    public void fail(boolean fails) {
        failing = fails;
    }

    /** Nothing returns from writing until it is called with false. */
    public void hang(boolean hangs) {
        hanging.countDown();
        hanging = new CountDownLatch(hangs ? 1 : 0);
    }

    /** The next syncs fail, and what was to be synced is lost when the power goes. */
    public void failSyncs(int count) {
        syncsThatFail.set(count);
    }

    /** It is as it was so many batches ago, and looks sound. */
    public synchronized void rollBack(int batches) {
        history.subList(Math.max(0, history.size() - batches), history.size()).clear();
        synced = Math.min(synced, history.size());
        syncCounts.tailMap(history.size(), false).clear();
    }

    /** How many batches were applied. */
    synchronized int batches() {
        return history.size();
    }

    /** Once this is true, nothing reaches the disk any more; the process just does not know it yet. */
    public void powerOff(BooleanSupplier isOff) {
        powerIsOff = isOff;
    }

    /** The power is off: some of the last batches were not on the disk. */
    public synchronized void lose(Random random) {
        int kept = synced + random.nextInt(history.size() - synced + 1);
        history.subList(kept, history.size()).clear();
        syncCounts.tailMap(history.size(), false).clear();
        powerIsOff = () -> false;
    }

    private final class Kept implements Ledger {

        private final InMemoryLedger open;
        private final RecordedChoices choices;
        private volatile @Nullable LedgerCorruptException damage;

        Kept(InMemoryLedger open, RecordedChoices choices) {
            this.open = open;
            this.choices = choices;
        }

        @Override
        public Applied apply(List<Change> changes) throws LedgerException {
            awaitEndOfHanging();
            if (failing) {
                throw new LedgerException("the ledger fails, says the test", null);
            }
            synchronized (MemoryLedgers.this) {
                if (ledger != open) {
                    throw new LedgerException("this ledger was lost or replaced", null);
                }
                boolean kept = !powerIsOff.getAsBoolean();
                Applied applied = open.apply(changes);
                List<Optional<String>> answers = choices.take();
                if (kept) {
                    history.add(new Batch(List.copyOf(changes), answers));
                }
                return applied;
            }
        }

        private void awaitEndOfHanging() throws LedgerException {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LedgerException("interrupted", e);
            }
        }

        @Override
        public long sync(long atLeast) throws LedgerException {
            if (failing) {
                throw new LedgerException("the ledger fails, says the test", null);
            }
            if (syncsThatFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                damage = new LedgerCorruptException("the sync fails, says the test", null);
            }
            LedgerCorruptException failed = damage;
            if (failed != null) {
                throw failed;
            }
            synchronized (MemoryLedgers.this) {
                long count = Math.max(syncs() + 1, atLeast);
                if (!powerIsOff.getAsBoolean()) {
                    synced = history.size();
                    syncCounts.put(synced, count);
                }
                return count;
            }
        }

        @Override
        public long syncs() {
            synchronized (MemoryLedgers.this) {
                return syncCounts.isEmpty() ? 0 : syncCounts.lastEntry().getValue();
            }
        }

        @Override
        public Optional<LedgerCorruptException> damage() {
            return Optional.ofNullable(damage);
        }

        @Override
        public LogPosition appliedPosition() {
            return open.appliedPosition();
        }

        @Override
        public long lastInstanceId() {
            return open.lastInstanceId();
        }

        @Override
        public List<DueDelivery> due(String destination, Instant now, int max, Set<Long> claimed, long before) {
            return open.due(destination, now, max, claimed, before);
        }

        @Override
        public List<Long> unassigned(long afterId, int max) {
            return open.unassigned(afterId, max);
        }

        @Override
        public List<Ledger.Movable> movable(String destination, long afterId, int max) {
            return open.movable(destination, afterId, max);
        }

        @Override
        public boolean passesOn(long deliveryId) {
            return open.passesOn(deliveryId);
        }

        @Override
        public boolean knows(String sopInstance) throws LedgerException {
            return open.knows(sopInstance);
        }

        @Override
        public Optional<SentAs> sentAs(long deliveryId, String destination) {
            return open.sentAs(deliveryId, destination);
        }

        @Override
        public boolean explainsDuplicate(long instanceId, String destination) {
            return open.explainsDuplicate(instanceId, destination);
        }

        @Override
        public List<SentVersion> unwritten(int max) {
            return open.unwritten(max);
        }

        @Override
        public List<Long> open(String destination, Set<Long> except, int max) {
            return open.open(destination, except, max);
        }

        @Override
        public long unassigned() {
            return open.unassigned();
        }

        @Override
        public Optional<StoredInstance> find(long instanceId) {
            return open.find(instanceId);
        }

        @Override
        public Optional<StoredInstance> known(long instanceId) {
            return open.known(instanceId);
        }

        @Override
        public List<StoredInstance> held(long afterId, int max) {
            return open.held(afterId, max);
        }

        @Override
        public List<StoredInstance> unfinishedIn(long segment, int max) {
            return open.unfinishedIn(segment, max);
        }

        @Override
        public Map<Long, Long> unfinishedBytesBySegment() {
            return open.unfinishedBytesBySegment();
        }

        @Override
        public List<Long> finishedWithFile(int max) {
            return open.finishedWithFile(max);
        }

        @Override
        public Set<Long> finished(Collection<Long> instanceIds) {
            return open.finished(instanceIds);
        }

        @Override
        public List<PlacedDelivery> deliveries(long instanceId) {
            return open.deliveries(instanceId);
        }

        @Override
        public Optional<Plan> plan(long instanceId) {
            return open.plan(instanceId);
        }

        @Override
        public List<StoredInstance> unfinished(long afterId, int max) {
            return open.unfinished(afterId, max);
        }

        @Override
        public Map<String, SpoolView.Books> books() {
            return open.books();
        }

        @Override
        public Map<String, SpoolView.Books> recount() {
            return open.recount();
        }

        @Override
        public Optional<Instant> lastReceived(String study) {
            return open.lastReceived(study);
        }

        @Override
        public List<SpoolView.Receipt> receivedAfter(long afterId, int max) {
            return open.receivedAfter(afterId, max);
        }

        @Override
        public long unrouted() {
            return open.unrouted();
        }

        @Override
        public void close() {
            open.close();
        }
    }
}
