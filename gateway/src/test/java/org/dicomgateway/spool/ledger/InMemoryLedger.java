package org.dicomgateway.spool.ledger;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.comparingLong;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.dicomgateway.spool.sqlite.Affinities;
import org.dicomgateway.spool.sqlite.LedgerHistory;
import org.dicomgateway.spool.sqlite.PriorityShares;
import org.jspecify.annotations.Nullable;

/** The ledger as plainly as it can be said: what the real one is compared with, and quick enough for tests. */
public final class InMemoryLedger implements Ledger {

    private enum State {
        PENDING,
        DELIVERED,
        PARKED,
        MERGED,
        DISCARDED,
        SUPERSEDED
    }

    private static final class Row {
        private StoredInstance stored;
        private boolean routed;
        private long rules;
        private boolean discarded;
        private boolean file;
        private boolean kept;
        private @Nullable Instant finishedAt;
        private final Map<Long, Delivery> deliveries = new TreeMap<>();

        Row(StoredInstance stored) {
            this.stored = stored;
            this.file = stored.location() instanceof Location.InFile;
        }

        boolean finished() {
            return finishedAt != null;
        }

        String sop() {
            return stored.instance().sopInstance().value();
        }
    }

    private static final class Delivery {
        private final long id;
        private final Plan.PlannedDelivery planned;
        private State state = State.PENDING;
        private int attempts;
        private Instant due;
        private String lastError = "";
        private @Nullable String destination;
        private boolean fixed;
        private boolean versioned;
        private final Set<String> refused = new HashSet<>();

        Delivery(long id, Plan.PlannedDelivery planned, Instant due) {
            this.id = id;
            this.planned = planned;
            this.due = due;
            this.fixed = planned.candidates().size() == 1;
            this.destination = fixed ? planned.candidates().get(0) : null;
        }

        boolean isAt(@Nullable String place) {
            return place != null && place.equals(destination);
        }

        boolean isCounted() {
            return destination != null && state != State.MERGED && state != State.DISCARDED;
        }

        List<String> willing() {
            return planned.candidates().stream()
                    .filter(name -> !fixed && !refused.contains(name))
                    .toList();
        }
    }

    private enum Answer {
        NOW,
        NONE,
        THERE
    }

    private record SentKey(String sop, String destination, long instance) implements Comparable<SentKey> {
        @Override
        public int compareTo(SentKey other) {
            return comparing(SentKey::sop)
                    .thenComparing(SentKey::destination)
                    .thenComparing(SentKey::instance)
                    .compare(this, other);
        }
    }

    private record SentValue(long length, int crc32c, Answer answer, boolean unwritten) {
        boolean isOther(StoredInstance stored) {
            return stored.length() != length || stored.crc32c() != crc32c;
        }
    }

    private record AffinityKey(String route, String key, int copy) {}

    private record Went(String destination, Instant at) {}

    private final CheckedChooser chooser;
    private final Map<AffinityKey, Went> affinities = new HashMap<>();

    private final TreeMap<Long, Row> rows = new TreeMap<>();
    private final TreeMap<SentKey, SentValue> sent = new TreeMap<>();
    private final List<Superseded> superseded = new ArrayList<>();
    private final Map<String, Long> forgotten = new HashMap<>();
    private final Map<String, Long> supersededForgotten = new HashMap<>();

    private record SentAsKey(long delivery, String destination) {}

    private final Map<SentAsKey, SentAs> sentAs = new HashMap<>();
    private @Nullable Set<String> present;
    private LogPosition position = LogPosition.START;
    private long lastInstance;
    private long syncs;

    public InMemoryLedger(Chooser chooser) {
        this.chooser = new CheckedChooser(chooser);
    }

    @Override
    public synchronized Applied apply(List<Change> changes) {
        Set<String> due = new HashSet<>();
        long touched = 0;
        for (Change change : changes) {
            touched += apply(change, due);
        }
        due.removeIf(destination -> !isPresent(destination));
        List<Superseded> told = List.copyOf(superseded);
        superseded.clear();
        return new Applied(touched, due, told);
    }

