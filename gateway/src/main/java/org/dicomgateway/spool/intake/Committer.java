package org.dicomgateway.spool.intake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.RefusedException.Kind;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.Segment;
import org.dicomgateway.spool.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log in turns. A turn takes all waiting instances, has the replica keep them, writes them together, and
 * makes them durable with one fdatasync. It passes them to the ledger in the order of the log, and only then lets the
 * callers return. Instances that arrive in the meantime wait for the next turn.
 *
 * <p>A caller that finds no turn in progress takes the turn itself, so that a single sender waits for no other thread.
 * Instances that gather during a turn are committed by this class's own thread. So many senders share one sync, and
 * none of them works for the others for long.
 *
 * <p>A failed write or sync is never repeated on the same file, because the kernel may have dropped the data. All
 * instances of the turn are refused, and the segment is sealed before them. The next segment's header says where. It is
 * on disk before the callers get the refusal, so that a refused instance cannot come back after a crash.
 */
public final class Committer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private final SegmentLog log;
    private final InstanceFiles files;
    private final LedgerQueue ledger;
    private final Replica replica;
    private final StageTimes times;
    private final LongLived thread = new LongLived("spool-committer", this::run);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Deque<Draft> queue = new ArrayDeque<>();
    private boolean taken;
    private boolean closed;
    private boolean healing;
    private long nextId;
    private volatile @Nullable RefusedException broken;

    /**
     * Begins the first segment and starts the thread.
     *
     * @throws IOException when the log cannot be written to
     */
    public Committer(
            SegmentLog log, InstanceFiles files, LedgerQueue ledger, Replica replica, long nextId, StageTimes times)
            throws IOException {
        this.log = log;
        this.files = files;
        this.ledger = ledger;
        this.replica = replica;
        this.nextId = nextId;
        this.times = times;
        log.current(0, nextId);
        thread.start();
    }

    /**
     * Writes an instance to the log. Returns when it is durable.
     *
     * @throws RefusedException when the instance is not in the log
     */
    Instance commit(Draft draft) throws RefusedException {
        boolean ours;
        lock.lock();
        try {
            if (closed) {
                RefusedException why = broken;
                throw why != null ? why : new RefusedException(Kind.CLOSED, "the spool is shutting down", null);
            }
            queue.add(draft);
            // An interrupt closes the file that is being written, and would refuse the instances of other callers.
            ours = !taken && !Thread.currentThread().isInterrupted();
            if (ours) {
                taken = true;
            } else if (!taken) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        if (ours) {
            turn();
        }
        return draft.await();
    }

    /** The reason why the log cannot be written to now; empty when it can. */
    public Optional<RefusedException> brokenBecause() {
        return Optional.ofNullable(broken);
    }

    /** Makes the thread try a broken log again. Returns at once. */
    public void heal() {
        lock.lock();
        try {
            healing = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitTurn()) {
            turn();
        }
    }

    /** Commits the waiting instances and gives the turn back. The caller must have taken the turn. */
    private void turn() {
        boolean done = false;
        try {
            ledger.awaitRoom();
            if (broken != null) {
                begin();
            }
            commitAll(drain());
            done = true;
        } finally {
            giveBack(done);
        }
    }

    private void giveBack(boolean done) {
        List<Draft> left = List.of();
        lock.lock();
        try {
            taken = false;
            if (!done) {
                // An Error: the end of the log is now unknown. The next start finds out.
                closed = true;
                broken = gone();
                left = List.copyOf(queue);
                queue.clear();
            }
            // Not in vain: with a single sender that would wake the thread for each instance.
            if (isWork()) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        // These callers would otherwise wait forever.
        left.forEach(draft -> draft.failed(gone()));
    }

    /**
     * Waits until there is work and no turn in progress, and takes the turn.
     *
     * @return false when the committer is closed
     */
    private boolean awaitTurn() {
        lock.lock();
        try {
            while (taken || !isWork()) {
                work.awaitUninterruptibly();
            }
            healing = false;
            taken = !queue.isEmpty() || !closed;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private boolean isWork() {
        return !queue.isEmpty() || closed || healing;
    }

    private Deque<Draft> drain() {
        lock.lock();
        try {
            Deque<Draft> drained = new ArrayDeque<>(queue);
            queue.clear();
            return drained;
        } finally {
            lock.unlock();
        }
    }

    private void commitAll(Deque<Draft> left) {
        try {
            while (!left.isEmpty()) {
                Segment segment;
                try {
                    segment = log.current(left.element().recordLength(), nextId);
                } catch (IOException e) {
                    RefusedException refused = isBroken(e);
                    left.forEach(draft -> draft.failed(refused));
                    return;
                }
                broken = null;
                commitWhatFits(segment, left);
            }
        } finally {
            // Only an Error leaves any here. Failing a draft that succeeded does nothing.
            left.forEach(draft -> draft.failed(gone()));
        }
    }

    /** Commits the drafts that fit into this segment. Removes them from {@code left} when their outcome is known. */
    private void commitWhatFits(Segment segment, Deque<Draft> left) {
        List<Draft> fitting = new ArrayList<>();
        long length = 0;
        for (Draft draft : left) {
            if (!segment.fits(length + draft.recordLength())) {
                break;
            }
            length += draft.recordLength();
            fitting.add(draft);
        }
        List<Numbered> batch = new ArrayList<>();
        for (Draft draft : fitting) {
            batch.add(new Numbered(draft, nextId++));
        }
        List<Numbered> named = nameFiles(keep(batch));
        if (!named.isEmpty()) {
            append(segment, named);
        }
        fitting.forEach(draft -> left.remove());
    }

    /**
     * Has the replica keep the drafts. Returns those that go into the log: none when it refuses, and not those that
     * another gateway delivers.
     */
    private List<Numbered> keep(List<Numbered> batch) {
        if (replica == Replica.NONE || batch.isEmpty()) {
            return batch;
        }
        try {
            Set<Long> elsewhere = replica.keep(batch.stream()
                    .map(numbered -> numbered.draft.entry(numbered.id))
                    .toList());
            List<Numbered> here = new ArrayList<>();
            for (Numbered numbered : batch) {
                if (elsewhere.contains(numbered.id)) {
                    numbered.draft.passedOn(numbered.id);
                } else {
                    here.add(numbered);
                }
            }
            return here;
        } catch (RefusedException e) {
            refuse(batch, e);
            return List.of();
        }
    }

    private void append(Segment segment, List<Numbered> batch) {
        List<ByteBuffer> records = new ArrayList<>();
        List<Change.Received> changes = new ArrayList<>();
        LogPosition start = segment.end();
        long syncedTo = start.offset();
        for (Numbered numbered : batch) {
            LogPosition end = new LogPosition(start.segment(), start.offset() + numbered.draft.recordLength());
            records.addAll(numbered.draft.record(segment.sequence(), numbered.id, syncedTo));
            changes.add(numbered.draft.received(numbered.id, start, end));
            start = end;
        }
        try {
            long begin = System.nanoTime();
            segment.append(records);
            times.committed(batch.size(), System.nanoTime() - begin);
        } catch (IOException | RuntimeException e) {
            abandon(segment, batch, e);
            return;
        }
        // First: in the ledger before any of their deliveries can be claimed.
        batch.forEach(numbered -> ledger.submit(numbered.draft.notes(numbered.id)));
        ledger.submit(changes);
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).draft.succeeded(changes.get(i).stored().instance());
        }
    }

    /**
     * Names the files before the records that refer to them are written. Returns the drafts that can go into the log.
     */
    private List<Numbered> nameFiles(List<Numbered> batch) {
        List<Numbered> withFile = new ArrayList<>();
        List<Numbered> without = new ArrayList<>();
        batch.forEach(numbered -> (numbered.draft.part() == null ? without : withFile).add(numbered));
        if (withFile.isEmpty()) {
            return batch;
        }
        try {
            for (Numbered numbered : withFile) {
                InstanceFiles.Part part = numbered.draft.part();
                if (part != null) {
                    files.name(part, numbered.id);
                }
            }
            files.syncReceived();
            return batch;
        } catch (IOException e) {
            replica.refused(withFile.stream().map(Numbered::id).toList());
            refuse(withFile, refused("a file of the spool cannot be renamed", e));
            return without;
        }
    }

    private void abandon(Segment segment, List<Numbered> batch, Exception e) {
        LOG.error(
                "writing to segment {} of the spool failed; {} instances are refused, and a new segment begins",
                segment.sequence(),
                batch.size(),
                e);
        retract(segment, batch);
        log.seal();
        begin();
        replica.refused(batch.stream().map(Numbered::id).toList());
        refuse(batch, refused("writing to the spool's log failed", e));
    }

    /** Needed if the process ends before the next segment, which cuts these records off, can be made. */
    private static void retract(Segment segment, List<Numbered> batch) {
        List<Long> offsets = new ArrayList<>();
        long offset = segment.end().offset();
        for (Numbered numbered : batch) {
            offsets.add(offset);
            offset += numbered.draft.recordLength();
        }
        try {
            segment.retract(offsets);
        } catch (IOException e) {
            LOG.debug("the refused records of segment {} cannot be made unreadable", segment.sequence(), e);
        }
    }

    private void begin() {
        try {
            log.current(0, nextId);
            broken = null;
        } catch (IOException e) {
            isBroken(e);
        }
    }

    private RefusedException isBroken(IOException e) {
        if (broken == null) {
            LOG.error("no new segment can be made; no instances are accepted until that works again", e);
        }
        RefusedException refused = refused("the spool's log cannot be written to", e);
        broken = refused;
        return refused;
    }

    private void refuse(List<Numbered> batch, RefusedException why) {
        files.deleteQuietly(batch.stream()
                .filter(numbered -> numbered.draft.part() != null)
                .map(Numbered::id)
                .toList());
        batch.forEach(numbered -> numbered.draft.failed(why));
    }

    private static RefusedException refused(String what, Exception e) {
        Kind kind = e instanceof IOException io && Disk.isFull(io) ? Kind.NO_SPACE : Kind.FAULT;
        return new RefusedException(kind, what + ": " + e, e);
    }

    private static RefusedException gone() {
        return new RefusedException(
                Kind.FAULT, "writing to the spool's log has stopped: restart the gateway, and see its log", null);
    }

    public LongLived thread() {
        return thread;
    }

    /** Commits everything submitted, accepts nothing more, and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        Threads.join(thread);
        log.close();
    }

    private record Numbered(Draft draft, long id) {}
}
