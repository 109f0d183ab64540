package org.dicomgateway.cluster;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.SearchException;

/**
 * What the cluster's database knows of instances and their copies, for operators: by Study and SOP Instance UID, by
 * destination, by gateway. It knows nothing of patients. An answer takes thirteen seconds at most: four for its turn,
 * five for a connection, four for the rest. When the database is known to be away, it fails at once. Safe for any
 * number of threads.
 *
 * <p>A copy is held when its destination is not one of the rules. These are on each gateway, and the same: so the rules
 * of the gateway that is asked decide.
 */
public final class ClusterSearch {

    /** How long the database may take for each answer to an operator. */
    static final Duration ANSWER = Duration.ofSeconds(4);

    /** A delivery is numbered by the id of its instance in the spool, and its place in the plan. */
    private static final int PLACES = 1_024;

    private final Database database;
    private final Membership membership;
    /** However much operators ask: what is received needs connections as well. */
    private final Semaphore turns = new Semaphore(2, true);

    ClusterSearch(Database database, Membership membership) {
        this.database = database;
        this.membership = membership;
    }

    /**
     * Which copies. Empty texts and options: any.
     *
     * @param gateway whose
     * @param elsewhere only those that the gateway that is asked does not have itself
     */
    public record Which(
            String study,
            String sopInstance,
            String destination,
            Optional<DeliveryState> state,
            String gateway,
            boolean elsewhere) {}

    /**
     * A copy of an instance.
     *
     * @param gateway who delivers it, or has delivered it
     * @param delivery its number there
     * @param destination empty while none is chosen
     * @param reason why it is parked
     * @param since when it took its state
     * @param cursor for {@link #copies}, to go on after it
     */
    public record FoundCopy(
            String gateway,
            long delivery,
            String sopInstance,
            String study,
            String route,
            String destination,
            DeliveryState state,
            String reason,
            Instant since,
            Instant receivedAt,
            String cursor) {}

    /**
     * Instances of a study, or an instance, that a gateway has.
     *
     * @param member {@code working}, {@code dead} or {@code left}
     * @param open those of which something is left to do
     * @param unrouted those of them to which no route applies
     */
    public record Holder(
            String gateway,
            String member,
            long instances,
            long open,
            long unrouted,
            Instant firstReceivedAt,
            Instant lastReceivedAt) {}

    /**
     * Copies that are as far as each other.
     *
     * @param since when the first of them took its state
     * @param reason of one of them
     */
    public record At(
            String gateway, String destination, DeliveryState state, long copies, Instant since, String reason) {}

    /** Where a study or an instance is. */
    public record Whereabouts(List<Holder> holders, List<At> copies) {

        /** Copies the lists. */
        public Whereabouts {
            holders = List.copyOf(holders);
            copies = List.copyOf(copies);
        }
    }

    /** How many copies of a destination a gateway has yet to deliver; parked ones apart. */
    public record Count(String gateway, String destination, long waiting, long parked) {}

    /** A condition, and its parameters. */
    private static final class Conditions {
        private final List<String> texts = new ArrayList<>();
        private final List<Object> parameters = new ArrayList<>();

        private void add(String text, Object... values) {
            texts.add(text);
            parameters.addAll(List.of(values));
        }

        private String where() {
            return texts.isEmpty() ? "" : texts.stream().collect(joining(" AND ", " WHERE ", ""));
        }
    }