    private long apply(Change change, Set<String> due) {
        if (change instanceof Change.Received received) {
            receive(received, due);
        } else if (change instanceof Change.Settled settled) {
            settle(settled, due);
        } else if (change instanceof Change.Moved moved) {
            Row row = rows.get(moved.instanceId());
            if (row != null && row.stored.location() instanceof Location.InLog) {
                row.stored = row.stored.inOwnFile();
                row.file = true;
            }
        } else if (change instanceof Change.FileDeleted deleted) {
            Row row = rows.get(deleted.instanceId());
            if (row != null && row.finished()) {
                row.file = false;
                row.kept = false;
            }
        } else if (change instanceof Change.FileKept kept) {
            Row row = rows.get(kept.instanceId());
            if (row != null && row.finished()) {
                row.kept = row.file;
            }
        } else if (change instanceof Change.SentAgain again) {
            return sendAgain(again, due);
        } else if (change instanceof Change.Replanned replanned) {
            return replan(replanned, due);
        } else if (change instanceof Change.Retried retried) {
            return retry(retried, due);
        } else if (change instanceof Change.DestinationsChanged changed) {
            return destinationsChanged(changed.present(), due);
        } else if (change instanceof Change.Reconsidered reconsidered) {
            return reconsider(reconsidered, due);
        } else if (change instanceof Change.Rerouted rerouted) {
            return reroute(rerouted, due);
        } else if (change instanceof Change.Hastened hastened) {
            return hasten(hastened, due);
        } else if (change instanceof Change.HoursChanged changed) {
            return hoursChanged(changed, due);
        } else if (change instanceof Change.HandedOut handedOut) {
            handedOut(handedOut);
        } else if (change instanceof Change.SentAsNoted noted) {
            sentAs.put(new SentAsKey(noted.deliveryId(), noted.destination()), noted.sentAs());
        } else if (change instanceof Change.SentAsWithdrawn withdrawn) {
            sentAs.remove(new SentAsKey(withdrawn.deliveryId(), withdrawn.destination()));
        } else if (change instanceof Change.SentAsForgotten forgotten) {
            sentAsForgotten(forgotten);
        } else if (change instanceof Change.Restarted restarted) {
            restarted(restarted, due);
        } else if (change instanceof Change.Sent before) {
            sentBefore(before, due);
        } else if (change instanceof Change.Written written) {
            written(written);
        } else if (change instanceof Change.Discarded discarded) {
            return discard(discarded, due);
        } else if (change instanceof Change.Forgotten old) {
            return forget(old.finishedBefore());
        }
        return 0;
    }

    private void receive(Change.Received received, Set<String> due) {
        long id = received.stored().instance().id();
        if (!rows.containsKey(id)) {
            Row row = new Row(received.stored());
            rows.put(id, row);
            plan(row, received.plan(), due);
        }
        lastInstance = Math.max(lastInstance, id);
        position = received.end().compareTo(position) > 0 ? received.end() : position;
    }

    private void plan(Row row, Plan plan, Set<String> due) {
        Instance instance = row.stored.instance();
        row.rules = plan.rulesVersion();
        long id = instance.id() * Plan.MAX_DELIVERIES;
        boolean versioned = !plan.deliveries().isEmpty() && meet(row);
        for (Plan.PlannedDelivery planned : plan.deliveries()) {
            Delivery delivery = new Delivery(id++, planned, instance.receivedAt());
            row.routed = true;
            delivery.versioned = versioned;
            place(row, delivery, instance.receivedAt(), due);
            row.deliveries.put(delivery.id, delivery);
        }
        review(row, instance.receivedAt(), due);
    }

    private void sentAsForgotten(Change.SentAsForgotten change) {
        for (Row row : rows.values()) {
            String version = row.stored.instance().id() > change.others() ? change.version() : "";
            if (row.stored.instance().id() <= change.others()
                    || !change.version().isEmpty()) {
                row.deliveries
                        .keySet()
                        .forEach(delivery -> sentAs.putIfAbsent(
                                new SentAsKey(delivery, change.destination()),
                                SentAs.forgotten(version, row.stored.instance().sopInstance())));
            }
        }
    }

    private boolean meet(Row row) {
        String sop = row.sop();
        List<Row> others = withUid(sop).filter(other -> other != row).toList();
        for (Row other : others) {
            for (Delivery delivery : other.deliveries.values()) {
                delivery.versioned = true;
                if (delivery.state == State.DELIVERED) {
                    note(other, String.valueOf(delivery.destination), Answer.THERE, false);
                }
            }
        }
        return !others.isEmpty()
                || sent.keySet().stream()
                        .anyMatch(key -> key.sop.equals(sop)
                                && key.instance != row.stored.instance().id());
    }

    private Stream<Row> withUid(String sop) {
        return rows.values().stream().filter(row -> row.sop().equals(sop));
    }

    private void note(Row row, String destination, Answer answer, boolean mayComeUp) {
        StoredInstance stored = row.stored;
        long id = stored.instance().id();
        boolean older =
                withUid(row.sop()).anyMatch(other -> other.stored.instance().id() < id);
        SentValue value = new SentValue(stored.length(), stored.crc32c(), answer, mayComeUp && older);
        sent.merge(
                new SentKey(row.sop(), destination, id),
                value,
                (old, now) -> now.answer.compareTo(old.answer) > 0 ? now : old);
    }

    private void handedOut(Change.HandedOut change) {
        for (long id : change.deliveries()) {
            Delivery delivery = delivery(id);
            if (delivery != null && delivery.state == State.PENDING && delivery.destination != null) {
                note(row(delivery), delivery.destination, Answer.NOW, true);
            }
        }
    }

