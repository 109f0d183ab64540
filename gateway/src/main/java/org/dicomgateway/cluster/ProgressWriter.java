package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Handover.CopyProgress;
import org.dicomgateway.spool.Handover.Progress;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the cluster's database what became of this gateway's instances, after its own ledger has it. What a crash
 * keeps from the database is delivered again by whoever takes over. What is finished there is never delivered again.
 */
final class ProgressWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProgressWriter.class);
    private static final int AT_ONCE = 500;
    private static final Duration BETWEEN = Duration.ofMillis(50);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Database database;
    private final Membership membership;
    private final Handover spool;
    private final LongLived thread = LongLived.daemon("cluster-progress", this::run);
    private final Queue queue;
    private boolean failing;

    /** What is to be written. It can be filled before there is a spool to ask. Safe for any number of threads. */
    static final class Queue {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition work = lock.newCondition();
        private final Set<Long> changed = new LinkedHashSet<>();
        private final Set<Long> refused = new LinkedHashSet<>();
        private boolean closed;

        /** Something became of these instances. */
        void changed(Collection<Long> instances) {
            add(changed, instances);
        }

        /** The spool has refused these instances: they must not stay. */
        void refused(Collection<Long> instances) {
            add(refused, instances);
        }

        private void add(Set<Long> to, Collection<Long> instances) {
            lock.lock();
            try {
                to.addAll(instances);
                work.signal();
            } finally {
                lock.unlock();
            }
        }

        private void close() {
            lock.lock();
            try {
                closed = true;
                work.signal();
            } finally {
                lock.unlock();
            }
        }

        private boolean isClosed() {
            lock.lock();
            try {
                return closed;
            } finally {
                lock.unlock();
            }
        }

        private void pause(Duration time) {
            lock.lock();
            try {
                Threads.await(work, time.toNanos(), () -> closed);
            } finally {
                lock.unlock();
            }
        }

        /** Waits for work. Empty when there is none and the queue is closed. */
        private Batch take() {
            lock.lock();
            try {
                while (changed.isEmpty() && refused.isEmpty() && !closed) {
                    work.awaitUninterruptibly();
                }
                return new Batch(some(changed), some(refused));
            } finally {
                lock.unlock();
            }
        }

        private static List<Long> some(Set<Long> from) {
            List<Long> some = new ArrayList<>();
            Iterator<Long> each = from.iterator();
            while (each.hasNext() && some.size() < AT_ONCE) {
                some.add(each.next());
                each.remove();
            }
            return some;
        }
    }

    private record Batch(List<Long> changed, List<Long> refused) {
        boolean isEmpty() {
            return changed.isEmpty() && refused.isEmpty();
        }
    }

    ProgressWriter(Database database, Membership membership, Queue queue, Handover spool) {
        this.database = database;
        this.membership = membership;
        this.queue = queue;
        this.spool = spool;
    }

    void start() {
        thread.start();
    }

    LongLived thread() {
        return thread;
    }

    private void run() {
        for (Batch batch = queue.take(); !batch.isEmpty(); batch = queue.take()) {
            if (!isWritten(batch)) {
                if (queue.isClosed()) {
                    return;
                }
                queue.changed(batch.changed());
                queue.refused(batch.refused());
                queue.pause(PAUSE);
            } else {
                queue.pause(BETWEEN);
            }
        }
    }

    private boolean isWritten(Batch batch) {
        try {
            write(batch);
            if (failing) {
                LOG.warn("the cluster's database takes again what was delivered");
            }
            failing = false;
            return true;
        } catch (SQLException | SearchException e) {
            if (!failing) {
                LOG.error(
                        "the cluster's database does not take what was delivered; it is tried again. If this gateway "
                                + "ends before, others deliver it again",
                        e);
            }
            failing = true;
            return false;
        }
    }

    private void write(Batch batch) throws SQLException {
        List<Progress> progress = batch.changed().isEmpty() ? List.of() : spool.progress(batch.changed());
        database.execute(transaction -> {
            if (batch.refused().isEmpty()) {
                membership.enter(transaction);
            } else {
                // A commit of theirs that is still on its way must not come later.
                membership.enterAlone(transaction);
                refused(transaction, batch.refused());
            }
            if (!progress.isEmpty()) {
                copies(transaction, membership.id(), progress);
                finished(transaction, progress);
                replaced(transaction, progress);
            }
        });
    }

    /** What was ours alone goes. What another gateway gave success for is to be taken over once more. */
    private void refused(Connection transaction, List<Long> ids) throws SQLException {
        Sql.update(
                transaction,
                "UPDATE instance i SET adopter = ?, adopter_epoch = ? "
                        + "WHERE home = ? AND local_id = ANY (?) AND state = 0 AND adopter IS NULL AND " + TAKEN_OVER,
                membership.id(),
                membership.epoch(),
                membership.id(),
                Sql.numbers(transaction, ids));
        Sql.update(
                transaction,
                "DELETE FROM instance i WHERE home = ? AND local_id = ANY (?) AND NOT " + TAKEN_OVER,
                membership.id(),
                Sql.numbers(transaction, ids));
    }

    private static final String TAKEN_OVER = "EXISTS (SELECT 1 FROM taken_over t WHERE t.instance = i.id)";

    /** An instance that another gateway has reserved is no longer ours to tell of. */
    static void copies(Connection transaction, int member, List<Progress> progress) throws SQLException {
        List<Long> ids = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<String> routes = new ArrayList<>();
        List<String> destinations = new ArrayList<>();
        List<Integer> states = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<Integer> found = new ArrayList<>();
        List<String> checked = new ArrayList<>();
        List<Integer> answers = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        for (Progress each : progress) {
            for (CopyProgress copy : each.copies()) {
                ids.add(each.instance());
                places.add(copy.place());
                routes.add(copy.route());
                destinations.add(copy.destination());
                states.add(CopyStates.number(copy.state()));
                reasons.add(copy.reason());
                found.add(copy.lastCheck()
                        .map(FoundCheck::state)
                        .map(CopyStates::number)
                        .orElse(0));
                checked.add(copy.lastCheck()
                        .map(FoundCheck::at)
                        .map(Instant::toString)
                        .orElse(""));
                answers.add(copy.commitment()
                        .flatMap(Commitment::failure)
                        .map(FailureReason::code)
                        .orElse(0));
                answered.add(copy.commitment()
                        .map(Commitment::at)
                        .map(Instant::toString)
                        .orElse(""));
            }
        }
        Sql.update(
                transaction,
                """
                INSERT INTO copy AS c (home, local_id, place, instance, route, destination, state, reason, changed_at,
                  found, checked_at, failure, answered_at)
                SELECT i.home, i.local_id, u.place, i.id, u.route, nullif(u.destination, ''), u.state, u.reason, now(),
                  u.found, nullif(u.checked, '')::timestamptz, u.failure, nullif(u.answered, '')::timestamptz
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                  AS u (local_id, place, route, destination, state, reason, found, checked, failure, answered)
                JOIN instance i ON i.home = ? AND i.local_id = u.local_id AND i.adopter IS NULL
                ON CONFLICT (home, local_id, place) DO UPDATE
                SET destination = excluded.destination, state = excluded.state, reason = excluded.reason,
                  found = excluded.found, checked_at = excluded.checked_at, failure = excluded.failure,
                  answered_at = excluded.answered_at,
                  changed_at = CASE WHEN (c.destination, c.state, c.reason)
                    IS DISTINCT FROM (excluded.destination, excluded.state, excluded.reason)
                    THEN excluded.changed_at ELSE c.changed_at END
                WHERE (c.destination, c.state, c.reason, c.found, c.checked_at, c.failure, c.answered_at)
                  IS DISTINCT FROM (excluded.destination, excluded.state, excluded.reason, excluded.found,
                    excluded.checked_at, excluded.failure, excluded.answered_at)""",
                Sql.numbers(transaction, ids),
                Sql.small(transaction, places),
                Sql.texts(transaction, routes),
                Sql.texts(transaction, destinations),
                Sql.small(transaction, states),
                Sql.texts(transaction, reasons),
                Sql.small(transaction, found),
                Sql.texts(transaction, checked),
                Sql.small(transaction, answers),
                Sql.texts(transaction, answered),
                member);
    }

    private void finished(Connection transaction, List<Progress> progress) throws SQLException {
        List<Long> finished = progress.stream()
                .filter(Progress::finished)
                .map(Progress::instance)
                .toList();
        Sql.update(
                transaction,
                "UPDATE instance SET state = 1, done_at = now(), metadata = '' "
                        + "WHERE home = ? AND local_id = ANY (?) AND state = 0 AND adopter IS NULL",
                membership.id(),
                Sql.numbers(transaction, finished));
        SentNotes.forget(transaction, membership.id(), finished);
    }

    /** Tells those that delivered an older version that theirs is not there any more. */
    private void replaced(Connection transaction, List<Progress> progress) throws SQLException {
        List<Long> ids = new ArrayList<>();
        List<String> destinations = new ArrayList<>();
        for (Progress each : progress) {
            for (CopyProgress copy : each.copies()) {
                if (copy.state() == DeliveryState.DELIVERED) {
                    ids.add(each.instance());
                    destinations.add(copy.destination());
                }
            }
        }
        Sql.update(
                transaction,
                """
                INSERT INTO replaced (home, local_id, destination, at, noted)
                SELECT c.home, c.local_id, c.destination, now(), false
                FROM unnest(?, ?) AS u (local_id, destination)
                JOIN instance n ON n.home = ? AND n.local_id = u.local_id
                JOIN instance o ON o.sop_instance = n.sop_instance AND o.id < n.id
                  AND (o.length, o.crc32c) <> (n.length, n.crc32c)
                JOIN copy c ON c.instance = o.id AND c.home <> n.home AND c.destination = u.destination
                  AND c.state = ?
                ON CONFLICT DO NOTHING""",
                Sql.numbers(transaction, ids),
                Sql.texts(transaction, destinations),
                membership.id(),
                CopyStates.number(DeliveryState.DELIVERED));
    }

    /** Writes what is queued, once, and ends. */
    @Override
    public void close() {
        queue.close();
        Threads.join(thread);
    }
}