    /**
     * Copies, the latest first.
     *
     * @param present the destinations of the rules
     * @param after the cursor of the last one that is known; empty: from the beginning
     * @throws SearchException when the database does not answer
     * @throws IllegalArgumentException when there is no such cursor
     */
    public List<FoundCopy> copies(Which which, Collection<String> present, Optional<String> after, int limit) {
        Optional<long[]> from = after.map(ClusterSearch::position);
        return found(transaction -> {
            Conditions conditions = new Conditions();
            texts(conditions, which);
            if (which.elsewhere()) {
                conditions.add("c.home <> ?", membership.id());
            }
            if (which.state().isPresent()) {
                state(transaction, conditions, which.state().get(), present);
            }
            from.ifPresent(last -> conditions.add("(i.id, c.home, c.place) < (?, ?, ?)", last[0], last[1], last[2]));
            conditions.parameters.add(limit);
            return Sql.list(
                    transaction,
                    row -> copy(row, present),
                    """
                    SELECT m.node, i.id, i.sop_instance, i.study, i.received_at, c.home, c.local_id, c.place, c.route,
                      c.destination, c.state, c.reason, c.changed_at
                    FROM copy c JOIN instance i ON i.id = c.instance JOIN member m ON m.id = c.home""" + conditions.where() + " ORDER BY i.id DESC, c.home DESC, c.place DESC LIMIT ?",
                    conditions.parameters.toArray());
        });
    }

    private static void texts(Conditions conditions, Which which) {
        if (!which.study().isEmpty()) {
            conditions.add("i.study = ?", which.study());
        }
        if (!which.sopInstance().isEmpty()) {
            conditions.add("i.sop_instance = ?", which.sopInstance());
        }
        if (!which.destination().isEmpty()) {
            conditions.add("c.destination = ?", which.destination());
        }
        if (!which.gateway().isEmpty()) {
            conditions.add("m.node = ?", which.gateway());
        }
    }

    /** States are written out, so that the indexes of what is open and of what is parked are used. */
    private static void state(
            Connection transaction, Conditions conditions, DeliveryState state, Collection<String> present)
            throws SQLException {
        switch (state) {
            case PENDING ->
                conditions.add(
                        WAITING + " AND (c.destination IS NULL OR c.destination = ANY (?))",
                        Sql.texts(transaction, present));
            case HELD -> conditions.add(WAITING + " AND c.destination <> ALL (?)", Sql.texts(transaction, present));
            default -> conditions.add("c.state = " + CopyStates.number(state));
        }
    }

    private static FoundCopy copy(ResultSet row, Collection<String> present) throws SQLException {
        String destination = Objects.requireNonNullElse(row.getString("destination"), "");
        return new FoundCopy(
                row.getString("node"),
                row.getLong("local_id") * PLACES + row.getInt("place"),
                row.getString("sop_instance"),
                row.getString("study"),
                row.getString("route"),
                destination,
                stateOf(row.getInt("state"), destination, present),
                row.getString("reason"),
                row.getTimestamp("changed_at").toInstant(),
                row.getTimestamp("received_at").toInstant(),
                row.getLong("id") + "-" + row.getInt("home") + "-" + row.getInt("place"));
    }

    private static DeliveryState stateOf(int number, String destination, Collection<String> present) {
        DeliveryState state = CopyStates.of(number);
        return switch (state) {
            case PENDING, HELD ->
                destination.isEmpty() || present.contains(destination) ? DeliveryState.PENDING : DeliveryState.HELD;
            default -> state;
        };
    }

    private static long[] position(String cursor) {
        String[] parts = cursor.split("-", 4);
        try {
            if (parts.length == 3) {
                return new long[] {Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])};
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException("cursor is not from an answer to the same search");
    }