    private void restarted(Change.Restarted change, Set<String> due) {
        List<Map.Entry<SentKey, SentValue>> brokenOff = sent.entrySet().stream()
                .filter(entry -> entry.getValue().answer == Answer.NOW)
                .sorted(comparingLong(entry -> entry.getKey().instance))
                .toList();
        for (Map.Entry<SentKey, SentValue> each : brokenOff) {
            Row row = rows.get(each.getKey().instance);
            if (row != null) {
                note(row, each.getKey().destination, Answer.NONE, true);
            }
        }
        brokenOff.forEach(each -> supersedeOlder(each.getKey(), each.getValue(), change.at(), due));
    }

    private void sentBefore(Change.Sent change, Set<String> due) {
        for (SentVersion version : change.versions()) {
            SentKey key = new SentKey(version.sopInstance(), version.destination(), version.instanceId());
            SentValue value = new SentValue(
                    version.length(), version.crc32c(), version.isThere() ? Answer.THERE : Answer.NONE, false);
            sent.merge(
                    key,
                    value,
                    (old, now) -> now.answer.compareTo(old.answer) > 0
                            ? new SentValue(old.length, old.crc32c, now.answer, old.unwritten)
                            : old);
            withUid(key.sop).forEach(row -> row.deliveries.values().forEach(delivery -> delivery.versioned = true));
            supersedeOlder(key, value, change.at(), due);
        }
    }

    private void written(Change.Written change) {
        for (SentVersion version : change.versions()) {
            sent.computeIfPresent(
                    new SentKey(version.sopInstance(), version.destination(), version.instanceId()),
                    (key, value) -> (value.answer == Answer.THERE) == version.isThere()
                            ? new SentValue(value.length, value.crc32c, value.answer, false)
                            : value);
        }
    }

    private void supersedeOlder(SentKey key, SentValue value, Instant at, Set<String> due) {
        withUid(key.sop)
                .filter(row -> row.stored.instance().id() < key.instance && value.isOther(row.stored))
                .toList()
                .forEach(row -> row.deliveries.values().stream()
                        .filter(delivery -> delivery.state == State.PENDING && delivery.isAt(key.destination))
                        .forEach(delivery -> supersede(row, delivery, key.instance, at, due)));
    }

    /** What became pending somewhere is superseded where a newer one was sent. */
    private void review(Row row, Instant at, Set<String> due) {
        for (Delivery delivery : row.deliveries.values()) {
            if (delivery.versioned && delivery.state == State.PENDING && delivery.destination != null) {
                sent.entrySet().stream()
                        .filter(entry -> entry.getKey().sop.equals(row.sop())
                                && delivery.isAt(entry.getKey().destination)
                                && entry.getKey().instance
                                        > row.stored.instance().id()
                                && entry.getValue().answer != Answer.NOW
                                && entry.getValue().isOther(row.stored))
                        .mapToLong(entry -> entry.getKey().instance)
                        .max()
                        .ifPresent(newer -> supersede(row, delivery, newer, at, due));
            }
        }
    }

    private void supersede(Row row, Delivery delivery, long newer, Instant at, Set<String> due) {
        delivery.state = State.SUPERSEDED;
        String destination = String.valueOf(delivery.destination);
        superseded.add(new Superseded(row.stored.instance(), delivery.planned.route(), destination, newer));
        due.add(destination);
        finish(row, at);
    }

    private void attempted(Row row, Delivery delivery, Settlement settlement, Instant at, Set<String> due) {
        String destination = String.valueOf(delivery.destination);
        boolean there = settlement instanceof Settlement.Delivered;
        SentKey key = new SentKey(row.sop(), destination, row.stored.instance().id());
        if (there || settlement.unanswered()) {
            if (delivery.versioned || !there) {
                note(row, destination, there ? Answer.THERE : Answer.NONE, true);
            }
            if (delivery.versioned) {
                StoredInstance stored = row.stored;
                supersedeOlder(key, new SentValue(stored.length(), stored.crc32c(), Answer.NONE, false), at, due);
            }
        } else if (delivery.versioned) {
            sent.computeIfPresent(key, (same, value) -> value.answer == Answer.NOW ? null : value);
        }
    }

    /** Gives it a destination unless it has one, and merges it with another route's that is there. */
    private void place(Row row, Delivery delivery, Instant at, Set<String> due) {
        if (delivery.destination == null) {
            delivery.destination = choose(row, delivery, at);
        }
        boolean there = others(row, delivery)
                .anyMatch(other -> other.isAt(delivery.destination)
                        && other.isCounted()
                        && !other.planned.route().equals(delivery.planned.route()));
        delivery.state = there ? State.MERGED : State.PENDING;
        if (delivery.isCounted()) {
            due.add(delivery.destination);
        }
    }

    private @Nullable String choose(Row row, Delivery delivery, Instant at) {
        Instance instance = row.stored.instance();
        String route = delivery.planned.route();
        AffinityKey key = new AffinityKey(route, chooser.affinityKey(route, instance), delivery.planned.copy());
        Went last = key.key.isEmpty() ? null : affinities.get(key);
        Optional<String> chosen = chooser.choose(new Chooser.Choice(
                instance,
                route,
                key.copy,
                key.key,
                delivery.willing(),
                taken(row, delivery),
                Optional.ofNullable(last).map(Went::destination)));
        if (chosen.isPresent() && !key.key.isEmpty()) {
            boolean same = last != null
                    && last.destination.equals(chosen.get())
                    && at.toEpochMilli() - last.at.toEpochMilli() < Affinities.EXACT_TO;
            affinities.put(key, same ? last : new Went(chosen.get(), at));
        }
        return chosen.orElse(null);
    }

