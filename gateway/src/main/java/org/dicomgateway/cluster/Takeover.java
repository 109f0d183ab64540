package org.dicomgateway.cluster;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Handover.CopyProgress;
import org.dicomgateway.spool.Handover.Left;
import org.dicomgateway.spool.Handover.Progress;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Replica.Note;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what other gateways left, a few instances at a time, so that all survivors share it. An instance is first
 * reserved, then read into the spool, and becomes ours in the transaction that keeps it. A gateway that dies in between
 * leaves a reservation that no longer counts.
 */
final class Takeover implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int AT_ONCE = 20;
    private static final int PAGE = 1_000;

    private final Database database;
    private final Membership membership;
    private final ProgressWriter.Queue progress;
    private final Handover spool;
    private final Repeating repeating = new Repeating("cluster-takeover", PAUSE, this::takeOverAll);
    private final Set<Long> damaged = new HashSet<>();
    private boolean failing;
    private volatile boolean closed;

    Takeover(Database database, Membership membership, ProgressWriter.Queue progress, Handover spool) {
        this.database = database;
        this.membership = membership;
        this.progress = progress;
        this.spool = spool;
    }

    /**
     * Makes spool and cluster agree, before anything is sent. What another gateway took over meanwhile is given up
     * here. What the spool has lost is taken over from the cluster like that of another gateway. What the cluster never
     * had, such as instances of the time before it, is listed to be brought there.
     */
    void reconcile() throws SQLException {
        // The ledger may be new.
        database.inTransaction(transaction ->
                Sql.update(transaction, "UPDATE replaced SET noted = false WHERE home = ? AND noted", membership.id()));
        follow();
        long after = 0;
        long gone = 0;
        List<Long> page;
        do {
            page = spool.unfinished(after, PAGE);
            long to = page.size() < PAGE ? Long.MAX_VALUE : page.get(page.size() - 1);
            Set<Long> ours = ours(after, to);
            List<Long> elsewhere = elsewhere(page);
            if (!elsewhere.isEmpty()) {
                spool.giveUp(elsewhere, "taken over by another gateway of the cluster");
                gone += elsewhere.size();
            }
            noteSent(page);
            Adoption.list(
                    database,
                    membership,
                    page.stream().filter(id -> !elsewhere.contains(id)).toList());
            page.forEach(ours::remove);
            leftovers(List.copyOf(ours));
            progress.changed(page);
            after = to;
        } while (page.size() == PAGE);
        if (gone > 0) {
            LOG.warn("{} instances were taken over by other gateways of the cluster while this one was away", gone);
        }
        noteReplaced();
    }

    /**
     * Survivors take over the oldest versions first. Who comes back before they are done leaves the newer ones to
     * whoever has an older one.
     */
    private void follow() throws SQLException {
        database.inTransaction(transaction -> {
            membership.enter(transaction);
            return Sql.update(transaction, """
                    UPDATE instance i SET adopter = f.adopter, adopter_epoch = f.adopter_epoch
                    FROM (
                      SELECT n.id, coalesce(o.adopter, o.home) AS adopter, coalesce(o.adopter_epoch, m.epoch) AS adopter_epoch
                      FROM instance n
                      CROSS JOIN LATERAL (
                        SELECT v.home, v.adopter, v.adopter_epoch FROM instance v
                        WHERE v.sop_instance = n.sop_instance AND v.state = 0 AND v.id < n.id
                          AND (v.home <> n.home OR v.adopter IS NOT NULL)
                        ORDER BY v.id DESC LIMIT 1) o
                      JOIN member m ON m.id = o.home
                      WHERE n.home = ? AND n.state = 0 AND n.adopter IS NULL) f
                    WHERE i.id = f.id""", membership.id());
        });
    }

    /**
     * Those of these that another gateway delivers or has delivered; it must be known that it does. Of what is done,
     * but is being sent again here, nobody else has the bytes.
     */
    private List<Long> elsewhere(List<Long> ids) throws SQLException {
        return database.inTransaction(transaction -> Sql.list(
                transaction,
                row -> row.getLong(1),
                """
                SELECT i.local_id FROM instance i
                WHERE i.home = ? AND i.local_id = ANY (?) AND (i.adopter IS NOT NULL OR i.state <> 0
                  AND NOT EXISTS (SELECT 1 FROM copy c
                    WHERE c.home = i.home AND c.local_id = i.local_id AND c.state IN (%s)))
                UNION SELECT local_id FROM taken_over WHERE home = ? AND local_id = ANY (?)""".formatted(CopyStates.OPEN),
                membership.id(),
                Sql.numbers(transaction, ids),
                membership.id(),
                Sql.numbers(transaction, ids)));
    }

    private Set<Long> ours(long after, long to) throws SQLException {
        return new HashSet<>(database.inTransaction(transaction -> Sql.list(
                transaction,
                row -> row.getLong(1),
                "SELECT local_id FROM instance WHERE home = ? AND state = 0 AND adopter IS NULL "
                        + "AND local_id > ? AND local_id <= ?",
                membership.id(),
                after,
                to)));
    }

    /** The ledger may be an older one, or new: what was sent before is known here. */
    private void noteSent(List<Long> ids) throws SQLException {
        List<Note> notes = database.inTransaction(transaction -> SentNotes.read(transaction, membership.id(), ids));
        if (!notes.isEmpty()) {
            spool.noted(notes);
        }
    }

    /** The cluster has these as ours and unfinished; the spool does not. */
    private void leftovers(List<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        Set<Long> unknown = new HashSet<>(ids);
        List<Progress> known = spool.progress(ids);
        known.forEach(each -> unknown.remove(each.instance()));
        progress.changed(known.stream().map(Progress::instance).toList());
        if (!unknown.isEmpty()) {
            LOG.warn(
                    "the spool does not have {} instances that the cluster has: they are read from there",
                    unknown.size());
            database.inTransaction(transaction -> {
                membership.enter(transaction);
                return Sql.update(
                        transaction,
                        "UPDATE instance SET adopter = ?, adopter_epoch = ? WHERE home = ? AND local_id = ANY (?)",
                        membership.id(),
                        membership.epoch(),
                        membership.id(),
                        Sql.numbers(transaction, unknown));
            });
        }
    }

    void start() {
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    /** What newer versions other gateways have delivered. */
    private void noteReplaced() throws SQLException {
        List<Handover.Replaced> replaced = database.inTransaction(transaction -> Sql.list(
                transaction,
                row -> new Handover.Replaced(row.getLong(1), row.getString(2)),
                "SELECT local_id, destination FROM replaced WHERE home = ? AND NOT noted LIMIT " + PAGE,
                membership.id()));
        if (replaced.isEmpty()) {
            return;
        }
        spool.replaced(replaced);
        database.inTransaction(transaction -> Sql.update(
                transaction,
                "UPDATE replaced r SET noted = true FROM unnest(?, ?) AS u (local_id, destination) "
                        + "WHERE r.home = ? AND r.local_id = u.local_id AND r.destination = u.destination",
                Sql.numbers(
                        transaction,
                        replaced.stream().map(Handover.Replaced::instance).toList()),
                Sql.texts(
                        transaction,
                        replaced.stream().map(Handover.Replaced::destination).toList()),
                membership.id()));
    }

    private void takeOverAll() {
        try {
            long taken = 0;
            for (List<Reserved> some = reserve(); !some.isEmpty() && !closed; some = reserve()) {
                int before = damaged.size();
                long now = takeOver(some);
                taken += now;
                if (now + damaged.size() - before < some.size()) {
                    giveBack();
                    break;
                }
            }
            failing = false;
            if (taken > 0) {
                LOG.warn("{} instances were taken over from other gateways of the cluster", taken);
            }
            noteReplaced();
        } catch (SQLException e) {
            if (membership.isSure() && !failing) {
                LOG.error("what other gateways left cannot be taken over now; it is tried again", e);
            }
            failing = true;
        }
    }

    /** What this gateway cannot take now, another one may. */
    private void giveBack() throws SQLException {
        database.inTransaction(transaction -> {
            membership.enter(transaction);
            return Sql.update(
                    transaction,
                    "UPDATE instance SET adopter_epoch = 0 "
                            + "WHERE adopter = ? AND adopter_epoch = ? AND state = 0 AND id <> ALL (?)",
                    membership.id(),
                    membership.epoch(),
                    Sql.numbers(transaction, damaged));
        });
    }

    /** An instance that is reserved for this gateway. */
    private record Reserved(
            long key, int home, long localId, long pack, String metadata, long length, int datasetOffset, int crc32c) {}

    /** Reserves a few instances of gateways that are gone, beside those that are reserved already. */
    private List<Reserved> reserve() throws SQLException {
        if (!membership.isSure() || membership.closedBecause().isPresent()) {
            return List.of();
        }
        membership.declareDead();
        List<Reserved> reserved = database.inTransaction(this::reserved);
        if (!reserved.isEmpty()) {
            return reserved;
        }
        List<Integer> gone = database.inTransaction(transaction -> Sql.list(
                transaction,
                row -> row.getInt(1),
                "SELECT id FROM member m WHERE state <> 0 "
                        + "AND EXISTS (SELECT 1 FROM instance i WHERE i.home = m.id AND i.state = 0)"));
        for (int member : gone) {
            int count = database.inTransaction(transaction -> {
                membership.enter(transaction);
                Membership.holdOff(transaction, member);
                return Sql.update(
                        transaction,
                        RESERVE.formatted("i.home = ? AND EXISTS (SELECT 1 FROM member h "
                                + "WHERE h.id = i.home AND h.state <> 0) AND (i.adopter IS NULL OR " + STALE + ")"),
                        membership.id(),
                        membership.epoch(),
                        member,
                        membership.id(),
                        membership.id(),
                        membership.epoch());
            });
            if (count > 0) {
                return database.inTransaction(this::reserved);
            }
        }
        // Whoever reserved these has died as well.
        database.inTransaction(transaction -> {
            membership.enter(transaction);
            return Sql.update(
                    transaction,
                    RESERVE.formatted("i.adopter IS NOT NULL AND " + STALE),
                    membership.id(),
                    membership.epoch(),
                    membership.id(),
                    membership.id(),
                    membership.epoch());
        });
        return database.inTransaction(this::reserved);
    }

    private List<Reserved> reserved(Connection transaction) throws SQLException {
        return Sql.list(
                transaction,
                Takeover::read,
                "SELECT id, home, local_id, pack, metadata, length, dataset_offset, crc32c FROM instance "
                        + "WHERE adopter = ? AND adopter_epoch = ? AND state = 0 AND id <> ALL (?) ORDER BY id LIMIT "
                        + AT_ONCE,
                membership.id(),
                membership.epoch(),
                Sql.numbers(transaction, damaged));
    }

    private static Reserved read(ResultSet row) throws SQLException {
        return new Reserved(
                row.getLong("id"),
                row.getInt("home"),
                row.getLong("local_id"),
                row.getLong("pack"),
                row.getString("metadata"),
                row.getLong("length"),
                row.getInt("dataset_offset"),
                row.getInt("crc32c"));
    }

    private long takeOver(List<Reserved> some) throws SQLException {
        long taken = 0;
        for (Reserved each : some) {
            if (closed) {
                return taken;
            }
            try {
                takeOver(each);
                taken++;
            } catch (DamagedInstanceException e) {
                LOG.error(
                        "instance {} of the cluster cannot be taken over: {}; it stays in the database, for an "
                                + "operator to decide",
                        each.key(),
                        e.getMessage());
                damaged.add(each.key());
            } catch (RefusedException | IOException e) {
                LOG.warn("an instance cannot be taken over now: {}", e.getMessage());
                return taken;
            }
        }
        return taken;
    }

    private void takeOver(Reserved reserved) throws SQLException, RefusedException, IOException {
        Result result = database.inTransaction(transaction -> {
            List<CopyProgress> copies = copies(transaction, reserved.key());
            Left left = new Left(
                    reserved.key(),
                    reserved.metadata(),
                    reserved.length(),
                    reserved.datasetOffset(),
                    reserved.crc32c(),
                    copies,
                    SentNotes.read(transaction, reserved.home(), List.of(reserved.localId())).stream()
                            .collect(toMap(Note::destination, Note::sentAs)));
            try (PackStream stream = new PackStream(transaction, reserved.pack(), reserved.key())) {
                if (spool.takeOver(left, stream).isEmpty()) {
                    done(transaction, reserved.key());
                }
                return new Result(null, null);
            } catch (RefusedException e) {
                return new Result(e, null);
            } catch (IOException e) {
                return new Result(null, e);
            }
        });
        result.orThrow();
    }

    /**
     * Whoever delivered it died before it could say that this was all. What is still open of it is that for which a
     * newer version was delivered.
     */
    private void done(Connection transaction, long instance) throws SQLException {
        membership.enter(transaction);
        int done = Sql.update(
                transaction,
                "UPDATE instance SET state = 1, done_at = now(), metadata = '', adopter = NULL, adopter_epoch = NULL "
                        + "WHERE id = ? AND adopter = ? AND adopter_epoch = ?",
                instance,
                membership.id(),
                membership.epoch());
        if (done > 0) {
            Sql.update(
                    transaction,
                    "UPDATE copy SET state = ?, reason = '', changed_at = now() WHERE instance = ? AND state IN ("
                            + CopyStates.OPEN + ")",
                    CopyStates.number(DeliveryState.SUPERSEDED),
                    instance);
        }
    }

    private record Result(
            @Nullable RefusedException refused, @Nullable IOException failed) {
        void orThrow() throws RefusedException, IOException {
            if (refused != null) {
                throw refused;
            }
            if (failed != null) {
                throw failed;
            }
        }
    }

    /** What is known of the copies. Where a newer version was delivered, nothing is left to do. */
    private static List<CopyProgress> copies(Connection transaction, long instance) throws SQLException {
        return Sql.list(
                transaction,
                row -> new CopyProgress(
                        row.getInt("place"),
                        row.getString("route"),
                        Objects.requireNonNullElse(row.getString("destination"), ""),
                        CopyStates.of(row.getInt("state"))),
                """
                SELECT c.place, c.route, c.destination, CASE WHEN EXISTS (
                  SELECT 1 FROM instance n JOIN copy d ON d.instance = n.id
                  WHERE n.sop_instance = i.sop_instance AND n.id > i.id AND (n.length, n.crc32c) <> (i.length, i.crc32c)
                    AND d.state = ? AND coalesce(d.destination = c.destination, d.route = c.route))
                  THEN ? ELSE c.state END AS state
                FROM copy c JOIN instance i ON i.id = c.instance AND i.home = c.home AND i.local_id = c.local_id
                WHERE i.id = ?""",
                CopyStates.number(DeliveryState.DELIVERED),
                CopyStates.number(DeliveryState.SUPERSEDED),
                instance);
    }

    @Override
    public void close() {
        closed = true;
        repeating.close(Duration.ofSeconds(30));
    }

    private static final String STALE = "NOT EXISTS (SELECT 1 FROM member a "
            + "WHERE a.id = i.adopter AND a.epoch = i.adopter_epoch AND a.state = 0)";

    /** Versions of one instance go to one gateway, the oldest first: there they are delivered in order. */
    private static final String RESERVE = "UPDATE instance SET adopter = ?, adopter_epoch = ? WHERE id IN ("
            + "SELECT i.id FROM instance i WHERE i.state = 0 AND %s AND NOT EXISTS (SELECT 1 FROM instance o "
            + "WHERE o.sop_instance = i.sop_instance AND o.state = 0 AND o.id < i.id "
            + "AND NOT (o.home = ? AND o.adopter IS NULL) AND (o.adopter, o.adopter_epoch) IS DISTINCT FROM (?, ?)) "
            + "ORDER BY i.id LIMIT " + AT_ONCE + " FOR UPDATE OF i SKIP LOCKED)";
}
