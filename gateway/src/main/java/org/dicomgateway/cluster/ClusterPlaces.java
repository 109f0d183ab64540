package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.process.Repeating;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the places for associations at each destination among the gateways, so that all of them together stay within
 * its limit. A place is taken in the database before an association is opened. A gateway that has more than one that
 * waits gives some back; where there are fewer places than gateways, they take turns. Safe for any number of threads.
 *
 * <p>The database never counts fewer places than this gateway uses. It may count more for a moment: what was given back
 * it learns half a second later, and so it does when an answer was lost.
 */
final class ClusterPlaces implements SharedPlaces {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterPlaces.class);

    /** The first key of the locks of destinations. */
    private static final int DESTINATION = 9;

    private static final Duration LOOK = Duration.ofMillis(500);

    /** After a refusal, the gateway does not ask again for this long, however many of its workers wait. */
    private static final Duration REFUSED = Duration.ofMillis(200);

    /** A place that is not used for this long is given back. */
    private static final Duration UNUSED = Duration.ofSeconds(1);

    /** Where there are fewer places than gateways, a turn lasts this long. */
    private static final Duration TURN = Duration.ofSeconds(5);

    private final Database database;
    private final Membership membership;
    private final Map<String, Held> held = new HashMap<>();
    /** One question to the database at a time: workers that wait must not use up its connections. */
    private final ReentrantLock asking = new ReentrantLock();

    private final Repeating repeating = new Repeating("cluster-places", LOOK, this::look);

    ClusterPlaces(Database database, Membership membership) {
        this.database = database;
        this.membership = membership;
    }

    /** What this gateway has at one destination. Guarded by the monitor of {@link ClusterPlaces}. */
    private static final class Held {
        private int places;

        private int used;
        /** How many of them others are to get, and how many of these are about to become free. */
        private int yield;

        private int yielding;

        /** How many the others had when it was looked last. */
        private int ofOthers;

        private long refusedAt = System.nanoTime() - REFUSED.toNanos();
        private long unusedSince = System.nanoTime();
        private long firstTaken = System.nanoTime();

        private boolean wasRefusedJustNow() {
            return System.nanoTime() - refusedAt < REFUSED.toNanos();
        }
    }

    /** A gateway at a destination. */
    private record Share(int member, int places, boolean waits, long waitsSince) {}

    void start() {
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    @Override
    public boolean take(String destination, int limit) {
        if (isLeftOver(destination)) {
            return true;
        }
        asking.lock();
        try {
            int has;
            synchronized (this) {
                Held here = held.computeIfAbsent(destination, name -> new Held());
                if (here.wasRefusedJustNow()) {
                    return false;
                }
                has = here.places;
            }
            boolean granted = database.inTransaction(transaction -> isGranted(transaction, destination, has, limit));
            answered(destination, granted);
            return granted;
        } catch (SQLException e) {
            // If it was granted all the same, the next look puts that right.
            LOG.debug("no place at {} can be taken now", destination, e);
            return false;
        } finally {
            asking.unlock();
        }
    }

    /** Whether this gateway has a place that it does not use. Then it is used now. */
    private synchronized boolean isLeftOver(String destination) {
        Held here = held.get(destination);
        if (here == null || here.places == here.used) {
            return false;
        }
        here.used++;
        return true;
    }

    private synchronized void answered(String destination, boolean granted) {
        Held here = held.computeIfAbsent(destination, name -> new Held());
        if (!granted) {
            here.refusedAt = System.nanoTime();
            return;
        }
        if (here.places == 0) {
            here.firstTaken = System.nanoTime();
        }
        here.places++;
        here.used++;
    }

    /** {@inheritDoc} It stays ours for a moment: often the next association follows. */
    @Override
    public synchronized void giveBack(String destination) {
        Held here = held.get(destination);
        if (here != null) {
            here.used--;
            here.unusedSince = System.nanoTime();
            if (here.yielding > 0) {
                here.yielding--;
                here.places--;
            }
        }
    }

    @Override
    public synchronized boolean mustYield(String destination) {
        Held here = held.get(destination);
        if (here == null || here.yield == 0) {
            return false;
        }
        here.yield--;
        here.yielding++;
        return true;
    }

    @Override
    public synchronized double share(String destination) {
        Held here = held.get(destination);
        if (here == null) {
            return 1;
        }
        int places = Math.max(1, here.places);
        return (double) places / (places + here.ofOthers);
    }

    private boolean isGranted(Connection transaction, String destination, int has, int limit) throws SQLException {
        List<Share> others = others(transaction, destination, true);
        Share own = own(transaction, destination);
        int taken = has + placesOf(others);
        boolean othersFirst = others.stream()
                .anyMatch(other -> other.waits()
                        && (other.places() < has || (other.places() == has && other.waitsSince() < own.waitsSince())));
        boolean granted = taken < limit && !othersFirst;
        if (granted) {
            Sql.update(transaction, HAS, destination, membership.id(), membership.epoch(), has + 1);
        } else {
            Sql.update(transaction, WAITS, destination, membership.id(), membership.epoch(), has);
        }
        return granted;
    }

    /** The others at a destination. */
    private List<Share> others(Connection transaction, String destination, boolean alone) throws SQLException {
        membership.enter(transaction);
        if (alone) {
            Sql.list(transaction, row -> "", "SELECT pg_advisory_xact_lock(?, hashtext(?))", DESTINATION, destination);
        }
        return Sql.list(
                transaction,
                row -> new Share(row.getInt(1), row.getInt(2), row.getBoolean(3), row.getLong(4)),
                SHARES + " AND p.member <> ?",
                destination,
                membership.id());
    }

    private static int placesOf(List<Share> others) {
        return others.stream().mapToInt(Share::places).sum();
    }

    private Share own(Connection transaction, String destination) throws SQLException {
        return Sql.first(
                        transaction,
                        row -> new Share(row.getInt(1), row.getInt(2), row.getBoolean(3), row.getLong(4)),
                        SHARES + " AND p.member = ?",
                        destination,
                        membership.id())
                .orElse(new Share(membership.id(), 0, false, Long.MAX_VALUE));
    }

    private void look() {
        if (!membership.isSure()) {
            return;
        }
        for (String destination : destinations()) {
            try {
                look(destination);
            } catch (SQLException e) {
                LOG.debug("the places at {} cannot be looked at now", destination, e);
            }
        }
    }

    private synchronized List<String> destinations() {
        return new ArrayList<>(held.keySet());
    }

    private void look(String destination) throws SQLException {
        asking.lock();
        try {
            int has = withoutUnused(destination);
            List<Share> others = database.inTransaction(transaction -> {
                List<Share> found = others(transaction, destination, false);
                Sql.update(
                        transaction,
                        "UPDATE place SET held = ? WHERE destination = ? AND member = ? AND epoch = ? AND held <> ?",
                        has,
                        destination,
                        membership.id(),
                        membership.epoch(),
                        has);
                return found;
            });
            looked(destination, others);
        } finally {
            asking.unlock();
        }
    }

    /** Gives back what was not used for a while. Returns how many places are left. */
    private synchronized int withoutUnused(String destination) {
        Held here = held.computeIfAbsent(destination, name -> new Held());
        if (System.nanoTime() - here.unusedSince > UNUSED.toNanos()) {
            here.places = here.used;
        }
        return here.places;
    }

    private synchronized void looked(String destination, List<Share> others) {
        Held here = held.computeIfAbsent(destination, name -> new Held());
        here.ofOthers = placesOf(others);
        here.yield = Math.max(0, toYield(here, others) - here.yielding);
        if (here.places == 0 && !here.wasRefusedJustNow()) {
            held.remove(destination);
        }
    }

    private static int toYield(Held here, List<Share> others) {
        int least = others.stream()
                .filter(Share::waits)
                .mapToInt(Share::places)
                .min()
                .orElse(Integer.MAX_VALUE);
        if (least == Integer.MAX_VALUE) {
            return 0;
        }
        boolean turnIsOver = least == 0 && System.nanoTime() - here.firstTaken > TURN.toNanos();
        return turnIsOver && here.places == 1 ? 1 : Math.max(0, (here.places - least) / 2);
    }

    void close() {
        repeating.close(LOOK);
    }

    /** What counts: that of members at work, in the epoch in which they work. */
    private static final String SHARES = """
            SELECT p.member, p.held, coalesce(p.waits_until > now(), false),
                coalesce(extract(epoch FROM p.waits_since) * 1000, 9e15)::bigint
            FROM place p JOIN member m ON m.id = p.member AND m.epoch = p.epoch AND m.state = 0
            WHERE p.destination = ?""";

    private static final String HAS = """
            INSERT INTO place (destination, member, epoch, held) VALUES (?, ?, ?, ?)
            ON CONFLICT (destination, member) DO UPDATE
            SET held = excluded.held, epoch = excluded.epoch, waits_until = NULL, waits_since = NULL""";

    /** Nothing is written while the last time that it was written holds for a while. */
    private static final String WAITS = """
            INSERT INTO place AS p (destination, member, epoch, held, waits_until, waits_since)
            VALUES (?, ?, ?, ?, now() + interval '3 s', now())
            ON CONFLICT (destination, member) DO UPDATE
            SET held = excluded.held, epoch = excluded.epoch, waits_until = excluded.waits_until,
                waits_since = CASE WHEN p.waits_until > now() THEN p.waits_since ELSE now() END
            WHERE p.epoch <> excluded.epoch OR p.held <> excluded.held
                OR coalesce(p.waits_until < now() + interval '1500 ms', true)""";
}