    private static Set<String> taken(Row row, Delivery delivery) {
        return others(row, delivery)
                .filter(other -> other.planned.route().equals(delivery.planned.route()))
                .flatMap(other -> Optional.ofNullable(other.destination).stream())
                .collect(Collectors.toSet());
    }

    private static Stream<Delivery> others(Row row, Delivery delivery) {
        return row.deliveries.values().stream().filter(other -> other != delivery);
    }

    private long reconsider(Change.Reconsidered change, Set<String> due) {
        String destination = change.destination();
        Map<String, Boolean> usable = new HashMap<>();
        long moved = 0;
        for (long id : change.deliveries()) {
            Delivery delivery = delivery(id);
            if (delivery == null || delivery.state != State.PENDING || delivery.fixed) {
                continue;
            }
            boolean waits = delivery.destination == null && delivery.willing().contains(destination);
            if (!waits && !delivery.isAt(destination)) {
                continue;
            }
            Row row = row(delivery);
            if (waits
                    == usable.computeIfAbsent(
                            delivery.planned.route(),
                            route -> chooser.canUse(destination, route, row.stored.instance()))) {
                String before = delivery.destination;
                move(row, delivery, change.at(), due);
                moved += Objects.equals(before, delivery.destination) ? 0 : 1;
            }
        }
        return moved;
    }

    /** Takes it from its destination, and chooses again. */
    private void move(Row row, Delivery delivery, Instant at, Set<String> due) {
        String before = delivery.destination;
        delivery.destination = choose(row, delivery, at);
        if (Objects.equals(before, delivery.destination)) {
            return;
        }
        if (before != null) {
            due.add(before);
        }
        start(delivery, at);
        String chosen = delivery.destination;
        if (chosen != null) {
            place(row, delivery, at, due);
        }
        Delivery merged = before == null ? null : orphan(row, before);
        while (merged != null && before != null) {
            merged.state = State.PENDING;
            if (!merged.fixed) {
                merged.destination = null;
            }
            start(merged, at);
            place(row, merged, at, due);
            merged = merged.isAt(before) ? null : orphan(row, before);
        }
        review(row, at, due);
        finish(row, at);
    }

    private static void start(Delivery delivery, Instant at) {
        delivery.attempts = 0;
        delivery.due = at;
    }

    /** One that is merged at this place with nothing that is there any more. */
    private static @Nullable Delivery orphan(Row row, String place) {
        List<Delivery> there = row.deliveries.values().stream()
                .filter(other -> other.isAt(place) && other.state != State.DISCARDED)
                .toList();
        return there.stream().anyMatch(Delivery::isCounted)
                ? null
                : there.stream().findFirst().orElse(null);
    }

    private long reroute(Change.Rerouted change, Set<String> due) {
        String from = change.from().isEmpty() ? null : change.from();
        String to = change.to();
        long moved = 0;
        for (long id : change.deliveries()) {
            Delivery delivery = delivery(id);
            if (delivery == null
                    || (delivery.state != State.PENDING && delivery.state != State.PARKED)
                    || !Objects.equals(delivery.destination, from)
                    || to.equals(from)) {
                continue;
            }
            Row row = row(delivery);
            boolean there = others(row, delivery).anyMatch(other -> other.isAt(to) && other.isCounted());
            if (from != null) {
                due.add(from);
            }
            fix(delivery, to, there ? State.MERGED : State.PENDING, change.at());
            if (!there) {
                due.add(to);
            }
            for (Delivery left = from == null ? null : orphan(row, from);
                    left != null && from != null;
                    left = orphan(row, from)) {
                fix(left, to, State.MERGED, change.at());
            }
            review(row, change.at(), due);
            finish(row, change.at());
            moved++;
        }
        return moved;
    }

    private static void fix(Delivery delivery, String to, State state, Instant at) {
        delivery.destination = to;
        delivery.fixed = true;
        delivery.refused.clear();
        delivery.state = state;
        start(delivery, at);
    }

    private @Nullable Delivery delivery(long id) {
        Row row = rows.get(id / Plan.MAX_DELIVERIES);
        return row == null ? null : row.deliveries.get(id);
    }

    /** Whether another candidate gets what this destination refused. */
    private boolean next(Row row, Delivery delivery, Settlement.Parked parked, Instant at, Set<String> due) {
        if (!parked.elsewhere() || !passesOn(delivery.id)) {
            return false;
        }
        attempted(row, delivery, parked, at, due);
        delivery.refused.add(delivery.destination);
        delivery.lastError = parked.reason();
        move(row, delivery, at, due);
        return true;
    }

