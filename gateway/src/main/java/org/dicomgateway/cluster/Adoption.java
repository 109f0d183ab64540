package org.dicomgateway.cluster;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Handover.Held;
import org.dicomgateway.spool.Replica.Entry;
import org.dicomgateway.spool.Replica.Note;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what a spool had before its gateway joined into the cluster's database, from where it is taken over like
 * everything else. Whatever interrupts it, each instance is brought once: the list of what is left is in the database,
 * and gets shorter in the transaction that brings an instance.
 */
final class Adoption implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int AT_ONCE = 20;
    private static final long BYTES_AT_ONCE = 16L << 20;

    private final Database database;
    private final Membership membership;
    private final Packs packs;
    private final ProgressWriter.Queue progress;
    private final Handover spool;
    private final Repeating repeating = new Repeating("cluster-adoption", PAUSE, this::look);
    private long brought;
    private boolean failing;
    private volatile boolean done;
    private volatile boolean closed;

    Adoption(Database database, Membership membership, ProgressWriter.Queue progress, Handover spool) {
        this.database = database;
        this.membership = membership;
        // Of its own: the committer fills another one at the same time.
        this.packs = new Packs(database, membership);
        this.progress = progress;
        this.spool = spool;
    }

    /** An instance that is to be brought, and its key in the cluster. */
    private record Listed(long localId, long key) {}

    /** Lists those of these unfinished instances, in the order of their ids, that the cluster never had. */
    static void list(Database database, Membership membership, List<Long> instances) throws SQLException {
        database.inTransaction(transaction -> {
            membership.enter(transaction);
            return Sql.update(transaction, """
                    INSERT INTO adoption (home, local_id, id)
                    SELECT u.home, u.local_id, nextval(pg_get_serial_sequence('instance', 'id')) FROM (
                      SELECT ?::integer AS home, local_id FROM unnest(?) AS local_id ORDER BY local_id) u
                    WHERE NOT EXISTS (SELECT 1 FROM instance i WHERE i.home = u.home AND i.local_id = u.local_id)
                      AND NOT EXISTS (SELECT 1 FROM taken_over t WHERE t.home = u.home AND t.local_id = u.local_id)
                    ON CONFLICT DO NOTHING""", membership.id(), Sql.numbers(transaction, instances));
        });
    }

    void start() {
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    /** Brings all that is left, a few at a time. It works for half of the time, so that receiving goes on beside it. */
    private void look() {
        if (done || !membership.isSure() || membership.closedBecause().isPresent()) {
            return;
        }
        try {
            long begin = System.nanoTime();
            for (List<Listed> some = listed(); !some.isEmpty() && !closed; some = listed()) {
                bring(some);
                Membership.pause(Duration.ofNanos(Math.min(PAUSE.toNanos(), System.nanoTime() - begin)));
                begin = System.nanoTime();
            }
            if (!closed) {
                packs.finish();
                done = true;
                if (brought > 0) {
                    LOG.info("{} instances of the time before it joined are in the cluster now", brought);
                }
            }
            failing = false;
        } catch (SQLException e) {
            if (!failing) {
                LOG.warn(
                        "what this gateway had before it joined cannot be kept in the cluster now; it is tried again",
                        e);
            }
            failing = true;
        }
    }

    private List<Listed> listed() throws SQLException {
        return database.inTransaction(transaction -> Sql.list(
                transaction,
                row -> new Listed(row.getLong(1), row.getLong(2)),
                "SELECT local_id, id FROM adoption WHERE home = ? ORDER BY id LIMIT " + AT_ONCE,
                membership.id()));
    }

    private void bring(List<Listed> some) throws SQLException {
        List<Held> held = new ArrayList<>();
        try {
            List<Long> gone = new ArrayList<>();
            List<Long> keys = new ArrayList<>();
            long bytes = 0;
            for (Listed each : some) {
                if (bytes >= BYTES_AT_ONCE) {
                    break;
                }
                Optional<Held> found = spool.held(each.localId());
                if (found.isPresent()) {
                    held.add(found.get());
                    keys.add(each.key());
                    bytes += found.get().entry().length();
                } else {
                    gone.add(each.localId());
                }
            }
            bring(held, keys, gone);
        } finally {
            held.forEach(Held::close);
        }
    }

    private void bring(List<Held> held, List<Long> keys, List<Long> gone) throws SQLException {
        try {
            write(held, keys, gone);
        } catch (InstanceRows.UnreadableException e) {
            if (held.size() > 1) {
                for (int i = 0; i < held.size(); i++) {
                    bring(held.subList(i, i + 1), keys.subList(i, i + 1), List.of());
                }
            } else if (e.ioException() instanceof DamagedInstanceException) {
                unreadable(held.get(0).entry().instance().id(), e.ioException());
            } else {
                throw new SQLException("an instance cannot be read now", e.ioException());
            }
        }
    }

    /** It is parked when it is to be sent: no other gateway could do more for it. Or it was delivered meanwhile. */
    private void unreadable(long instance, IOException why) throws SQLException {
        Optional<Held> still = spool.held(instance);
        still.ifPresent(Held::close);
        if (still.isPresent()) {
            LOG.error(
                    "instance {} cannot be read for the cluster, and stays here alone: {}", instance, why.getMessage());
        }
        write(List.of(), List.of(), List.of(instance));
    }

    private void write(List<Held> held, List<Long> keys, List<Long> gone) throws SQLException {
        List<Entry> entries = held.stream().map(Held::entry).toList();
        List<Long> ids = entries.stream().map(entry -> entry.instance().id()).toList();
        long pack = entries.isEmpty()
                ? 0
                : packs.current(entries.stream().mapToLong(Entry::length).sum());
        List<Note> notes = held.stream().flatMap(each -> each.notes().stream()).toList();
        List<Long> listed = new ArrayList<>(ids);
        listed.addAll(gone);
        database.execute(transaction -> {
            membership.enter(transaction);
            membership.requireStandby(transaction);
            if (!entries.isEmpty()) {
                InstanceRows.insert(transaction, membership.id(), packs, pack, entries, keys);
                ProgressWriter.copies(
                        transaction,
                        membership.id(),
                        held.stream().map(Held::progress).toList());
                SentNotes.write(transaction, membership.id(), notes, false);
            }
            Sql.update(
                    transaction,
                    "DELETE FROM adoption WHERE home = ? AND local_id = ANY (?)",
                    membership.id(),
                    Sql.numbers(transaction, listed));
        });
        brought += ids.size();
        // What became of them while they were on their way.
        progress.changed(ids);
    }

    @Override
    public void close() {
        closed = true;
        repeating.close(Duration.ofSeconds(30));
    }
}
