package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.CheckedChooser;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.jspecify.annotations.Nullable;

/**
 * Gives destinations to deliveries, and takes them away again.
 *
 * <p>No destination gets an instance twice because two routes name it. The second delivery is merged with the first:
 * done without an attempt, and not counted in the books. If the first moves elsewhere, the second takes its place.
 */
public final class Placement {

    private final Statements database;
    private final LedgerTotals totals;
    private final Affinities affinities;
    private final Completion completion;
    private final DeliveryEvents events;
    private final Versions versions;
    private final CheckedChooser chooser;

    Placement(
            Statements database,
            LedgerTotals totals,
            Affinities affinities,
            Completion completion,
            DeliveryEvents events,
            Versions versions,
            CheckedChooser chooser) {
        this.database = database;
        this.totals = totals;
        this.affinities = affinities;
        this.completion = completion;
        this.events = events;
        this.versions = versions;
        this.chooser = chooser;
    }

    /**
     * Adds the deliveries of a plan.
     *
     * @param due here and in the other methods: gets the destinations for which something may have become due
     */
    void plan(Instance instance, Plan plan, Set<String> due) throws SQLException {
        List<DeliveryRow> planned = new ArrayList<>();
        boolean versioned = !plan.deliveries().isEmpty() && versions.meet(instance);
        for (Plan.PlannedDelivery delivery : plan.deliveries()) {
            DeliveryRow row = DeliveryRow.planned(instance, planned.size(), delivery, versioned);
            @Nullable String destination = place(row, planned, instance, instance.receivedAt());
            DeliveryRow placed = row.at(destination, stateAt(destination, row, planned));
            long at = instance.receivedAt().toEpochMilli();
            database.update(
                    PLANNED,
                    placed.id(),
                    placed.route(),
                    placed.copy(),
                    placed.destination(),
                    DeliveryRow.text(placed.candidates()),
                    placed.nextWhenRefused() ? 1 : 0,
                    placed.priority(),
                    placed.bytes(),
                    placed.state(),
                    at,
                    placed.isMerged() ? at : null,
                    versioned ? 1 : 0);
            arrive(placed, due);
            planned.add(placed);
        }
        if (versioned) {
            versions.review(instance.id(), instance.receivedAt(), due);
        }
    }

    /** See {@link Change.Reconsidered}. Returns how many deliveries got another destination, or none. */
    long reconsider(Change.Reconsidered change, Set<String> due) throws SQLException {
        String destination = change.destination();
        // Per route, as each route's strategy may judge the destination differently. Ask only once: the chooser counts
        // each choice.
        Map<String, Boolean> usable = new HashMap<>();
        long moved = 0;
        for (long id : change.deliveries()) {
            List<DeliveryRow> all = deliveriesWith(id);
            @Nullable DeliveryRow row = find(all, id);
            if (row == null || !row.isPending() || row.candidates().isEmpty()) {
                continue;
            }
            boolean waits = row.destination() == null && row.willing().contains(destination);
            if (!waits && !row.isAt(destination)) {
                continue;
            }
            Instance instance = instance(DeliveryId.instance(id));
            if (waits == usable.computeIfAbsent(row.route(), route -> chooser.canUse(destination, route, instance))) {
                @Nullable String chosen = chosen(row, all, instance, change.at());
                if (!Objects.equals(chosen, row.destination())) {
                    move(row, chosen, all, change.at(), due);
                    moved++;
                }
            }
        }
        return moved;
    }

    /**
     * Handles a refusal: the delivery moves to another candidate, if its route allows it and a candidate is left.
     *
     * @return the refusing destination if the delivery moved; empty if nothing changed
     */
    Optional<String> refused(Change.Settled settled, Settlement.Parked parked, Set<String> due) throws SQLException {
        if (!parked.elsewhere()) {
            return Optional.empty();
        }
        List<DeliveryRow> all = deliveriesWith(settled.deliveryId());
        @Nullable DeliveryRow row = find(all, settled.deliveryId());
        if (row == null || row.destination() == null || !passesOn(row.id(), all)) {
            return Optional.empty();
        }
        versions.settled(settled, false, row.destination(), row.versioned(), due);
        DeliveryRow refused = row.refusedHere();
        @Nullable String next = chosen(refused, all, instance(DeliveryId.instance(row.id())), settled.at());
        move(refused, next, all, settled.at(), due);
        return Optional.of(row.destination());
    }

