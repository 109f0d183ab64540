package org.dicomgateway.cluster;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.dicomgateway.cluster.Database.UnknownOutcomeException;
import org.dicomgateway.cluster.Membership.FencedException;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.RefusedException.Kind;
import org.dicomgateway.spool.Replica;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps instances in the cluster's database: their bytes in a pack, their plans in rows, in one transaction that a
 * synchronous standby confirms.
 *
 * <p>A commit that was not confirmed may hold or not. Then the server's process is ended, its lock is awaited, and what
 * is there decides. What is there is confirmed by another commit before anybody gets success.
 */
final class ClusterReplica implements Replica {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterReplica.class);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** The advisory locks of SOP Instance UIDs. */
    private static final int SOP_INSTANCE = 10;

    private final Database database;
    private final Membership membership;
    private final Packs packs;
    private final ProgressWriter.Queue progress;
    private final SentNotes notes;
    private final Duration patience;
    private final AtomicBoolean failing = new AtomicBoolean();

    ClusterReplica(
            Database database,
            Membership membership,
            Packs packs,
            ProgressWriter.Queue progress,
            SentNotes notes,
            Duration patience) {
        this.database = database;
        this.membership = membership;
        this.packs = packs;
        this.progress = progress;
        this.notes = notes;
        this.patience = patience;
    }

    @Override
    public long join(UUID spool) throws IOException {
        try {
            return Database.insist(() -> {
                ClusterSchema.migrate(database.server());
                return membership.join(spool);
            });
        } catch (SQLException | FlywayException e) {
            throw new ClusterException(
                    "the cluster's database cannot be used: " + e.getMessage()
                            + "; see gateway.cluster.postgresql in the configuration",
                    e);
        }
    }

    @Override
    public Optional<String> closedBecause() {
        return membership.closedBecause();
    }

    @Override
    public boolean maySend() {
        return membership.isSure();
    }

    @Override
    public void refused(Collection<Long> instances) {
        progress.refused(instances);
    }

    @Override
    public void changed(Collection<Long> instances) {
        progress.changed(instances);
    }

    @Override
    public CompletableFuture<Void> sending(List<Note> some) {
        return notes.add(some);
    }

    @Override
    public Set<Long> keep(List<Entry> entries) throws RefusedException {
        long end = System.nanoTime() + patience.toNanos();
        SQLException why;
        boolean tried = false;
        do {
            try {
                if (tried) {
                    pause();
                }
                tried = true;
                return confirmed(insert(entries));
            } catch (UnknownOutcomeException e) {
                why = e;
                Optional<Set<Long>> kept = ifKept(entries, e, end);
                if (kept.isPresent()) {
                    return confirmed(kept.get());
                }
            } catch (FencedException e) {
                throw new RefusedException(Kind.CLOSED, String.valueOf(e.getMessage()), e);
            } catch (SQLException e) {
                why = e;
            } catch (IOException e) {
                throw new RefusedException(Kind.FAULT, "an instance cannot be read for the cluster: " + e, e);
            }
        } while (System.nanoTime() - end < 0);
        if (failing.compareAndSet(false, true)) {
            LOG.error("the cluster's database keeps nothing; instances are refused until it does", why);
        }
        // Should it be there after all, it must not stay: its sender is told that we do not have it.
        refused(entries.stream().map(entry -> entry.instance().id()).toList());
        throw new RefusedException(
                Kind.FAULT, "the cluster's database has not kept the instance: " + why.getMessage(), why);
    }

    private Set<Long> confirmed(Set<Long> elsewhere) {
        if (failing.compareAndSet(true, false)) {
            LOG.warn("the cluster's database keeps instances again");
        }
        if (!elsewhere.isEmpty()) {
            LOG.info("{} instances are delivered by the gateway that has an older version of them", elsewhere.size());
        }
        return elsewhere;
    }

    private static void pause() {
        // An interrupt must not decide whether an instance is kept.
        boolean interrupted = Thread.interrupted();
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Finds out what became of a commit that was not confirmed. If it holds, as {@link #keep}. */
    private Optional<Set<Long>> ifKept(List<Entry> entries, UnknownOutcomeException outcome, long end)
            throws RefusedException {
        List<Long> ids = entries.stream().map(entry -> entry.instance().id()).toList();
        while (System.nanoTime() - end < 0) {
            try {
                return database.inTransaction(transaction -> {
                    Sql.list(transaction, row -> "", "SELECT pg_terminate_backend(?)", outcome.backend());
                    membership.enterAlone(transaction);
                    membership.requireStandby(transaction);
                    Map<Long, Boolean> there = new HashMap<>();
                    Sql.list(
                            transaction,
                            row -> there.put(row.getLong(1), row.getBoolean(2)),
                            """
                            SELECT local_id, adopter IS NOT NULL FROM instance WHERE home = ? AND local_id = ANY (?)
                            UNION ALL SELECT local_id, true FROM taken_over WHERE home = ? AND local_id = ANY (?)""",
                            membership.id(),
                            Sql.numbers(transaction, ids),
                            membership.id(),
                            Sql.numbers(transaction, ids));
                    // A commit that writes is confirmed by a standby, and with it all that was committed before.
                    Sql.update(transaction, "UPDATE progress SET last_id = last_id WHERE member = ?", membership.id());
                    return there.size() < ids.size()
                            ? Optional.empty()
                            : Optional.of(ids.stream().filter(there::get).collect(Collectors.toSet()));
                });
            } catch (FencedException e) {
                throw new RefusedException(Kind.CLOSED, String.valueOf(e.getMessage()), e);
            } catch (SQLException e) {
                LOG.debug("it is not known yet whether {} instances are kept", ids.size(), e);
                pause();
            }
        }
        return Optional.empty();
    }

    private Set<Long> insert(List<Entry> entries) throws SQLException, IOException, RefusedException {
        List<Entry> fresh =
                entries.stream().filter(entry -> entry.takenOver().isEmpty()).toList();
        long pack = fresh.isEmpty()
                ? 0
                : packs.current(fresh.stream().mapToLong(Entry::length).sum());
        Kept kept = new Kept();
        try {
            return database.inTransaction(transaction -> {
                membership.enter(transaction);
                membership.requireStandby(transaction);
                Set<Long> elsewhere = Set.of();
                List<Long> keys = new ArrayList<>();
                if (!fresh.isEmpty()) {
                    order(transaction, fresh);
                    List<Long> drawn = draw(transaction, fresh.size());
                    InstanceRows.insert(transaction, membership.id(), packs, pack, fresh, drawn);
                    elsewhere = follow(transaction, drawn);
                    keys.addAll(drawn);
                }
                List<Entry> ordered = new ArrayList<>(fresh);
                for (Entry entry : entries) {
                    if (entry.takenOver().isPresent()) {
                        kept.lost |= !moveHere(transaction, entry);
                        keys.add(entry.takenOver().getAsLong());
                        ordered.add(entry);
                    }
                }
                if (kept.lost) {
                    throw new SQLException("an instance was taken over by another gateway meanwhile");
                }
                copies(transaction, ordered, keys);
                Sql.update(
                        transaction,
                        "UPDATE progress SET last_id = ? WHERE member = ?",
                        entries.get(entries.size() - 1).instance().id(),
                        membership.id());
                return elsewhere;
            });
        } catch (InstanceRows.UnreadableException e) {
            throw e.ioException();
        } catch (SQLException e) {
            if (kept.lost) {
                throw new RefusedException(Kind.FAULT, String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    /** What a transaction found out. */
    private static final class Kept {
        private boolean lost;
    }

    private static List<Long> draw(Connection transaction, int count) throws SQLException {
        return Sql.list(
                transaction,
                row -> row.getLong(1),
                "SELECT nextval(pg_get_serial_sequence('instance', 'id')) FROM generate_series(1, ?)",
                count);
    }

    /** Two gateways that get versions of one instance at the same time do one after the other. */
    private static void order(Connection transaction, List<Entry> entries) throws SQLException {
        List<Integer> hashes = entries.stream()
                .map(entry -> entry.instance().sopInstance().value().hashCode())
                .distinct()
                .sorted()
                .toList();
        Sql.list(
                transaction,
                row -> "",
                "SELECT pg_advisory_xact_lock(?, hash) FROM unnest(?) AS hash",
                SOP_INSTANCE,
                Sql.small(transaction, hashes));
    }

    /**
     * An instance of which an older version is still to be delivered goes to the gateway that delivers that one, which
     * takes it over. So the rules for versions within one spool hold for the cluster. What is on its way to this
     * gateway is older, too; and so is what its gateway sends again, although it is done.
     *
     * @return those that do not stay here
     */
    private Set<Long> follow(Connection transaction, List<Long> keys) throws SQLException {
        return new HashSet<>(Sql.list(
                transaction,
                row -> row.getLong(1),
                """
                UPDATE instance i SET adopter = f.adopter, adopter_epoch = f.adopter_epoch
                FROM (
                  SELECT n.id, coalesce(o.adopter, o.home) AS adopter, coalesce(o.adopter_epoch, m.epoch) AS adopter_epoch
                  FROM instance n
                  CROSS JOIN LATERAL (
                    SELECT v.home, v.adopter, v.adopter_epoch FROM instance v
                    WHERE v.sop_instance = n.sop_instance AND v.id <> ALL (?) AND (v.state = 0 OR EXISTS (
                      SELECT 1 FROM copy c WHERE c.home = v.home AND c.local_id = v.local_id AND c.state IN (%s)))
                    ORDER BY v.state, v.id DESC LIMIT 1) o
                  JOIN member m ON m.id = o.home
                  WHERE n.id = ANY (?) AND (o.home <> ? OR o.adopter IS NOT NULL)) f
                WHERE i.id = f.id
                RETURNING i.local_id""".formatted(CopyStates.OPEN),
                Sql.numbers(transaction, keys),
                Sql.numbers(transaction, keys),
                membership.id()));
    }

    /** Makes this gateway the one that delivers the instance. Its bytes stay where they are. */
    private boolean moveHere(Connection transaction, Entry entry) throws SQLException {
        long key = entry.takenOver().orElseThrow();
        Sql.update(
                transaction,
                "INSERT INTO taken_over (home, local_id, instance, at) SELECT home, local_id, id, now() FROM instance "
                        + "WHERE id = ?",
                key);
        Sql.update(
                transaction,
                "UPDATE sent_as s SET home = ?, local_id = ? FROM instance i "
                        + "WHERE i.id = ? AND s.home = i.home AND s.local_id = i.local_id",
                membership.id(),
                entry.instance().id(),
                key);
        int moved = Sql.update(
                transaction,
                "UPDATE instance SET home = ?, local_id = ?, metadata = ?, adopter = NULL, adopter_epoch = NULL "
                        + "WHERE id = ? AND state = 0 AND adopter = ? AND adopter_epoch = ?",
                membership.id(),
                entry.instance().id(),
                entry.metadata(),
                key,
                membership.id(),
                membership.epoch());
        Sql.update(transaction, "DELETE FROM copy WHERE instance = ? AND state IN (" + CopyStates.OPEN + ")", key);
        return moved == 1;
    }

    private void copies(Connection transaction, List<Entry> entries, List<Long> keys) throws SQLException {
        List<Long> localIds = new ArrayList<>();
        List<Long> instances = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<String> routes = new ArrayList<>();
        List<String> destinations = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            List<Plan.PlannedDelivery> planned = entries.get(i).plan().deliveries();
            for (int place = 0; place < planned.size(); place++) {
                localIds.add(entries.get(i).instance().id());
                instances.add(keys.get(i));
                places.add(place);
                routes.add(planned.get(place).route());
                List<String> candidates = planned.get(place).candidates();
                destinations.add(candidates.size() == 1 ? candidates.get(0) : "");
            }
        }
        Sql.update(
                transaction,
                "INSERT INTO copy (home, local_id, place, instance, route, destination, state, changed_at) "
                        + "SELECT ?, u.local_id, u.place, u.instance, u.route, nullif(u.destination, ''), ?, now() "
                        + "FROM unnest(?, ?, ?, ?, ?) AS u (local_id, place, instance, route, destination)",
                membership.id(),
                CopyStates.number(DeliveryState.PENDING),
                Sql.numbers(transaction, localIds),
                Sql.small(transaction, places),
                Sql.numbers(transaction, instances),
                Sql.texts(transaction, routes),
                Sql.texts(transaction, destinations));
    }
}