    private static void finish(Row row, Instant at) {
        if (row.finishedAt == null
                && row.deliveries.values().stream()
                        .allMatch(d -> d.state != State.PENDING && d.state != State.PARKED)) {
            row.finishedAt = at;
        }
    }

    private void settle(Change.Settled settled, Set<String> due) {
        Row row = rows.get(settled.deliveryId() / Plan.MAX_DELIVERIES);
        Delivery delivery = row == null ? null : row.deliveries.get(settled.deliveryId());
        if (row == null
                || delivery == null
                || delivery.destination == null
                || delivery.state == State.DELIVERED
                || delivery.state == State.MERGED
                || delivery.state == State.DISCARDED
                || delivery.state == State.SUPERSEDED
                || (settled.settlement() instanceof Settlement.Parked refusal
                        && next(row, delivery, refusal, settled.at(), due))) {
            return;
        }
        boolean changed = settled.settlement()
                .match(
                        delivered -> {
                            delivery.state = State.DELIVERED;
                            return true;
                        },
                        retry -> {
                            if (delivery.state != State.PENDING) {
                                return false;
                            }
                            delivery.attempts += retry.counted() ? 1 : 0;
                            delivery.due = retry.due();
                            delivery.lastError = retry.reason();
                            return true;
                        },
                        parked -> {
                            boolean pending = delivery.state == State.PENDING;
                            delivery.state = State.PARKED;
                            delivery.lastError = pending ? parked.reason() : delivery.lastError;
                            return pending;
                        });
        if (changed) {
            attempted(row, delivery, settled.settlement(), settled.at(), due);
            due.add(delivery.destination);
        }
        finish(row, settled.at());
    }

    private long sendAgain(Change.SentAgain change, Set<String> due) {
        Delivery delivery = delivery(change.deliveryId());
        if (delivery == null || delivery.state != State.DELIVERED) {
            return 0;
        }
        Row row = row(delivery);
        delivery.state = State.PENDING;
        delivery.fixed = true;
        delivery.refused.clear();
        start(delivery, change.at());
        delivery.lastError = change.reason();
        change.restored().ifPresent(stored -> {
            row.stored = stored;
            row.file = true;
            row.kept = false;
        });
        row.finishedAt = null;
        due.add(delivery.destination);
        review(row, change.at(), due);
        return 1;
    }

    private long replan(Change.Replanned replanned, Set<String> due) {
        Row row = rows.get(replanned.instanceId());
        if (row == null
                || row.routed
                || row.discarded
                || replanned.plan().deliveries().isEmpty()) {
            return 0;
        }
        plan(row, replanned.plan(), due);
        return 1;
    }

    private long retry(Change.Retried retried, Set<String> due) {
        SpoolView.Selection selection = retried.selection();
        long count = 0;
        for (Row row : rows.values()) {
            String study = row.stored.instance().studyInstanceUid();
            for (Delivery delivery : row.deliveries.values()) {
                if (delivery.state == State.PARKED
                        && (selection.destination().isEmpty() || delivery.isAt(selection.destination()))
                        && (selection.studyInstanceUid().isEmpty()
                                || selection.studyInstanceUid().equals(study))
                        && (selection.deliveryId() == 0 || selection.deliveryId() == delivery.id)) {
                    sentAs.keySet().removeIf(key -> key.delivery == delivery.id);
                    delivery.state = State.PENDING;
                    delivery.attempts = 0;
                    delivery.due = retried.at();
                    delivery.refused.clear();
                    due.add(delivery.destination);
                    count++;
                }
            }
            review(row, retried.at(), due);
        }
        return count;
    }

    private long hoursChanged(Change.HoursChanged changed, Set<String> due) {
        long count = 0;
        for (Row row : rows.values()) {
            for (Delivery delivery : row.deliveries.values()) {
                String route = delivery.planned.route();
                if (delivery.state == State.PENDING
                        && delivery.destination != null
                        && delivery.lastError.startsWith("route " + route + " is closed until ")) {
                    due.add(delivery.destination);
                    Instant opening = changed.openings().get(route);
                    Instant next = opening == null ? changed.at() : opening;
                    if (!next.equals(delivery.due)) {
                        delivery.due = next;
                        delivery.lastError = opening == null
                                ? ""
                                : Settlement.Retry.untilOpen(route, opening).reason();
                        count++;
                    }
                }
            }
        }
        return count;
    }

    private long hasten(Change.Hastened hastened, Set<String> due) {
        long count = 0;
        for (Row row : rows.values()) {
            for (Delivery delivery : row.deliveries.values()) {
                boolean meant = hastened.destination().isEmpty()
                        || hastened.destination().equals(delivery.destination);
                if (meant && delivery.state == State.PENDING && delivery.due.isAfter(hastened.latest())) {
                    delivery.due = hastened.latest();
                    count++;
                    if (delivery.destination != null) {
                        due.add(delivery.destination);
                    }
                }
            }
        }
        return count;
    }

