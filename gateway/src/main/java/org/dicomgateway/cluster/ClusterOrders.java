package org.dicomgateway.cluster;

import static java.util.stream.Collectors.toCollection;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dicomgateway.cluster.Database.UnknownOutcomeException;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.SpoolView.Selection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators order from one gateway, and all gateways do. An order is a row in the database, with a row for each
 * gateway that has to do it; each looks twice a second for its own, does it, and writes what came of it. Orders are
 * done in the order in which they were committed. One that was done, but not written, before its gateway ended is done
 * again: all of them can be.
 *
 * <p>A retry or a discard is not begun later than a minute after it was ordered: a gateway that comes back then may
 * have parked something else meanwhile. A pause or a resume does not end. A gateway that is away does it when it comes
 * back, before it sends anything; one that joins later pauses what the cluster has paused.
 *
 * <p>Without the database the gateway that is asked does its part, and says that the others were not asked. Safe for
 * any number of threads. The class is long because what is ordered, what is done and what is answered are one protocol
 * over the same two tables, each step beside its SQL.
 */
public final class ClusterOrders implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterOrders.class);

    /** The first key of the lock under which orders are committed, so that their ids rise in that order. */
    private static final int ORDERS = 11;

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(100);

    /** How long who ordered waits for the gateways. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    /** How long a retry or a discard is good for. */
    private static final Duration VALID = Duration.ofSeconds(60);

    /** What is open is counted at intervals of at least this, and not more than a twentieth of the time. */
    private static final Duration COUNT = Duration.ofSeconds(5);

    private static final int COUNT_SHARE = 20;

    /** When it could not be counted. */
    private static final Duration COUNT_AGAIN = Duration.ofSeconds(15);

    private static final Duration FORGET = Duration.ofHours(1);

    /** The actions by their numbers in the database. */
    private static final List<Action> NUMBERS = List.of(Action.RETRY, Action.DISCARD, Action.PAUSE, Action.RESUME);

    private final String node;
    private final Membership membership;
    private final ClusterSearch search;
    private final ProgressWriter.Queue progress;
    private final Duration history;
    private final Repeating repeating = new Repeating("cluster-orders", LOOK, this::look);
    /** What was done, and could not be written yet. Guarded by the monitor of {@link ClusterOrders}. */
    private final Map<Long, Answer> unwritten = new HashMap<>();

    private @Nullable Steering steering;
    private volatile boolean retried;
    private volatile Counted counted = new Counted(List.of(), Optional.empty());
    private long nextCount = System.nanoTime();
    private long nextForget = System.nanoTime();

    ClusterOrders(
            String node, Membership membership, ClusterSearch search, ProgressWriter.Queue progress, Duration history) {
        this.node = node;
        this.membership = membership;
        this.search = search;
        this.progress = progress;
        this.history = history;
    }

    /** What can be ordered. */
    public enum Action {
        RETRY,
        DISCARD,
        PAUSE,
        RESUME;

        /** Whether a gateway that comes back does it however late. */
        public boolean lasts() {
            return this == PAUSE || this == RESUME;
        }
    }

    /**
     * What an operator orders.
     *
     * @param operator their name; may be empty
     * @param address where the request came from
     * @param selection which deliveries; of a pause or a resume, only the destination counts
     * @param gateway the only one that has to do it; empty: all of them
     */
    public record Order(
            Action action, String operator, String address, Selection selection, String reason, String gateway) {}

    /** What a gateway does. */
    public interface Steering {

        /**
         * Does an order.
         *
         * @param by the gateway that was asked
         * @return to how many deliveries it was done; of a pause or a resume, 1 if it changed something
         * @throws IllegalArgumentException when it cannot be done here; the message says why
         */
        long carryOut(Order order, String by);
    }

    /** How far a gateway got with an order. */
    public enum Progress {
        /** It is done. */
        DONE,
        /** It cannot be done there. */
        FAILED,
        /** The gateway has not answered yet. */
        OPEN,
        /** The gateway has not answered in time, and does not do it any more. */
        EXPIRED
    }

    /**
     * What a gateway answered.
     *
     * @param works whether it is at work
     * @param count to how many deliveries it was done; of a pause or a resume, 1 if it changed something
     * @param problem why it was not done
     */
    public record Answered(String gateway, boolean works, Progress progress, long count, String problem) {}

    /**
     * An order, and what came of it.
     *
     * @param number by which it is found again; empty when the database has nothing of it
     * @param by the gateway that was asked
     * @param until no gateway begins it later; empty: one that comes back does it
     * @param missing why other gateways were not asked, or empty
     */
    public record Outcome(
            OptionalLong number,
            Order order,
            String by,
            Instant at,
            Optional<Instant> until,
            List<Answered> gateways,
            String missing) {

        /** Copies the list. */
        public Outcome {
            gateways = List.copyOf(gateways);
        }
    }

    /** What all gateways have yet to deliver, and when it was counted; empty: not yet. */
    public record Counted(List<ClusterSearch.Count> counts, Optional<Instant> at) {}

    private record Answer(long count, String problem) {}

    private record Open(long number, Order order, String by) {}

    /** The name of this gateway. */
    public String node() {
        return node;
    }

    /** The names of the gateways that an order can be for, sorted. */
    public Set<String> gateways() {
        Set<String> names = new TreeSet<>(Set.of(node));
        membership.members().forEach(member -> names.add(member.node()));
        return names;
    }

    /** The names of the gateways at work, sorted. */
    public Set<String> working() {
        return membership.members().stream()
                .filter(member -> member.state() == Member.State.WORKING)
                .map(Member::node)
                .collect(toCollection(TreeSet::new));
    }

    /**
     * Does what was ordered while this gateway was away, and pauses what the cluster has paused. Called before anything
     * is sent, and before {@link #start}.
     */
    void catchUp(BiConsumer<String, String> pause, Consumer<String> resume) throws SQLException {
        List<Open> missed = search.ask(transaction -> open(transaction)).stream()
                .filter(each -> each.order().action().lasts())
                .toList();
        // What it never had to do, since it is new or its disk is.
        search.ask(transaction -> Sql.list(
                        transaction,
                        row -> new String[] {row.getString(1), row.getString(2)},
                        "SELECT p.destination, p.reason FROM paused p WHERE NOT EXISTS (SELECT 1 FROM operator_answer a "
                                + "WHERE a.operator_order = p.operator_order AND a.member = ?)",
                        membership.id()))
                .forEach(each -> {
                    LOG.info("destination {} is paused in the cluster: {}", each[0], each[1]);
                    pause.accept(each[0], each[1]);
                });
        for (Open each : missed) {
            String destination = each.order().selection().destination();
            LOG.info(
                    "{} at {}: destination {} was {} while this gateway was away",
                    mention(each.order()),
                    each.by(),
                    destination,
                    each.order().action() == Action.PAUSE ? "paused" : "resumed");
            if (each.order().action() == Action.PAUSE) {
                pause.accept(destination, each.order().reason());
            } else {
                resume.accept(destination);
            }
            write(each.number(), new Answer(1, ""));
        }
    }

    void start(Steering how) {
        steering = how;
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    /** What all gateways have yet to deliver, as last counted. */
    public Counted counted() {
        return counted;
    }

    /**
     * Has an order done by all gateways, or by one, and waits some seconds for them.
     *
     * @throws IllegalArgumentException when this gateway cannot do it; then no other one was asked
     */
    public Outcome order(Order order) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        if (order.gateway().equals(node)) {
            return alone(order, "");
        }
        long number;
        try {
            number = issue(order);
        } catch (SQLException e) {
            LOG.warn("an order of an operator cannot be passed on: {}", e.getMessage());
            String unknown = e instanceof UnknownOutcomeException
                    ? "; it is not known whether other gateways do it"
                    : "; the other gateways were not asked";
            return alone(order, ClusterSearch.AWAY + unknown);
        }
        boolean mine = order.gateway().isEmpty();
        if (mine && !isCarriedOut()) {
            // The database went away in between.
            return alone(order, ClusterSearch.AWAY + "; it is not known what the other gateways did");
        }
        return await(number, order, end);
    }

    /** Without the others. */
    private Outcome alone(Order order, String missing) {
        List<Answered> here = List.of();
        if (order.gateway().isEmpty() || order.gateway().equals(node)) {
            long count = Objects.requireNonNull(steering).carryOut(order, node);
            here = List.of(new Answered(node, true, Progress.DONE, count, ""));
            retried |= order.action() == Action.RETRY;
        }
        return new Outcome(OptionalLong.empty(), order, node, Instant.now(), Optional.empty(), here, missing);
    }

    private long issue(Order order) throws SQLException {
        return search.ask(transaction -> {
            membership.enter(transaction);
            Sql.list(transaction, row -> "", "SELECT pg_advisory_xact_lock(?, 0)", ORDERS);
            long number = Sql.first(
                            transaction,
                            row -> row.getLong(1),
                            "INSERT INTO operator_order (node, operator, address, action, destination, study, delivery, "
                                    + "reason, at, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, now(), "
                                    + (order.action().lasts()
                                            ? "NULL"
                                            : "now() + interval '" + VALID.toSeconds() + " s'")
                                    + ") RETURNING id",
                            node,
                            printable(order.operator()),
                            order.address(),
                            NUMBERS.indexOf(order.action()),
                            printable(order.selection().destination()),
                            printable(order.selection().studyInstanceUid()),
                            order.selection().deliveryId(),
                            printable(order.reason()))
                    .orElseThrow();
            Sql.update(transaction, order.action().lasts() ? ADDRESS_ALL : ADDRESS_WORKING, number, order.gateway());
            if (order.gateway().isEmpty()) {
                remember(transaction, order, number);
            }
            return number;
        });
    }

    /** For gateways that join later. */
    private static void remember(Connection transaction, Order order, long number) throws SQLException {
        String destination = printable(order.selection().destination());
        if (order.action() == Action.PAUSE) {
            Sql.update(
                    transaction,
                    "INSERT INTO paused (destination, reason, operator_order) VALUES (?, ?, ?) "
                            + "ON CONFLICT (destination) DO UPDATE "
                            + "SET reason = excluded.reason, operator_order = excluded.operator_order",
                    destination,
                    printable(order.reason()),
                    number);
        } else if (order.action() == Action.RESUME) {
            Sql.update(transaction, "DELETE FROM paused WHERE destination = ?", destination);
        }
    }

    private Outcome await(long number, Order order, long end) {
        Outcome last =
                new Outcome(OptionalLong.of(number), order, node, Instant.now(), Optional.empty(), List.of(), "");
        try {
            while (true) {
                last = search.ask(transaction -> outcomes(transaction, "o.id = ?", number)).stream()
                        .findFirst()
                        .orElse(last);
                boolean waits =
                        last.gateways().stream().anyMatch(each -> each.works() && each.progress() == Progress.OPEN);
                if (!waits || System.nanoTime() - end >= 0) {
                    return last;
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            }
        } catch (SQLException e) {
            return new Outcome(
                    last.number(),
                    order,
                    node,
                    last.at(),
                    last.until(),
                    last.gateways(),
                    ClusterSearch.AWAY + "; it is not known what the other gateways did");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return last;
        }
    }

    /**
     * The latest orders, and what came of them.
     *
     * @throws org.dicomgateway.spool.SearchException when the database does not answer
     */
    public List<Outcome> latest(int limit) {
        return search.found(transaction -> outcomes(
                transaction, "o.id IN (SELECT id FROM operator_order ORDER BY id DESC LIMIT ?)", (long) limit));
    }

    private static List<Outcome> outcomes(Connection transaction, String which, long parameter) throws SQLException {
        Map<Long, List<Answered>> answers = new HashMap<>();
        List<Outcome> orders = new ArrayList<>();
        Sql.list(
                transaction,
                row -> {
                    long number = row.getLong("id");
                    if (!answers.containsKey(number)) {
                        answers.put(number, new ArrayList<>());
                        orders.add(new Outcome(
                                OptionalLong.of(number),
                                order(row),
                                row.getString("node"),
                                row.getTimestamp("at").toInstant(),
                                Optional.ofNullable(row.getTimestamp("until")).map(until -> until.toInstant()),
                                List.of(),
                                ""));
                    }
                    if (row.getString("gateway") != null) {
                        Objects.requireNonNull(answers.get(number)).add(answered(row));
                    }
                    return number;
                },
                """
                SELECT o.*, m.node AS gateway, m.state = 0 AS works, a.answered_at IS NOT NULL AS answered, a.count,
                  a.problem, o.until IS NOT NULL AND o.until < now() AS over
                FROM operator_order o LEFT JOIN operator_answer a ON a.operator_order = o.id
                LEFT JOIN member m ON m.id = a.member""" + " WHERE " + which + " ORDER BY o.id DESC, m.node, m.id",
                parameter);
        return orders.stream()
                .map(each -> new Outcome(
                        each.number(),
                        each.order(),
                        each.by(),
                        each.at(),
                        each.until(),
                        Objects.requireNonNull(answers.get(each.number().orElseThrow())),
                        ""))
                .toList();
    }

    private static Order order(ResultSet row) throws SQLException {
        return new Order(
                NUMBERS.get(row.getInt("action")),
                row.getString("operator"),
                row.getString("address"),
                new Selection(row.getString("destination"), row.getString("study"), row.getLong("delivery")),
                row.getString("reason"),
                "");
    }

    private static Answered answered(ResultSet row) throws SQLException {
        String problem = row.getString("problem");
        Progress progress = row.getBoolean("answered")
                ? (problem.isEmpty() ? Progress.DONE : Progress.FAILED)
                : (row.getBoolean("over") ? Progress.EXPIRED : Progress.OPEN);
        return new Answered(row.getString("gateway"), row.getBoolean("works"), progress, row.getLong("count"), problem);
    }

    private void look() {
        if (!membership.isSure()) {
            return;
        }
        isCarriedOut();
        try {
            if (retried) {
                retried = false;
                lookAtParked();
            }
            countNowAndThen();
            forgetNowAndThen();
        } catch (SQLException e) {
            LOG.debug("the cluster's orders cannot be looked after now", e);
        }
    }

    /** Does what is open for this gateway. Returns whether the database could be asked, and told. */
    private synchronized boolean isCarriedOut() {
        try {
            for (Open each : search.ask(this::open)) {
                Answer answer = unwritten.get(each.number());
                if (answer == null) {
                    answer = carriedOut(each);
                    unwritten.put(each.number(), answer);
                }
                write(each.number(), answer);
                unwritten.remove(each.number());
            }
            unwritten.clear();
            return true;
        } catch (SQLException e) {
            LOG.debug("orders of operators cannot be done or answered now", e);
            return false;
        }
    }

    private Answer carriedOut(Open open) {
        try {
            long count = Objects.requireNonNull(steering).carryOut(open.order(), open.by());
            retried |= open.order().action() == Action.RETRY;
            return new Answer(count, "");
        } catch (RuntimeException e) {
            LOG.warn("{} at {}: it cannot be done here", mention(open.order()), open.by(), e);
            return new Answer(0, printable(String.valueOf(e.getMessage())));
        }
    }

    private List<Open> open(Connection transaction) throws SQLException {
        membership.enter(transaction);
        return Sql.list(
                transaction,
                row -> new Open(row.getLong("id"), order(row), row.getString("node")),
                "SELECT o.* FROM operator_answer a JOIN operator_order o ON o.id = a.operator_order "
                        + "WHERE a.member = ? AND a.answered_at IS NULL AND (o.until IS NULL OR o.until > now()) "
                        + "ORDER BY o.id",
                membership.id());
    }

    private void write(long number, Answer answer) throws SQLException {
        search.ask(transaction -> Sql.update(
                transaction,
                "UPDATE operator_answer SET answered_at = now(), count = ?, problem = ? "
                        + "WHERE operator_order = ? AND member = ?",
                answer.count(),
                answer.problem(),
                number,
                membership.id()));
    }

    /** The ledger does not name what was tried again: so all that is parked here by the database is looked at. */
    private void lookAtParked() throws SQLException {
        boolean asked = false;
        try {
            Collection<Long> parked = search.ask(transaction -> Sql.list(
                    transaction,
                    row -> row.getLong(1),
                    "SELECT DISTINCT local_id FROM copy WHERE home = ? AND state = 2",
                    membership.id()));
            progress.changed(parked);
            asked = true;
        } finally {
            retried |= !asked;
        }
    }

    private void countNowAndThen() throws SQLException {
        long begin = System.nanoTime();
        if (begin - nextCount < 0) {
            return;
        }
        // Also for one that fails: how long it waited for a database that is away says nothing about the next.
        nextCount = begin + COUNT_AGAIN.toNanos();
        counted = new Counted(search.count(), Optional.of(Instant.now()));
        long end = System.nanoTime();
        nextCount = end + Math.max(COUNT.toNanos(), COUNT_SHARE * (end - begin));
    }

    private void forgetNowAndThen() throws SQLException {
        if (System.nanoTime() - nextForget < 0) {
            return;
        }
        nextForget = System.nanoTime() + FORGET.toNanos();
        search.ask(transaction -> Sql.update(
                transaction,
                "DELETE FROM operator_order o WHERE at < now() - make_interval(secs => ?) "
                        + "AND NOT EXISTS (SELECT 1 FROM paused p WHERE p.operator_order = o.id)",
                (double) history.toSeconds()));
    }

    /** As lines of the log begin. */
    private static String mention(Order order) {
        return order.operator().isEmpty() ? "operator" : "operator " + order.operator();
    }

    /** PostgreSQL has no place for U+0000. */
    private static String printable(String text) {
        return text.replace('\0', ' ');
    }

    @Override
    public void close() {
        repeating.close(Duration.ofSeconds(30));
    }

    /** An empty name is anybody's. */
    private static final String NAMED = "(node = nullif(?, '')) IS NOT FALSE";

    private static final String ADDRESS_WORKING = "INSERT INTO operator_answer (operator_order, member) "
            + "SELECT ?, id FROM member WHERE state = 0 AND " + NAMED;

    /** Of a name that is not at work, the spool that was last. */
    private static final String ADDRESS_ALL = "INSERT INTO operator_answer (operator_order, member) "
            + "SELECT DISTINCT ON (node) ?, id FROM member WHERE " + NAMED + " ORDER BY node, state <> 0, since DESC";
}