    /** Answers {@link Outbox#passesOn} for one of all deliveries of an instance. */
    static boolean passesOn(long id, List<DeliveryRow> all) {
        @Nullable DeliveryRow row = find(all, id);
        return row != null
                && row.isPending()
                && row.destination() != null
                && row.nextWhenRefused()
                && !taken(row, all).containsAll(row.refusedHere().willing());
    }

    /** See {@link Change.Rerouted}. Returns how many deliveries moved. */
    long reroute(Change.Rerouted change, Set<String> due) throws SQLException {
        @Nullable String from = change.from().isEmpty() ? null : change.from();
        String to = change.to();
        long moved = 0;
        for (long id : change.deliveries()) {
            List<DeliveryRow> all = deliveriesWith(id);
            @Nullable DeliveryRow row = find(all, id);
            boolean open = row != null && (row.isPending() || row.state() == LedgerRows.PARKED);
            if (row == null || !open || !Objects.equals(row.destination(), from) || to.equals(from)) {
                continue;
            }
            boolean there = all.stream().anyMatch(other -> other.id() != id && other.isAt(to) && other.isCounted());
            leave(row, due);
            write(row.fixed().at(to, there ? LedgerRows.MERGED : LedgerRows.PENDING), change.at(), due);
            events.happened(
                    id, DeliveryEvents.Kind.REROUTED, to, null, from == null ? null : "from " + from, change.at());
            if (from != null && lastAt(from, row, all)) {
                // Deliveries merged with this one are now done by it at the new destination.
                for (DeliveryRow merged : all) {
                    if (merged.isMerged() && merged.isAt(from)) {
                        write(merged.fixed().at(to, LedgerRows.MERGED), change.at(), due);
                    }
                }
            }
            inOrder(row, change.at(), due);
            completion.check(DeliveryId.instance(id), change.at());
            moved++;
        }
        return moved;
    }

    private void move(DeliveryRow row, @Nullable String to, List<DeliveryRow> all, Instant at, Set<String> due)
            throws SQLException {
        leave(row, due);
        write(row.at(to, stateAt(to, row, all)), at, due);
        @Nullable String from = row.destination();
        if (from != null && lastAt(from, row, all)) {
            Optional<DeliveryRow> successor = all.stream()
                    .filter(other -> other.isMerged() && other.isAt(from))
                    .findFirst();
            if (successor.isPresent()) {
                revive(successor.get(), at, due);
            }
        }
        inOrder(row, at, due);
        completion.check(DeliveryId.instance(row.id()), at);
    }

    /** A delivery that became pending at a new destination may be too old there. */
    private void inOrder(DeliveryRow row, Instant at, Set<String> due) throws SQLException {
        if (row.versioned()) {
            versions.review(DeliveryId.instance(row.id()), at, due);
        }
    }

    /** The delivery that this one was merged with moved elsewhere, so this one must be made itself. */
    private void revive(DeliveryRow merged, Instant at, Set<String> due) throws SQLException {
        List<DeliveryRow> all = deliveriesWith(merged.id());
        DeliveryRow waiting = merged.candidates().isEmpty() ? merged : merged.at(null, LedgerRows.PENDING);
        @Nullable String destination = place(waiting, all, instance(DeliveryId.instance(merged.id())), at);
        write(waiting.at(destination, stateAt(destination, waiting, all)), at, due);
        if (!Objects.equals(destination, merged.destination())) {
            // Other merged deliveries still belong to this destination.
            Optional<DeliveryRow> next = all.stream()
                    .filter(other -> other.id() != merged.id() && other.isMerged() && other.isAt(merged.destination()))
                    .findFirst();
            if (next.isPresent()) {
                revive(next.get(), at, due);
            }
        }
    }

