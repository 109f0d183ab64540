package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.process.Repeating;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the places for associations at each destination among the gateways, so that all of them together stay within
 * its limit. A place is taken in the database before an association is opened. A gateway that has more than one that
 * waits gives some back; where there are fewer places than gateways, they take turns. Safe for any number of threads.
 */
final class Places implements SharedPlaces {

    private static final Logger LOG = LoggerFactory.getLogger(Places.class);

    /** The first key of the locks of destinations. */
    private static final int DESTINATION = 9;

    private static final Duration LOOK = Duration.ofMillis(500);

    /** A place that is not used for this long is given back. */
    private static final Duration UNUSED = Duration.ofSeconds(1);

    /** Where there are fewer places than gateways, a turn lasts this long. */
    private static final Duration TURN = Duration.ofSeconds(5);

    private final Database database;
    private final Membership membership;
    private final Map<String, Held> held = new HashMap<>();
    private final Repeating repeating = new Repeating("cluster-places", LOOK, this::look);

    Places(Database database, Membership membership) {
        this.database = database;
        this.membership = membership;
    }

    /** What this gateway has at one destination. Guarded by {@link Places}. */
    private static final class Held {
        private int places;

        private int used;
        /** How many of them others are to get, and how many of these are about to become free. */
        private int yield;

        private int yielding;
        /** No longer used, but the database does not know it yet. */
        private int returned;

        private long unusedSince = System.nanoTime();
        private long firstTaken = System.nanoTime();
    }

    /** A gateway at a destination. */
    private record Other(int member, int places, boolean waits, long waitsSince) {}

    void start() {
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    @Override
    public boolean take(String destination, int limit) {
        synchronized (this) {
            Held here = held.computeIfAbsent(destination, name -> new Held());
            if (here.places > here.used) {
                here.used++;
                return true;
            }
        }
        try {
            if (!database.inTransaction(transaction -> isGranted(transaction, destination, limit))) {
                return false;
            }
        } catch (SQLException e) {
            LOG.debug("no place at {} can be taken now", destination, e);
            return false;
        }
        synchronized (this) {
            Held here = held.computeIfAbsent(destination, name -> new Held());
            if (here.places == 0) {
                here.firstTaken = System.nanoTime();
            }
            here.places++;
            here.used++;
            return true;
        }
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
                here.returned++;
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

    private boolean isGranted(Connection transaction, String destination, int limit) throws SQLException {
        membership.enter(transaction);
        Sql.list(transaction, row -> "", "SELECT pg_advisory_xact_lock(?, hashtext(?))", DESTINATION, destination);
        List<Other> all = all(transaction, destination);
        int taken = all.stream().mapToInt(Other::places).sum();
        Other own = all.stream()
                .filter(other -> other.member() == membership.id())
                .findFirst()
                .orElse(new Other(membership.id(), 0, false, Long.MAX_VALUE));
        boolean others = all.stream()
                .anyMatch(other -> other.member() != own.member()
                        && other.waits()
                        && (other.places() < own.places()
                                || (other.places() == own.places() && other.waitsSince() < own.waitsSince())));
        boolean granted = taken < limit && !others;
        Sql.update(transaction, granted ? GRANTED : WAITS, destination, membership.id(), membership.epoch());
        return granted;
    }

    private static List<Other> all(Connection transaction, String destination) throws SQLException {
        return Sql.list(
                transaction,
                row -> new Other(row.getInt(1), row.getInt(2), row.getBoolean(3), row.getLong(4)),
                """
                SELECT p.member, p.held, coalesce(p.waits_until > now(), false),
                    coalesce(extract(epoch FROM p.waits_since) * 1000, 9e15)::bigint
                FROM place p JOIN member m ON m.id = p.member AND m.epoch = p.epoch AND m.state = 0
                WHERE p.destination = ?""",
                destination);
    }

    private void look() {
        if (!membership.isSure()) {
            return;
        }
        for (String destination : List.copyOf(destinations())) {
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
        int returned = returned(destination);
        if (returned > 0) {
            database.inTransaction(transaction -> {
                membership.enter(transaction);
                return Sql.update(
                        transaction,
                        "UPDATE place SET held = held - ? WHERE destination = ? AND member = ? AND epoch = ?",
                        returned,
                        destination,
                        membership.id(),
                        membership.epoch());
            });
            synchronized (this) {
                held.computeIfAbsent(destination, name -> new Held()).returned -= returned;
            }
        }
        List<Other> all = database.inTransaction(transaction -> all(transaction, destination));
        synchronized (this) {
            Held here = held.get(destination);
            if (here != null) {
                here.yield = Math.max(0, toYield(here, all) - here.yielding - here.returned);
                if (here.places == 0 && here.returned == 0) {
                    held.remove(destination);
                }
            }
        }
    }

    /** How many places the database is to get back now. */
    private synchronized int returned(String destination) {
        Held here = held.get(destination);
        if (here == null) {
            return 0;
        }
        if (System.nanoTime() - here.unusedSince > UNUSED.toNanos()) {
            here.returned += here.places - here.used;
            here.places = here.used;
        }
        return here.returned;
    }

    private int toYield(Held here, List<Other> all) {
        int least = all.stream()
                .filter(other -> other.member() != membership.id() && other.waits())
                .mapToInt(Other::places)
                .min()
                .orElse(Integer.MAX_VALUE);
        if (least == Integer.MAX_VALUE) {
            return 0;
        }
        boolean turnIsOver = least == 0 && System.nanoTime() - here.firstTaken > TURN.toNanos();
        if (turnIsOver && here.places == 1) {
            return 1;
        }
        return Math.max(0, (here.places - least) / 2);
    }

    void close() {
        repeating.close(LOOK);
    }

    private static final String GRANTED = """
            INSERT INTO place AS p (destination, member, epoch, held) VALUES (?, ?, ?, 1)
            ON CONFLICT (destination, member) DO UPDATE
            SET held = CASE WHEN p.epoch = excluded.epoch THEN p.held ELSE 0 END + 1, epoch = excluded.epoch,
                waits_until = NULL, waits_since = NULL""";

    private static final String WAITS = """
            INSERT INTO place AS p (destination, member, epoch, held, waits_until, waits_since)
            VALUES (?, ?, ?, 0, now() + interval '2 s', now())
            ON CONFLICT (destination, member) DO UPDATE
            SET held = CASE WHEN p.epoch = excluded.epoch THEN p.held ELSE 0 END, epoch = excluded.epoch,
                waits_until = excluded.waits_until,
                waits_since = CASE WHEN p.waits_until > now() THEN p.waits_since ELSE now() END""";
}
