package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Replica.Note;

/**
 * Notes in the cluster's database what destinations are sent instead of instances. What comes while a commit is under
 * way shares the next one. Safe for any number of threads.
 */
final class SentNotes implements AutoCloseable {

    private static final int AT_ONCE = 500;

    private final Database database;
    private final Membership membership;
    private final LongLived thread = LongLived.daemon("cluster-notes", this::run);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean closed;

    private record Waiting(List<Note> notes, CompletableFuture<Void> durable) {}

    private record Key(long instance, String destination) {}

    SentNotes(Database database, Membership membership) {
        this.database = database;
        this.membership = membership;
    }

    void start() {
        thread.start();
    }

    LongLived thread() {
        return thread;
    }

    /** See {@link org.dicomgateway.spool.Replica#sending}. */
    CompletableFuture<Void> add(List<Note> notes) {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        lock.lock();
        try {
            if (!closed) {
                waiting.add(new Waiting(List.copyOf(notes), durable));
                work.signal();
                return durable;
            }
        } finally {
            lock.unlock();
        }
        durable.completeExceptionally(new ClusterException("this gateway is leaving the cluster"));
        return durable;
    }

    private void run() {
        for (List<Waiting> some = take(); !some.isEmpty(); some = take()) {
            try {
                write(some.stream().flatMap(each -> each.notes().stream()).toList());
                some.forEach(each -> each.durable().complete(null));
            } catch (SQLException | RuntimeException e) {
                some.forEach(each -> each.durable().completeExceptionally(e));
            }
        }
    }

    /** Waits for some. Empty when there are none, and none will come. */
    private List<Waiting> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            List<Waiting> first = waiting.subList(0, Math.min(AT_ONCE, waiting.size()));
            List<Waiting> some = List.copyOf(first);
            first.clear();
            return some;
        } finally {
            lock.unlock();
        }
    }

    private void write(Collection<Note> notes) throws SQLException {
        database.execute(transaction -> {
            membership.enter(transaction);
            membership.requireStandby(transaction);
            write(transaction, membership.id(), notes, true);
        });
    }

    /**
     * Writes notes of a member.
     *
     * @param replacing whether they replace what is there
     */
    static void write(Connection transaction, int member, Collection<Note> notes, boolean replacing)
            throws SQLException {
        Map<Key, SentAs> last = new LinkedHashMap<>();
        notes.forEach(note -> last.put(new Key(note.instance(), note.destination()), note.sentAs()));
        Sql.update(
                transaction,
                """
                INSERT INTO sent_as (home, local_id, destination, version, sop_instance, study, series, digest, length,
                  transfer_syntax, at)
                SELECT ?, u.local_id, u.destination, u.version, u.sop, u.study, u.series, u.digest, u.length,
                  nullif(u.syntax, ''), now()
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                  AS u (local_id, destination, version, sop, study, series, digest, length, syntax)
                ON CONFLICT (home, local_id, destination) DO\s""" + (replacing ? REPLACE : "NOTHING"),
                member,
                Sql.numbers(
                        transaction, last.keySet().stream().map(Key::instance).toList()),
                Sql.texts(
                        transaction,
                        last.keySet().stream().map(Key::destination).toList()),
                Sql.texts(
                        transaction, last.values().stream().map(SentAs::version).toList()),
                Sql.texts(
                        transaction,
                        last.values().stream()
                                .map(each -> each.sopInstance().value())
                                .toList()),
                Sql.texts(
                        transaction,
                        last.values().stream().map(SentAs::studyInstanceUid).toList()),
                Sql.texts(
                        transaction,
                        last.values().stream().map(SentAs::seriesInstanceUid).toList()),
                Sql.numbers(
                        transaction,
                        last.values().stream()
                                .map(each -> each.digest().number())
                                .toList()),
                Sql.numbers(
                        transaction, last.values().stream().map(SentAs::length).toList()),
                Sql.texts(
                        transaction,
                        last.values().stream()
                                .map(each -> each.transferSyntax()
                                        .map(TransferSyntax::toString)
                                        .orElse(""))
                                .toList()));
    }

    private static final String REPLACE = """
            UPDATE SET version = excluded.version, sop_instance = excluded.sop_instance, study = excluded.study,
              series = excluded.series, digest = excluded.digest, length = excluded.length,
              transfer_syntax = excluded.transfer_syntax, at = excluded.at""";

    /** The notes about these instances of a member. */
    static List<Note> read(Connection transaction, int member, Collection<Long> instances) throws SQLException {
        return Sql.list(
                transaction,
                row -> new Note(
                        row.getLong("local_id"),
                        row.getString("destination"),
                        new SentAs(
                                row.getString("version"),
                                Uid.of(row.getString("sop_instance")),
                                row.getString("study"),
                                row.getString("series"),
                                DatasetDigest.of(row.getLong("digest")),
                                row.getLong("length"),
                                Optional.ofNullable(row.getString("transfer_syntax"))
                                        .map(TransferSyntax::of))),
                "SELECT * FROM sent_as WHERE home = ? AND local_id = ANY (?)",
                member,
                Sql.numbers(transaction, instances));
    }

    /** They are not needed any more, unless another gateway is about to take the instance over. */
    static void forget(Connection transaction, int member, Collection<Long> instances) throws SQLException {
        Sql.update(
                transaction,
                "DELETE FROM sent_as s WHERE home = ? AND local_id = ANY (?) AND NOT EXISTS "
                        + "(SELECT 1 FROM instance i WHERE i.home = s.home AND i.local_id = s.local_id AND i.state = 0)",
                member,
                Sql.numbers(transaction, instances));
    }

    /** Writes what waits, and ends. */
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
    }
}