    /**
     * Where a study or an instance is that other gateways have, and what they delivered of it.
     *
     * @param which its study, its SOP Instance UID or both; nothing else counts
     * @throws SearchException when the database does not answer
     */
    public Whereabouts whereabouts(Which which, Collection<String> present) {
        return found(transaction -> {
            Conditions conditions = new Conditions();
            texts(conditions, which);
            Object[] parameters = conditions.parameters.toArray();
            if (which.elsewhere()) {
                conditions.add("m.id <> ?", membership.id());
                parameters = conditions.parameters.toArray();
            }
            List<Holder> holders = Sql.list(
                    transaction,
                    ClusterSearch::holder,
                    """
                    SELECT m.node, CASE m.state WHEN 0 THEN 'working' WHEN 1 THEN 'dead' ELSE 'left' END AS state,
                      count(*) AS instances, count(*) FILTER (WHERE i.state = 0) AS open,
                      count(*) FILTER (WHERE i.state = 0
                        AND NOT EXISTS (SELECT 1 FROM copy c WHERE c.instance = i.id)) AS unrouted,
                      min(i.received_at) AS first_received, max(i.received_at) AS last_received
                    FROM instance i JOIN member m ON m.id = i.home""" + conditions.where() + " GROUP BY m.id ORDER BY m.node, m.id",
                    parameters);
            List<At> copies = Sql.list(
                    transaction,
                    row -> at(row, present),
                    """
                    SELECT m.node, coalesce(c.destination, '') AS destination, c.state, count(*) AS copies,
                      min(c.changed_at) AS since, max(c.reason) AS reason
                    FROM copy c JOIN instance i ON i.id = c.instance JOIN member m ON m.id = c.home""" + conditions.where() + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                    parameters);
            return new Whereabouts(holders, copies);
        });
    }

    private static Holder holder(ResultSet row) throws SQLException {
        return new Holder(
                row.getString("node"),
                row.getString("state"),
                row.getLong("instances"),
                row.getLong("open"),
                row.getLong("unrouted"),
                row.getTimestamp("first_received").toInstant(),
                row.getTimestamp("last_received").toInstant());
    }

    private static At at(ResultSet row, Collection<String> present) throws SQLException {
        String destination = row.getString("destination");
        return new At(
                row.getString("node"),
                destination,
                stateOf(row.getInt("state"), destination, present),
                row.getLong("copies"),
                row.getTimestamp("since").toInstant(),
                row.getString("reason"));
    }

    /** Counts what all gateways have yet to deliver. It reads all of that, so it is not for every request. */
    List<Count> count() throws SQLException {
        return ask(transaction -> Sql.list(
                transaction,
                row -> new Count(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
                """
                SELECT m.node, coalesce(c.destination, ''), count(*) FILTER (WHERE c.state <> 2),
                  count(*) FILTER (WHERE c.state = 2)
                FROM instance i
                JOIN copy c ON c.home = i.home AND c.local_id = i.local_id AND c.state IN (%s)
                JOIN member m ON m.id = i.home
                WHERE i.state = 0 GROUP BY 1, 2""".formatted(CopyStates.OPEN)));
    }

    /** As {@link #ask}, for who knows no SQL. */
    <T> T found(Database.Work<T> question) {
        try {
            return ask(question);
        } catch (SQLException e) {
            String message = String.valueOf(e.getMessage());
            throw new SearchException(message.equals(AWAY) ? message : AWAY + ": " + message, e);
        }
    }

    /** Asks in a transaction, within the time of operators. */
    <T> T ask(Database.Work<T> question) throws SQLException {
        if (!membership.isSure()) {
            throw new SQLException(AWAY);
        }
        if (!isMyTurn()) {
            throw new SQLException("too many questions are being asked at once");
        }
        try {
            return database.inTransaction(transaction -> {
                Executor direct = Runnable::run;
                transaction.setNetworkTimeout(direct, (int) ANSWER.toMillis());
                // What it writes is on the primary when it returns: nobody's images depend on it.
                Sql.update(transaction, "SET LOCAL synchronous_commit = local");
                Sql.update(transaction, "SET LOCAL statement_timeout = " + (ANSWER.toMillis() - 500));
                return question.in(transaction);
            });
        } finally {
            turns.release();
        }
    }

    private boolean isMyTurn() {
        try {
            return turns.tryAcquire(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** As operators are told. */
    static final String AWAY = "the cluster's database does not answer";

    private static final String WAITING = "i.state = 0 AND c.state IN (" + CopyStates.number(DeliveryState.PENDING)
            + ", " + CopyStates.number(DeliveryState.HELD) + ")";
}