    private long destinationsChanged(Set<String> nowPresent, Set<String> due) {
        long moved = 0;
        for (Map.Entry<String, SpoolView.Books> entry : books().entrySet()) {
            String destination = entry.getKey();
            SpoolView.Books books = entry.getValue();
            if (nowPresent.contains(destination) != isPresent(destination)) {
                moved += books.pending() + books.held();
                if (books.held() > 0) {
                    due.add(destination);
                }
            }
        }
        present = Set.copyOf(nowPresent);
        return moved;
    }

    private boolean isGivenUpBy(Change.Discarded change, Delivery delivery) {
        if (delivery.state == State.PARKED) {
            return delivery.destination != null;
        }
        boolean held = delivery.destination != null && !isPresent(delivery.destination);
        return delivery.state == State.PENDING && (change.again() || held);
    }

    private long discard(Change.Discarded change, Set<String> due) {
        long count = 0;
        for (long id : change.deliveries()) {
            Delivery delivery = delivery(id);
            if (delivery != null && isGivenUpBy(change, delivery)) {
                delivery.state = State.DISCARDED;
                if (delivery.destination != null) {
                    Row row = row(delivery);
                    sent.computeIfPresent(
                            new SentKey(
                                    row.sop(),
                                    delivery.destination,
                                    row.stored.instance().id()),
                            (same, value) -> value.answer == Answer.THERE ? value : null);
                    due.add(delivery.destination);
                }
                finish(row(delivery), change.at());
                count++;
            }
        }
        for (long id : change.instances()) {
            Row row = rows.get(id);
            if (row != null && !row.routed && !row.discarded) {
                row.discarded = true;
                row.finishedAt = change.at();
                count++;
            }
        }
        return count;
    }

    private long forget(Instant finishedBefore) {
        List<Row> old = rows.values().stream()
                .filter(row -> !row.file && row.finishedAt != null && row.finishedAt.isBefore(finishedBefore))
                .limit(LedgerHistory.BITE)
                .toList();
        for (Row row : old) {
            row.deliveries.values().stream()
                    .filter(Delivery::isCounted)
                    .forEach(delivery -> (delivery.state == State.SUPERSEDED ? supersededForgotten : forgotten)
                            .merge(delivery.destination, 1L, Long::sum));
            rows.remove(row.stored.instance().id());
            sentAs.keySet()
                    .removeIf(key -> DeliveryId.instance(key.delivery)
                            == row.stored.instance().id());
            if (withUid(row.sop()).findAny().isEmpty()) {
                sent.keySet().removeIf(key -> key.sop.equals(row.sop()));
            }
        }
        affinities.values().removeIf(went -> went.at.isBefore(finishedBefore));
        return old.size();
    }

    @Override
    public synchronized long sync(long atLeast) {
        syncs = Math.max(syncs + 1, atLeast);
        return syncs;
    }

    @Override
    public synchronized long syncs() {
        return syncs;
    }

    @Override
    public Optional<LedgerCorruptException> damage() {
        return Optional.empty();
    }

    @Override
    public synchronized LogPosition appliedPosition() {
        return position;
    }

    @Override
    public synchronized long lastInstanceId() {
        return lastInstance;
    }