    /** Whether no other delivery brings the instance to this destination. */
    private static boolean lastAt(String place, DeliveryRow leaving, List<DeliveryRow> all) {
        return all.stream().noneMatch(other -> other.id() != leaving.id() && other.isAt(place) && other.isCounted());
    }

    private @Nullable String place(DeliveryRow row, List<DeliveryRow> all, Instance instance, Instant at)
            throws SQLException {
        return row.destination() != null ? row.destination() : chosen(row, all, instance, at);
    }

    private @Nullable String chosen(DeliveryRow row, List<DeliveryRow> all, Instance instance, Instant at)
            throws SQLException {
        String key = chooser.affinityKey(row.route(), instance);
        Optional<String> last = affinities.last(row.route(), key, row.copy());
        Optional<String> chosen = chooser.choose(
                new Chooser.Choice(instance, row.route(), row.copy(), key, row.willing(), taken(row, all), last));
        if (chosen.isPresent()) {
            affinities.went(row.route(), key, row.copy(), chosen.get(), at);
        }
        return chosen.orElse(null);
    }

    private static Set<String> taken(DeliveryRow row, List<DeliveryRow> all) {
        return all.stream()
                .filter(other -> other.id() != row.id() && other.route().equals(row.route()))
                .flatMap(other -> Optional.ofNullable(other.destination()).stream())
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static int stateAt(@Nullable String destination, DeliveryRow row, List<DeliveryRow> all) {
        boolean there = all.stream()
                .anyMatch(other -> other.id() != row.id()
                        && other.isAt(destination)
                        && other.isCounted()
                        && !other.route().equals(row.route()));
        return there ? LedgerRows.MERGED : LedgerRows.PENDING;
    }

    private void leave(DeliveryRow row, Set<String> due) {
        String destination = row.destination();
        if (destination != null) {
            totals.taken(destination, row.state(), row.bytes());
            due.add(destination); // a newer instance with the same SOP Instance UID may have waited
        }
    }

    private void arrive(DeliveryRow row, Set<String> due) {
        String destination = row.destination();
        if (destination != null && row.isCounted()) {
            totals.given(destination, row.bytes());
            due.add(destination);
        }
    }

    private void write(DeliveryRow row, Instant at, Set<String> due) throws SQLException {
        database.update(
                PLACED,
                row.destination(),
                DeliveryRow.text(row.candidates()),
                DeliveryRow.text(row.refused()),
                row.state(),
                LedgerRows.notBefore(at),
                row.isMerged() ? at.toEpochMilli() : null,
                row.id());
        arrive(row, due);
    }

    private List<DeliveryRow> deliveriesWith(long deliveryId) throws SQLException {
        return DeliveryRow.of(database, DeliveryId.instance(deliveryId));
    }

    private static @Nullable DeliveryRow find(List<DeliveryRow> rows, long id) {
        return rows.stream().filter(row -> row.id() == id).findFirst().orElse(null);
    }

    /** Reads an instance. */
    Instance instance(long id) throws SQLException {
        try (ResultSet row = database.query(INSTANCE, id)) {
            if (!row.next()) {
                throw new SQLException("there is no instance " + id);
            }
            return LedgerRows.stored(row).instance();
        }
    }

    private static final String PLANNED = """
            INSERT INTO delivery (id, route, copy, destination, candidates, next_when_refused, priority, bytes, state,
                                  due, settled_at, versioned, attempts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)""";

    public static final String PLACED = """
            UPDATE delivery SET destination = ?, candidates = ?, refused = ?, state = ?, attempts = 0, due = ?,
                                settled_at = ?
            WHERE id = ?""";

    public static final String INSTANCE =
            "SELECT " + LedgerRows.STORED + " FROM instance i JOIN series s ON s.id = i.series WHERE i.id = ?";
}
