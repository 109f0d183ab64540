package org.dicomgateway.spool;

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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ledger as plainly as it can be said: what the real one is compared with, and quick enough for tests. */
final class InMemoryLedger implements Ledger {

    private enum State {
        PENDING,
        DELIVERED,
        PARKED
    }

    private static final class Row {
        private StoredInstance stored;
        private boolean routed;
        private boolean file;
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

        Delivery(long id, Plan.PlannedDelivery planned, Instant due) {
            this.id = id;
            this.planned = planned;
            this.due = due;
        }

        String destination() {
            return planned.candidates().get(0);
        }
    }

    private final TreeMap<Long, Row> rows = new TreeMap<>();
    private final Map<String, Long> forgotten = new HashMap<>();
    private @Nullable Set<String> present;
    private LogPosition position = LogPosition.START;
    private long lastInstance;

    @Override
    public synchronized Applied apply(List<Change> changes) {
        Set<String> due = new HashSet<>();
        long touched = 0;
        for (Change change : changes) {
            touched += apply(change, due);
        }
        due.removeIf(destination -> !isPresent(destination));
        return new Applied(touched, due);
    }

    private long apply(Change change, Set<String> due) {
        if (change instanceof Change.Received received) {
            receive(received, due);
        } else if (change instanceof Change.Settled settled) {
            settle(settled, due);
        } else if (change instanceof Change.Moved moved) {
            Row row = rows.get(moved.instanceId());
            if (row != null && row.stored.location() instanceof Location.InLog) {
                StoredInstance old = row.stored;
                row.stored = new StoredInstance(
                        old.instance(), new Location.InFile(), old.length(), old.datasetOffset(), old.crc32c());
                row.file = true;
            }
        } else if (change instanceof Change.FileDeleted deleted) {
            Row row = rows.get(deleted.instanceId());
            if (row != null && row.finished()) {
                row.file = false;
            }
        } else if (change instanceof Change.Replanned replanned) {
            return replan(replanned, due);
        } else if (change instanceof Change.Retried retried) {
            return retry(retried, due);
        } else if (change instanceof Change.DestinationsChanged changed) {
            return destinationsChanged(changed.present(), due);
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

    private static void plan(Row row, Plan plan, Set<String> due) {
        Instance instance = row.stored.instance();
        long id = instance.id() * Plan.MAX_DELIVERIES;
        for (Plan.PlannedDelivery planned : plan.deliveries()) {
            Delivery delivery = new Delivery(id++, planned, instance.receivedAt());
            row.deliveries.put(delivery.id, delivery);
            row.routed = true;
            due.add(delivery.destination());
        }
    }

    private void settle(Change.Settled settled, Set<String> due) {
        Row row = rows.get(settled.deliveryId() / Plan.MAX_DELIVERIES);
        Delivery delivery = row == null ? null : row.deliveries.get(settled.deliveryId());
        if (row == null || delivery == null || delivery.state == State.DELIVERED) {
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
                            return true;
                        },
                        parked -> {
                            boolean pending = delivery.state == State.PENDING;
                            delivery.state = State.PARKED;
                            return pending;
                        });
        if (changed) {
            due.add(delivery.destination());
        }
        if (row.deliveries.values().stream().allMatch(d -> d.state == State.DELIVERED)) {
            row.finishedAt = settled.at();
        }
    }

    private long replan(Change.Replanned replanned, Set<String> due) {
        Row row = rows.get(replanned.instanceId());
        if (row == null || row.routed || replanned.plan().deliveries().isEmpty()) {
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
                        && (selection.destination().isEmpty()
                                || selection.destination().equals(delivery.destination()))
                        && (selection.studyInstanceUid().isEmpty()
                                || selection.studyInstanceUid().equals(study))
                        && (selection.deliveryId() == 0 || selection.deliveryId() == delivery.id)) {
                    delivery.state = State.PENDING;
                    delivery.attempts = 0;
                    delivery.due = retried.at();
                    due.add(delivery.destination());
                    count++;
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

    private long forget(Instant finishedBefore) {
        List<Row> old = rows.values().stream()
                .filter(row -> !row.file && row.finishedAt != null && row.finishedAt.isBefore(finishedBefore))
                .limit(LedgerHistory.BITE)
                .toList();
        for (Row row : old) {
            row.deliveries.values().forEach(delivery -> forgotten.merge(delivery.destination(), 1L, Long::sum));
            rows.remove(row.stored.instance().id());
        }
        return old.size();
    }

    @Override
    public void sync() {}

    @Override
    public synchronized LogPosition appliedPosition() {
        return position;
    }

    @Override
    public synchronized long lastInstanceId() {
        return lastInstance;
    }

    @Override
    public synchronized List<DueDelivery> due(String destination, Instant now, int max, Set<Long> claimed) {
        if (!isPresent(destination)) {
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        List<Delivery> candidates = new ArrayList<>();
        deliveries()
                .filter(delivery -> delivery.state == State.PENDING
                        && delivery.destination().equals(destination))
                .filter(delivery -> seen.add(row(delivery).sop()))
                .filter(delivery -> !delivery.due.isAfter(now) && !claimed.contains(delivery.id))
                .forEach(candidates::add);
        return candidates.stream()
                .sorted(comparingInt((Delivery delivery) -> -delivery.planned.priority())
                        .thenComparing(delivery -> delivery.due)
                        .thenComparing(comparingLong(delivery -> delivery.id)))
                .limit(max)
                .map(delivery -> new DueDelivery(
                        delivery.id,
                        row(delivery).stored,
                        delivery.planned.route(),
                        delivery.planned.copy(),
                        destination,
                        delivery.attempts))
                .toList();
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
        return row == null || (row.finished() && !row.file) ? Optional.empty() : Optional.of(row.stored);
    }

    @Override
    public synchronized List<StoredInstance> held(long afterId, int max) {
        return stored(row -> !row.routed && row.stored.instance().id() > afterId, max);
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
        return stored(row -> row.finished() && row.file, max).stream()
                .map(stored -> stored.instance().id())
                .toList();
    }

    @Override
    public synchronized Set<Long> withFile(Collection<Long> instanceIds) {
        return instanceIds.stream()
                .filter(id -> {
                    Row row = rows.get(id);
                    return row != null && row.file && !row.finished();
                })
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized List<StoredInstance> unfinished(long afterId, int max) {
        return stored(row -> !row.finished() && row.stored.instance().id() > afterId, max);
    }

    @Override
    public synchronized Map<String, SpoolView.Books> books() {
        Map<String, SpoolView.Books> books = new HashMap<>();
        forgotten.forEach((destination, count) -> books.put(destination, new SpoolView.Books(count, count, 0, 0, 0)));
        deliveries().forEach(delivery -> books.merge(delivery.destination(), one(delivery), InMemoryLedger::sum));
        return books;
    }

    private SpoolView.Books one(Delivery delivery) {
        return switch (delivery.state) {
            case DELIVERED -> new SpoolView.Books(1, 1, 0, 0, 0);
            case PARKED -> new SpoolView.Books(1, 0, 0, 1, 0);
            case PENDING ->
                isPresent(delivery.destination())
                        ? new SpoolView.Books(1, 0, 1, 0, 0)
                        : new SpoolView.Books(1, 0, 0, 0, 1);
        };
    }

    private static SpoolView.Books sum(SpoolView.Books a, SpoolView.Books b) {
        return new SpoolView.Books(
                a.received() + b.received(),
                a.delivered() + b.delivered(),
                a.pending() + b.pending(),
                a.parked() + b.parked(),
                a.held() + b.held());
    }

    @Override
    public Map<String, SpoolView.Books> recount() {
        return books();
    }

    @Override
    public synchronized long unrouted() {
        return rows.values().stream().filter(row -> !row.routed).count();
    }

    @Override
    public void close() {}
}