    @Override
    public synchronized List<DueDelivery> due(
            String destination, Instant now, int max, Set<Long> claimed, long before) {
        if (!isPresent(destination)) {
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        List<Delivery> due = new ArrayList<>(deliveries()
                .filter(delivery -> delivery.state == State.PENDING && delivery.isAt(destination))
                .filter(delivery -> seen.add(row(delivery).sop()))
                .filter(delivery -> !delivery.due.isAfter(now) && !claimed.contains(delivery.id))
                .sorted(comparingInt((Delivery delivery) -> -delivery.planned.priority())
                        .thenComparing(delivery -> delivery.due)
                        .thenComparing(comparingLong(delivery -> delivery.id)))
                .toList());
        List<Delivery> given = new ArrayList<>();
        PriorityShares priorityShares = PriorityShares.of(max, before);
        List<Integer> priorities = deliveries()
                .filter(delivery -> delivery.state == State.PENDING && delivery.isAt(destination))
                .map(delivery -> -delivery.planned.priority())
                .distinct()
                .sorted()
                .limit(priorityShares.count())
                .toList();
        for (int i = 0; i < priorities.size(); i++) {
            int priority = -priorities.get(i);
            due.stream()
                    .filter(delivery -> delivery.planned.priority() == priority)
                    .limit(i < priorities.size() - 1 ? priorityShares.of(i) : priorityShares.from(i))
                    .forEach(given::add);
        }
        due.removeAll(given);
        given.addAll(due);
        return given.stream()
                .limit(max)
                .map(delivery -> new DueDelivery(
                        delivery.id,
                        row(delivery).stored,
                        delivery.planned.route(),
                        delivery.planned.copy(),
                        destination,
                        delivery.attempts,
                        delivery.versioned))
                .toList();
    }

    private List<Long> ids(Predicate<Delivery> wanted, int max) {
        return deliveries()
                .filter(wanted)
                .map(delivery -> delivery.id)
                .sorted()
                .limit(max)
                .toList();
    }

    @Override
    public synchronized List<Long> unassigned(long afterId, int max) {
        return ids(
                delivery -> delivery.state == State.PENDING && delivery.destination == null && delivery.id > afterId,
                max);
    }

    @Override
    public synchronized List<Movable> movable(String destination, long afterId, int max) {
        List<Long> ids = ids(
                delivery -> delivery.state == State.PENDING
                        && delivery.isAt(destination)
                        && !delivery.fixed
                        && delivery.id > afterId,
                max);
        return ids.stream()
                .map(id -> new Movable(
                        id, Objects.requireNonNull(delivery(id)).planned.route()))
                .toList();
    }

    @Override
    public synchronized boolean passesOn(long deliveryId) {
        Delivery delivery = delivery(deliveryId);
        if (delivery == null
                || delivery.state != State.PENDING
                || delivery.destination == null
                || !delivery.planned.nextWhenRefused()) {
            return false;
        }
        List<String> left = new ArrayList<>(delivery.willing());
        left.remove(delivery.destination);
        left.removeAll(taken(row(delivery), delivery));
        return !left.isEmpty();
    }

    @Override
    public synchronized boolean knows(String sopInstance) {
        return rows.values().stream().anyMatch(row -> row.sop().equals(sopInstance))
                || sent.keySet().stream().anyMatch(key -> key.sop.equals(sopInstance));
    }

    @Override
    public synchronized Optional<SentAs> sentAs(long deliveryId, String destination) {
        return Optional.ofNullable(sentAs.get(new SentAsKey(deliveryId, destination)));
    }

    @Override
    public synchronized boolean explainsDuplicate(long instanceId, String destination) {
        Row row = rows.get(instanceId);
        if (row == null) {
            return true;
        }
        List<Map.Entry<SentKey, SentValue>> there = sent.entrySet().stream()
                .filter(entry -> entry.getKey().sop.equals(row.sop())
                        && entry.getKey().destination.equals(destination)
                        && entry.getValue().answer != Answer.NOW)
                .toList();
        return there.stream().anyMatch(entry -> entry.getKey().instance == instanceId)
                || there.stream().noneMatch(entry -> entry.getValue().isOther(row.stored));
    }

    @Override
    public synchronized List<SentVersion> unwritten(int max) {
        return sent.entrySet().stream()
                .filter(entry -> entry.getValue().unwritten)
                .sorted(comparingLong(entry -> entry.getKey().instance))
                .limit(max)
                .map(entry -> new SentVersion(
                        entry.getKey().sop,
                        entry.getKey().destination,
                        entry.getKey().instance,
                        entry.getValue().length,
                        entry.getValue().crc32c,
                        entry.getValue().answer == Answer.THERE,
                        withUid(entry.getKey().sop)
                                .map(row -> row.stored.instance().id())
                                .filter(id -> id < entry.getKey().instance)
                                .toList()))
                .toList();
    }

    @Override
    public synchronized List<Long> open(String destination, Set<Long> except, int max) {
        return ids(
                delivery -> (delivery.state == State.PENDING || delivery.state == State.PARKED)
                        && delivery.isAt(destination)
                        && !except.contains(delivery.id),
                max);
    }

    @Override
    public synchronized long unassigned() {
        return unassigned(0, Integer.MAX_VALUE).size();
    }

    private Row row(Delivery delivery) {
        Row row = rows.get(delivery.id / Plan.MAX_DELIVERIES);
        if (row == null) {
            throw new IllegalStateException("a delivery without an instance: " + delivery.id);
        }
        return row;
    }

    private boolean isPresent(String destination) {
        return present == null || present.contains(destination);
    }

    private Stream<Delivery> deliveries() {
        return rows.values().stream().flatMap(row -> row.deliveries.values().stream());
    }

    private List<StoredInstance> stored(Predicate<Row> wanted, int max) {
        return rows.values().stream()
                .filter(wanted)
                .map(row -> row.stored)
                .limit(max)
                .toList();
    }

    @Override
    public synchronized Optional<StoredInstance> find(long instanceId) {
        Row row = rows.get(instanceId);
        return row == null || (row.finished() && (!row.file || row.kept)) ? Optional.empty() : Optional.of(row.stored);
    }

    @Override
    public synchronized Optional<StoredInstance> known(long instanceId) {
        return Optional.ofNullable(rows.get(instanceId)).map(row -> row.stored);
    }

    @Override
    public synchronized List<StoredInstance> held(long afterId, int max) {
        return stored(
                row -> !row.routed && !row.discarded && row.stored.instance().id() > afterId, max);
    }

    @Override
    public synchronized List<StoredInstance> unfinishedIn(long segment, int max) {
        return stored(row -> !row.finished() && inLog(row, segment), Integer.MAX_VALUE).stream()
                .sorted(comparing(stored -> ((Location.InLog) stored.location()).offset()))
                .limit(max)
                .toList();
    }

    private static boolean inLog(Row row, long segment) {
        return row.stored.location() instanceof Location.InLog log && log.segment() == segment;
    }

    @Override
    public synchronized Map<Long, Long> unfinishedBytesBySegment() {
        return rows.values().stream()
                .filter(row -> !row.finished() && row.stored.location() instanceof Location.InLog)
                .collect(Collectors.toMap(
                        row -> ((Location.InLog) row.stored.location()).segment(),
                        row -> row.stored.length(),
                        Long::sum));
    }

    @Override
    public synchronized List<Long> finishedWithFile(int max) {
        return stored(row -> row.finished() && row.file && !row.kept, max).stream()
                .map(stored -> stored.instance().id())
                .toList();
    }

    @Override
    public synchronized Set<Long> finished(Collection<Long> instanceIds) {
        return instanceIds.stream()
                .filter(id -> {
                    Row row = rows.get(id);
                    return row != null && row.finished();
                })
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized Optional<Plan> plan(long instanceId) {
        return Optional.ofNullable(rows.get(instanceId))
                .map(row -> new Plan(
                        row.rules,
                        row.deliveries.values().stream()
                                .map(InMemoryLedger::planned)
                                .toList()));
    }

    private static Plan.PlannedDelivery planned(Delivery delivery) {
        Plan.PlannedDelivery planned = delivery.planned;
        List<String> candidates =
                delivery.fixed && delivery.destination != null ? List.of(delivery.destination) : planned.candidates();
        return new Plan.PlannedDelivery(
                planned.route(), planned.copy(), candidates, planned.priority(), planned.nextWhenRefused());
    }

    @Override
    public synchronized List<PlacedDelivery> deliveries(long instanceId) {
        Row row = rows.get(instanceId);
        return row == null
                ? List.of()
                : row.deliveries.values().stream()
                        .map(delivery -> new PlacedDelivery(
                                delivery.id,
                                delivery.planned.route(),
                                Optional.ofNullable(delivery.destination).orElse(""),
                                DeliveryState.valueOf(delivery.state.name()),
                                delivery.state == State.PARKED ? delivery.lastError : "",
                                Optional.empty(),
                                Optional.empty()))
                        .toList();
    }

    @Override
    public synchronized List<StoredInstance> unfinished(long afterId, int max) {
        return stored(row -> !row.finished() && row.stored.instance().id() > afterId, max);
    }

    @Override
    public synchronized Map<String, SpoolView.Books> books() {
        Map<String, SpoolView.Books> books = new HashMap<>();
        forgotten.forEach(
                (destination, count) -> books.put(destination, new SpoolView.Books(count, count, 0, 0, 0, 0, 0)));
        supersededForgotten.forEach((destination, count) ->
                books.merge(destination, new SpoolView.Books(count, 0, 0, 0, 0, count, 0), InMemoryLedger::sum));
        deliveries()
                .filter(Delivery::isCounted)
                .forEach(delivery -> books.merge(delivery.destination, one(delivery), InMemoryLedger::sum));
        return books;
    }

    private SpoolView.Books one(Delivery delivery) {
        long bytes = row(delivery).stored.instance().datasetLength();
        return switch (delivery.state) {
            case DELIVERED -> new SpoolView.Books(1, 1, 0, 0, 0, 0, 0);
            case PARKED -> new SpoolView.Books(1, 0, 0, 1, 0, 0, 0);
            case PENDING ->
                isPresent(String.valueOf(delivery.destination))
                        ? new SpoolView.Books(1, 0, 1, 0, 0, 0, bytes)
                        : new SpoolView.Books(1, 0, 0, 0, 1, 0, 0);
            case SUPERSEDED -> new SpoolView.Books(1, 0, 0, 0, 0, 1, 0);
            case MERGED, DISCARDED -> throw new IllegalStateException("these are in no books");
        };
    }

    private static SpoolView.Books sum(SpoolView.Books a, SpoolView.Books b) {
        return new SpoolView.Books(
                a.received() + b.received(),
                a.delivered() + b.delivered(),
                a.pending() + b.pending(),
                a.parked() + b.parked(),
                a.held() + b.held(),
                a.superseded() + b.superseded(),
                a.pendingBytes() + b.pendingBytes());
    }

    @Override
    public Map<String, SpoolView.Books> recount() {
        return books();
    }

    @Override
    public synchronized Optional<Instant> lastReceived(String study) {
        return rows.descendingMap().values().stream()
                .map(row -> row.stored.instance())
                .filter(instance -> instance.studyInstanceUid().equals(study))
                .findFirst()
                .map(Instance::receivedAt);
    }

    @Override
    public synchronized List<SpoolView.Receipt> receivedAfter(long afterId, int max) {
        return rows.tailMap(afterId, false).values().stream()
                .limit(max)
                .map(row -> row.stored.instance())
                .map(instance ->
                        new SpoolView.Receipt(instance.id(), instance.studyInstanceUid(), instance.receivedAt()))
                .toList();
    }

    @Override
    public synchronized long unrouted() {
        return rows.values().stream()
                .filter(row -> !row.routed && !row.discarded)
                .count();
    }

    @Override
    public void close() {}
}
