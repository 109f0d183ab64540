package org.dicomgateway.spool.ledger;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.log.LogPosition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the ledger, after the log. All queued changes form one transaction. The first transaction
 * starts at once; later ones start at least a few milliseconds apart, so that under load each one applies many changes.
 * When the ledger fails, the thread retries the same changes until they are applied. Meanwhile {@link #failingBecause}
 * closes the intake. Acknowledged instances are safe in the log.
 *
 * <p>Commands ({@link #apply}, {@link #sync}) keep their place in the queue, but run alone and are not retried: the
 * waiting caller gets the failure.
 */
public final class LedgerQueue implements AutoCloseable {

    /** Called in the writer's thread after each applied batch. */
    @FunctionalInterface
    public interface Listener {
        void applied(List<Change> changes, Ledger.Applied done);
    }

    private static final Logger LOG = LoggerFactory.getLogger(LedgerQueue.class);
    private static final int MAX_BATCH = 2_000;
    private static final int MAX_QUEUED = 10_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);
    private static final int TRIES_AT_CLOSE = 3;
    private static final Duration BETWEEN_BATCHES = Duration.ofMillis(10);

    private final Ledger ledger;
    private final Listener listener;
    private final StageTimes times;
    private final LongLived thread = new LongLived("spool-ledger", this::run);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Condition closing = lock.newCondition();
    private final Deque<Entry> queue = new ArrayDeque<>();
    private int commands;
    private boolean closed;
    private long nextBatchAt = System.nanoTime();
    private boolean dirty;
    private volatile LogPosition applied;
    private volatile @Nullable String failing;

    public LedgerQueue(Ledger ledger, Listener listener, StageTimes times) throws LedgerException {
        this.ledger = ledger;
        this.listener = listener;
        this.times = times;
        this.applied = ledger.appliedPosition();
        thread.start();
    }

    /**
     * Changes, or a command when {@code answer} is present. A command without changes is a sync.
     *
     * @param durable whether the changes are synced before the answer; several such commands share a sync
     */
    private record Entry(List<Change> changes, @Nullable CompletableFuture<Ledger.Applied> answer, boolean durable) {

        boolean isCommand() {
            return answer != null;
        }

        boolean standsAlone() {
            return isCommand() && !durable;
        }
    }

    /** Queues changes, in this order, after everything submitted before. Does not block. */
    public void submit(Collection<? extends Change> changes) {
        enqueue(changes.stream()
                .map(change -> new Entry(List.of(change), null, false))
                .toList());
    }

    /** Applies changes as a command of their own. The future completes exceptionally when they were not applied. */
    public CompletableFuture<Ledger.Applied> apply(Change... changes) {
        CompletableFuture<Ledger.Applied> answer = new CompletableFuture<>();
        enqueue(List.of(new Entry(List.of(changes), answer, false)));
        return answer;
    }

    /**
     * Applies changes, and makes them durable with everything submitted before. What other threads ask for meanwhile
     * shares the sync. The future completes exceptionally when they may not be durable.
     */
    public CompletableFuture<Ledger.Applied> applyDurably(Change... changes) {
        CompletableFuture<Ledger.Applied> answer = new CompletableFuture<>();
        enqueue(List.of(new Entry(List.of(changes), answer, true)));
        return answer;
    }

    /** Makes everything submitted before durable. The future completes exceptionally when that fails. */
    public CompletableFuture<Ledger.Applied> sync() {
        CompletableFuture<Ledger.Applied> answer = new CompletableFuture<>();
        enqueue(List.of(new Entry(List.of(), answer, false)));
        return answer;
    }

    private void enqueue(List<Entry> entries) {
        lock.lock();
        try {
            if (!closed) {
                boolean idle = queue.isEmpty();
                queue.addAll(entries);
                commands += (int) entries.stream().filter(Entry::isCommand).count();
                if (idle || commands > 0 || queue.size() >= MAX_BATCH) {
                    work.signal();
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        for (Entry entry : entries) {
            answerFailed(entry, new IllegalStateException("the spool is closed"));
        }
    }

    /** The number of changes that wait. */
    public int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** The applied position: everything before it in the log is applied. */
    public LogPosition applied() {
        return applied;
    }

    /** The reason why the ledger cannot be written to now; empty when it can. */
    public Optional<String> failingBecause() {
        return Optional.ofNullable(failing);
    }

    /** Waits while the queue is too long. Does not wait while the ledger fails: then the intake is closed instead. */
    public void awaitRoom() {
        lock.lock();
        try {
            while (queue.size() > MAX_QUEUED && failing == null && !closed) {
                room.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean wanted = false;
        try {
            for (List<Entry> batch = take(); !batch.isEmpty(); batch = take()) {
                CompletableFuture<Ledger.Applied> answer = batch.get(0).answer();
                if (answer != null && batch.get(0).standsAlone()) {
                    execute(batch.get(0), answer);
                } else if (batch.stream().anyMatch(Entry::durable)) {
                    executeDurably(batch);
                } else {
                    applyUntilDone(changes(batch));
                }
            }
            syncAtClose();
            wanted = true;
        } finally {
            end(wanted);
        }
    }

    private List<Entry> take() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            gatherMore();
            List<Entry> batch = new ArrayList<>();
            while (!queue.isEmpty() && batch.size() < MAX_BATCH) {
                boolean alone = queue.element().standsAlone();
                if (alone && !batch.isEmpty()) {
                    break;
                }
                Entry next = queue.remove();
                batch.add(next);
                if (next.isCommand()) {
                    commands--;
                }
                if (alone) {
                    break;
                }
            }
            room.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the next batch may start. Does not wait when the batch is full or a command waits. */
    private void gatherMore() {
        Threads.await(work, nextBatchAt - System.nanoTime(), () -> closed || commands > 0 || queue.size() >= MAX_BATCH);
        nextBatchAt = System.nanoTime() + BETWEEN_BATCHES.toNanos();
    }

    private void execute(Entry command, CompletableFuture<Ledger.Applied> answer) {
        try {
            answer.complete(command.changes().isEmpty() ? syncIfDirty() : applyOnce(command.changes()));
        } catch (LedgerException | RuntimeException e) {
            LOG.warn("the ledger refused a command", e);
            answer.completeExceptionally(e);
        }
    }

    private static List<Change> changes(List<Entry> batch) {
        return batch.stream().flatMap(entry -> entry.changes().stream()).toList();
    }

    /** All in one transaction, with one sync. When that fails, what is no command is applied nevertheless. */
    private void executeDurably(List<Entry> batch) {
        boolean done = false;
        try {
            Ledger.Applied answer = applyOnce(changes(batch));
            done = true;
            syncIfDirty();
            for (Entry entry : batch) {
                if (entry.answer() != null) {
                    entry.answer().complete(answer);
                }
            }
        } catch (LedgerException | RuntimeException e) {
            LOG.warn("the ledger refused a command", e);
            batch.forEach(entry -> answerFailed(entry, e));
            List<Change> others =
                    changes(batch.stream().filter(entry -> !entry.isCommand()).toList());
            if (!done && !others.isEmpty()) {
                applyUntilDone(others);
            }
        }
    }

    private void applyUntilDone(List<Change> changes) {
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            try {
                applyOnce(changes);
                recovered();
                return;
            } catch (LedgerException | RuntimeException e) {
                if (isFailing(e, changes.size()) && tries >= TRIES_AT_CLOSE) {
                    LOG.error(
                            "closing without the last {} changes of the ledger; received instances are in the log and "
                                    + "the next start reads them, settled deliveries will be repeated",
                            changes.size());
                    return;
                }
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : LAST_PAUSE;
        }
    }

    private Ledger.Applied applyOnce(List<Change> changes) throws LedgerException {
        long begin = System.nanoTime();
        Ledger.Applied done = ledger.apply(changes);
        times.applied(changes.size(), System.nanoTime() - begin);
        dirty = true;
        for (Change change : changes) {
            if (change instanceof Change.Received received) {
                applied = received.end();
            }
        }
        try {
            listener.applied(changes, done);
        } catch (RuntimeException e) {
            // This must not look like a failure of the ledger: the changes would be applied twice.
            LOG.error("processing {} applied changes failed; the ledger itself has them", changes.size(), e);
        }
        return done;
    }

    private Ledger.Applied syncIfDirty() throws LedgerException {
        if (dirty) {
            ledger.sync(0);
            dirty = false;
        }
        return new Ledger.Applied(0, Set.of());
    }

    private void recovered() {
        if (failing != null) {
            failing = null;
            LOG.warn("the ledger can be written to again");
        }
    }

    /**
     * Notes the failure.
     *
     * @return whether the spool is closing
     */
    private boolean isFailing(Exception e, int changes) {
        if (failing == null) {
            LOG.error(
                    "the ledger cannot be written to; no instances are accepted until {} changes are applied",
                    changes,
                    e);
        }
        lock.lock();
        try {
            failing = "the spool's ledger cannot be written to: " + e.getMessage();
            room.signalAll();
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration duration) {
        lock.lock();
        try {
            Threads.await(closing, duration.toNanos(), () -> closed);
        } finally {
            lock.unlock();
        }
    }

    private void syncAtClose() {
        try {
            syncIfDirty();
        } catch (LedgerException e) {
            LOG.warn("the last sync of the ledger failed; the next start replays more of the log", e);
        }
    }

    private void end(boolean wanted) {
        List<Entry> left;
        lock.lock();
        try {
            closed = true;
            left = List.copyOf(queue);
            queue.clear();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        if (!wanted) {
            failing = "the thread that writes the spool's ledger has ended; see the gateway's log";
        }
        left.forEach(entry -> answerFailed(entry, new IllegalStateException("the ledger's writer has ended")));
    }

    private static void answerFailed(Entry entry, Exception why) {
        CompletableFuture<Ledger.Applied> answer = entry.answer();
        if (answer != null) {
            answer.completeExceptionally(why);
        }
    }

    public LongLived thread() {
        return thread;
    }

    /** Applies everything submitted before, syncs, and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
            closing.signal();
        } finally {
            lock.unlock();
        }
        Threads.join(thread);
    }
}
