package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.jspecify.annotations.Nullable;

/**
 * A delivery, as far as its destination is concerned.
 *
 * @param destination null while none is chosen
 * @param candidates possible destinations; empty when only the destination is possible
 * @param refused candidates that refused the delivery
 * @param versioned whether another instance has, or had, the same SOP Instance UID
 */
public record DeliveryRow(
        long id,
        String route,
        int copy,
        @Nullable String destination,
        List<String> candidates,
        Set<String> refused,
        boolean nextWhenRefused,
        int priority,
        long bytes,
        int state,
        boolean versioned) {

    /** Creates a planned delivery. It has a destination only if it has a single candidate. */
    static DeliveryRow planned(Instance instance, int place, Plan.PlannedDelivery planned, boolean versioned) {
        boolean fixed = planned.candidates().size() == 1;
        return new DeliveryRow(
                DeliveryId.of(instance.id(), place),
                planned.route(),
                planned.copy(),
                fixed ? planned.candidates().get(0) : null,
                fixed ? List.of() : planned.candidates(),
                Set.of(),
                planned.nextWhenRefused(),
                planned.priority(),
                instance.datasetLength(),
                LedgerRows.PENDING,
                versioned);
    }

    /** All deliveries of an instance, sorted by id. */
    static List<DeliveryRow> of(Statements database, long instanceId) throws SQLException {
        return database.list(DeliveryRow::read, OF_INSTANCE, instanceId);
    }

    private static DeliveryRow read(ResultSet row) throws SQLException {
        return new DeliveryRow(
                row.getLong("id"),
                row.getString("route"),
                row.getInt("copy"),
                row.getString("destination"),
                lines(row.getString("candidates")),
                new LinkedHashSet<>(lines(row.getString("refused"))),
                row.getBoolean("next_when_refused"),
                row.getInt("priority"),
                row.getLong("bytes"),
                row.getInt("state"),
                row.getBoolean("versioned"));
    }

    /** As it was planned, or as it was moved since. */
    Plan.PlannedDelivery planned() {
        List<String> possible = destination == null || !candidates.isEmpty() ? candidates : List.of(destination);
        return new Plan.PlannedDelivery(route, copy, possible, priority, nextWhenRefused);
    }

    private static List<String> lines(@Nullable String text) {
        return text == null ? List.of() : text.lines().toList();
    }

    static @Nullable String text(Iterable<String> lines) {
        String text = String.join("\n", lines);
        return text.isEmpty() ? null : text;
    }

    boolean isAt(@Nullable String place) {
        return place != null && place.equals(destination);
    }

    /** Whether the delivery counts in the books of its destination. */
    boolean isCounted() {
        return destination != null && state != LedgerRows.MERGED && state != LedgerRows.DISCARDED;
    }

    boolean isPending() {
        return state == LedgerRows.PENDING;
    }

    boolean isMerged() {
        return state == LedgerRows.MERGED;
    }

    /** The candidates that have not refused the delivery; empty when there is no choice. */
    List<String> willing() {
        return candidates.stream().filter(name -> !refused.contains(name)).toList();
    }

    /** Returns a copy with another destination or none. */
    DeliveryRow at(@Nullable String place, int newState) {
        return new DeliveryRow(
                id, route, copy, place, candidates, refused, nextWhenRefused, priority, bytes, newState, versioned);
    }

    /** Returns a copy that notes the refusal by its destination. */
    DeliveryRow refusedHere() {
        Set<String> all = new LinkedHashSet<>(refused);
        if (destination != null) {
            all.add(destination);
        }
        return new DeliveryRow(
                id, route, copy, destination, candidates, all, nextWhenRefused, priority, bytes, state, versioned);
    }

    /** Returns a copy without candidates: the delivery stays with its destination. */
    DeliveryRow fixed() {
        return new DeliveryRow(
                id, route, copy, destination, List.of(), Set.of(), nextWhenRefused, priority, bytes, state, versioned);
    }

    public static final String OF_INSTANCE = """
            SELECT id, route, copy, destination, candidates, refused, next_when_refused, priority, bytes, state,
              versioned
            FROM delivery NOT INDEXED WHERE id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 ORDER BY id""";
}
