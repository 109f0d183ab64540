package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.process.Repeating;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This gateway's place in the cluster. It renews its lease twice a second, and watches the others. It declares another
 * one dead that has not renewed its lease for a whole lease, by what it has seen itself, on its own clock, from one and
 * the same primary and without a gap. So a database that stops and comes back makes nobody dead.
 *
 * <p>The lease is renewed without waiting for the standby: a standby that stalls makes nobody dead either.
 */
final class Membership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    /** The first key of the locks that a member's transactions share, and that whoever declares it dead has alone. */
    private static final int WORKING = 7;

    /** The first key of the locks of those who take over from a member, and of the member as it comes back. */
    private static final int LEAVING = 8;

    private static final Duration BEAT = Duration.ofMillis(500);

    private final ClusterSettings settings;
    private final Database database;
    private final String software;
    private final Runnable onFenced;
    private final LongSupplier nanos;
    private final Repeating beats;
    private final LeaseWatch watch;

    private volatile Me me = new Me(0, 0);
    private volatile long sureUntil;
    private volatile boolean fenced;
    private boolean leaving;
    private volatile String trouble = "it was not asked yet";
    private volatile boolean standby;
    private volatile String primary = "";
    private volatile List<Member> members = List.of();
    private @Nullable Connection connection;

    /**
     * Joins with {@link #join}.
     *
     * @param onFenced called once, when another gateway has declared this one dead: it must end at once
     * @param nanos a monotonic clock
     */
    Membership(ClusterSettings settings, Database database, String software, Runnable onFenced, LongSupplier nanos) {
        this.settings = settings;
        this.database = database;
        this.software = software;
        this.onFenced = onFenced;
        this.nanos = nanos;
        this.watch = new LeaseWatch(settings.lease());
        this.beats = new Repeating("cluster-lease", BEAT, this::beat);
        this.sureUntil = nanos.getAsLong();
    }

    /** Another gateway has declared this one dead: nothing that it writes has an effect any more. */
    static final class FencedException extends SQLException {

        private static final long serialVersionUID = 1L;

        FencedException() {
            super("another gateway of the cluster has declared this one dead and taken over its work");
        }
    }

    /** The key of this member, and the epoch in which it works. */
    private record Me(int id, long epoch) {}

    /**
     * Joins the cluster with this spool, and begins to renew the lease.
     *
     * @return the highest id of the spool that the cluster ever kept
     * @throws ClusterException when another gateway with this name is at work
     */
    long join(UUID spool) throws SQLException, ClusterException {
        awaitNamesake(spool);
        long last = database.inTransaction(transaction -> {
            Optional<Member> known = Sql.first(transaction, Member::read, Member.SELECT + " WHERE spool = ?", spool);
            int id = known.isPresent() ? known.get().id() : create(transaction, spool);
            endConnections(transaction, settings.node());
            if (known.isPresent()) {
                endConnections(transaction, known.get().node());
            }
            lockAlone(transaction, WORKING, id);
            lockAlone(transaction, LEAVING, id);
            long epoch = Sql.first(
                            transaction,
                            row -> row.getLong(1),
                            "UPDATE member SET node = ?, epoch = epoch + 1, beat = beat + 1, state = 0, software = ?, "
                                    + "since = now() WHERE id = ? RETURNING epoch",
                            settings.node(),
                            software,
                            id)
                    .orElseThrow();
            me = new Me(id, epoch);
            return Sql.first(transaction, row -> row.getLong(1), "SELECT last_id FROM progress WHERE member = ?", id)
                    .orElse(0L);
        });
        beat();
        beats.start();
        LOG.info("joined the cluster as {} (member {}, epoch {})", settings.node(), me.id, me.epoch);
        return last;
    }

    private int create(Connection transaction, UUID spool) throws SQLException {
        int id = Sql.first(
                        transaction,
                        row -> row.getInt(1),
                        "INSERT INTO member (node, spool, epoch, state, beat, software, since) "
                                + "VALUES (?, ?, 0, 2, 0, ?, now()) RETURNING id",
                        settings.node(),
                        spool,
                        software)
                .orElseThrow();
        Sql.update(transaction, "INSERT INTO progress (member, last_id) VALUES (?, 0)", id);
        return id;
    }

    /**
     * A member with this name and another spool is this gateway before its disk was lost, or a mistake. One with this
     * spool and another name is this gateway before it was renamed, or its spool is a copy.
     */
    private void awaitNamesake(UUID spool) throws SQLException, ClusterException {
        Optional<Member> before = namesake(spool);
        if (before.isEmpty()) {
            return;
        }
        Member first = before.get();
        LOG.warn(
                "{} was at work in the cluster with {}; whether it still is shows within {} s",
                first.node(),
                first.node().equals(settings.node()) ? "another spool" : "this spool",
                settings.lease().toSeconds());
        long end = nanos.getAsLong() + settings.lease().toNanos();
        while (nanos.getAsLong() < end) {
            pause(BEAT);
            Optional<Member> now = namesake(spool);
            if (now.isEmpty()) {
                return;
            }
            if (!now.get().isUnchangedSince(first)) {
                throw new ClusterException(
                        first.node().equals(settings.node())
                                ? "another gateway named " + settings.node() + " is at work in the cluster: give each "
                                        + "gateway a gateway.cluster.node of its own"
                                : "the gateway " + first.node() + " is at work in the cluster with this spool, so one "
                                        + "of both is a copy: start this gateway with an empty spool");
            }
        }
        declareDead(first);
    }

    private Optional<Member> namesake(UUID spool) throws SQLException {
        return database.inTransaction(transaction -> Sql.first(
                transaction,
                Member::read,
                Member.SELECT + " WHERE state = 0 AND (node = ?) <> (spool = ?)",
                settings.node(),
                spool));
    }

    static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while joining the cluster", e);
        }
    }

    /** Ends the connections of earlier processes of a gateway: a commit of theirs must not come later. */
    private void endConnections(Connection transaction, String node) throws SQLException {
        Sql.list(
                transaction,
                row -> row.getBoolean(1),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                        + "AND starts_with(application_name, ?) AND application_name <> ?",
                Database.applicationName(node),
                database.applicationName());
    }

    private static void lockAlone(Connection transaction, int key, int member) throws SQLException {
        Sql.list(transaction, row -> "", "SELECT pg_advisory_xact_lock(?, ?)", key, member);
    }

    private static void lockShared(Connection transaction, int key, int member) throws SQLException {
        Sql.list(transaction, row -> "", "SELECT pg_advisory_xact_lock_shared(?, ?)", key, member);
    }

    /**
     * Begins a transaction as this member. Until it ends, no other gateway can declare this one dead.
     *
     * @throws FencedException when that has happened
     */
    void enter(Connection transaction) throws SQLException {
        lockShared(transaction, WORKING, me.id);
        check(transaction);
    }

    /**
     * Holds for what the transaction commits.
     *
     * @throws SQLException when no standby would confirm it: another server may have become the primary a moment ago
     */
    void requireStandby(Connection transaction) throws SQLException {
        boolean named = settings.allowSingle()
                || Sql.first(
                                transaction,
                                row -> row.getBoolean(1),
                                "SELECT current_setting('synchronous_standby_names') <> ''")
                        .orElse(false);
        if (!named) {
            throw new SQLException("the database has no synchronous standby (synchronous_standby_names is empty)");
        }
    }

    /** Waits until all transactions of this member are over, and keeps others from beginning. */
    void enterAlone(Connection transaction) throws SQLException {
        lockAlone(transaction, WORKING, me.id);
        check(transaction);
    }

    private void check(Connection transaction) throws SQLException {
        // A statement of its own: it must see what was committed while the lock was awaited.
        boolean works = Sql.first(
                        transaction,
                        row -> true,
                        "SELECT 1 FROM member WHERE id = ? AND epoch = ? AND state = 0",
                        me.id,
                        me.epoch)
                .isPresent();
        if (!works) {
            fence();
            throw new FencedException();
        }
    }

    /** Keeps a member from coming back until the transaction ends: what it left is being taken over. */
    static void holdOff(Connection transaction, int member) throws SQLException {
        lockShared(transaction, LEAVING, member);
    }

    private void fence() {
        synchronized (this) {
            if (fenced) {
                return;
            }
            fenced = true;
            if (leaving) {
                // It has nothing that another gateway could take over.
                return;
            }
        }
        LOG.error(
                "another gateway of the cluster has declared {} dead and takes over its work: this process ends",
                settings.node());
        onFenced.run();
    }

    private void beat() {
        if (fenced) {
            return;
        }
        database.breakStuck();
        try {
            Connection open = connection();
            long begin = nanos.getAsLong();
            int rows = Sql.update(
                    open,
                    "UPDATE member SET beat = beat + 1 WHERE id = ? AND epoch = ? AND state = 0",
                    me.id,
                    me.epoch);
            if (rows == 0) {
                fence();
                return;
            }
            look(open, begin);
            sureUntil = begin + settings.lease().toNanos() - margin().toNanos();
            if (!trouble.isEmpty()) {
                LOG.info("the cluster's database answers");
            }
            trouble = "";
        } catch (SQLException e) {
            if (trouble.isEmpty()) {
                LOG.error(
                        "the cluster's database does not answer; what this gateway may do until it answers ends in {} s",
                        Math.max(0, TimeUnit.NANOSECONDS.toSeconds(sureUntil - nanos.getAsLong())),
                        e);
            }
            trouble = String.valueOf(e.getMessage());
            closeConnection();
        }
    }

    /** So much before the lease ends, nothing is begun any more. */
    private Duration margin() {
        return settings.lease().dividedBy(4);
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = database.own(settings.lease().dividedBy(3));
            connection = open;
            Sql.update(open, "SET synchronous_commit = local");
        }
        return open;
    }

    private void closeConnection() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.debug("closing a connection to the cluster's database failed", e);
            }
        }
    }

    private void look(Connection open, long now) throws SQLException {
        String server = Sql.first(
                        open,
                        row -> row.getString(1) + " " + row.getInt(2),
                        "SELECT pg_postmaster_start_time()::text, timeline_id FROM pg_control_checkpoint()")
                .orElse("");
        primary = Sql.first(
                        open,
                        row -> row.getString(1),
                        "SELECT coalesce(host(inet_server_addr()) || ':' || inet_server_port(), '')")
                .orElse("");
        standby = Sql.first(
                        open,
                        row -> row.getInt(1) > 0,
                        "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
                .orElse(false);
        List<Member> found = Sql.list(open, Member::read, Member.SELECT + " ORDER BY id");
        members = List.copyOf(found);
        watch.look(server, found.stream().filter(member -> member.id() != me.id).toList(), now);
    }

    /**
     * Declares dead who has given no sign of life for a lease. Not in the thread that renews the lease: it may have to
     * wait.
     */
    void declareDead() throws SQLException {
        for (Member silent : watch.expired()) {
            declareDead(silent);
        }
    }

    /** Nothing happens when it has given a sign of life meanwhile, or another one was faster. */
    private void declareDead(Member member) throws SQLException {
        boolean dead = database.inTransaction(transaction -> {
            Sql.update(transaction, "SET LOCAL lock_timeout = '5s'");
            if (!isStill(transaction, member)) {
                return false;
            }
            endConnections(transaction, member.node());
            lockAlone(transaction, WORKING, member.id());
            return Sql.update(
                            transaction,
                            "UPDATE member SET epoch = epoch + 1, state = 1, since = now() "
                                    + "WHERE id = ? AND epoch = ? AND beat = ? AND state = 0",
                            member.id(),
                            member.epoch(),
                            member.beat())
                    > 0;
        });
        if (dead) {
            LOG.warn(
                    "gateway {} has not renewed its lease for {} s: it is declared dead, and its work is taken over",
                    member.node(),
                    settings.lease().toSeconds());
        }
    }

    private static boolean isStill(Connection transaction, Member member) throws SQLException {
        return Sql.first(
                        transaction,
                        row -> true,
                        "SELECT 1 FROM member WHERE id = ? AND epoch = ? AND beat = ? AND state = 0",
                        member.id(),
                        member.epoch(),
                        member.beat())
                .isPresent();
    }

    /** Leaves the cluster: what is left is taken over at once. */
    void leave() throws SQLException {
        synchronized (this) {
            leaving = true;
        }
        beats.close();
        database.inTransaction(transaction -> {
            enterAlone(transaction);
            return Sql.update(
                    transaction, "UPDATE member SET epoch = epoch + 1, state = 2, since = now() WHERE id = ?", me.id);
        });
    }

    /** The key of this member. */
    int id() {
        return me.id;
    }

    /** The epoch in which it works. */
    long epoch() {
        return me.epoch;
    }

    /** All members, as last seen. */
    List<Member> members() {
        return members;
    }

    /** Whether no other gateway can have taken over what this one has. */
    boolean isSure() {
        return !fenced && nanos.getAsLong() - sureUntil < 0;
    }

    /** The reason why nothing can be kept now. */
    Optional<String> closedBecause() {
        if (fenced) {
            return Optional.of("another gateway of the cluster has taken over from this one");
        }
        if (!isSure()) {
            return Optional.of("the cluster's database does not answer: " + trouble);
        }
        if (!standby && !settings.allowSingle()) {
            return Optional.of("the cluster's database has no synchronous standby (pg_stat_replication shows none; the "
                    + "user needs the role pg_read_all_stats to see it)");
        }
        return Optional.empty();
    }

    /** How long each other member at work has given no sign of life, by its key. */
    Map<Integer, Duration> silence() {
        return watch.silence();
    }

    /** Whether the database answered when it was last asked. */
    boolean answers() {
        return trouble.isEmpty() && isSure();
    }

    /** Address of the primary, when it last answered; may be empty. */
    String database() {
        return primary;
    }

    /** Whether a synchronous standby confirms what is kept. */
    boolean hasStandby() {
        return standby;
    }

    @Override
    public void close() {
        beats.close(settings.lease());
        closeConnection();
    }

    Repeating beats() {
        return beats;
    }
}
