package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The running totals: books per destination, and unfinished bytes per segment. Collects the changes of a batch and
 * writes each total once. Knows which destinations exist.
 */
final class LedgerTotals {

    private final Statements database;
    private final Map<String, Delta> books = new HashMap<>();
    private final Map<Long, SegmentDelta> segments = new HashMap<>();

    /** Whether each known destination exists. Small, because only configured names get deliveries. */
    private final Map<String, Boolean> presence = new HashMap<>();

    private boolean destinationsKnown;

    LedgerTotals(Statements database) throws SQLException {
        this.database = database;
        reload();
    }

    /** Drops unwritten changes and reads the stored totals: at first, and after a rollback. */
    void reload() throws SQLException {
        books.clear();
        segments.clear();
        presence.clear();
        destinationsKnown = database.number("SELECT destinations_known FROM position") == 1;
        try (ResultSet row = database.query("SELECT destination, present FROM books")) {
            while (row.next()) {
                presence.put(row.getString(1), row.getBoolean(2));
            }
        }
    }

    /** Whether deliveries to this destination are pending, not held. */
    boolean isPresent(String destination) {
        return presence.getOrDefault(destination, !destinationsKnown);
    }

    /** A destination got a pending delivery. */
    void given(String destination, long bytes) {
        Delta delta = of(destination);
        delta.received++;
        delta.add(LedgerRows.PENDING, 1, bytes);
    }

    /** A destination lost a delivery that was in this state. */
    void taken(String destination, int state, long bytes) {
        Delta delta = of(destination);
        delta.received--;
        delta.add(state, -1, -bytes);
    }

    /** Deliveries with this total size changed their state. */
    void moved(String destination, int from, int to, long count, long bytes) {
        of(destination).add(from, -count, -bytes);
        of(destination).add(to, count, bytes);
    }

    /** The row of a finished delivery was deleted. */
    void forgotten(String destination, int state) {
        Delta delta = of(destination);
        if (state == LedgerRows.SUPERSEDED) {
            delta.supersededForgotten++;
        } else {
            delta.forgotten++;
        }
    }

    /** An instance in this segment became unfinished (count 1), or is no longer unfinished (count -1). */
    void inSegment(long segment, long length, int count) {
        SegmentDelta delta = segments.computeIfAbsent(segment, key -> new SegmentDelta());
        delta.unfinished += count;
        delta.bytes += count * length;
    }

    /**
     * Sets the existing destinations.
     *
     * @param nowDue gets the destinations whose held deliveries became pending
     * @return how many deliveries moved between pending and held
     */
    long destinationsChanged(Set<String> present, Set<String> nowDue) throws SQLException {
        write();
        long moved = 0;
        List<String> changed = new ArrayList<>();
        try (ResultSet row = database.query("SELECT destination, present, pending FROM books")) {
            while (row.next()) {
                String destination = row.getString(1);
                boolean isPresent = present.contains(destination);
                if (isPresent != row.getBoolean(2)) {
                    changed.add(destination);
                    moved += row.getLong(3);
                    if (isPresent && row.getLong(3) > 0) {
                        nowDue.add(destination);
                    }
                }
            }
        }
        for (String destination : changed) {
            setPresence(destination, present.contains(destination));
        }
        for (String destination : present) {
            if (!presence.containsKey(destination)) {
                setPresence(destination, true);
            }
        }
        destinationsKnown = true;
        database.update("UPDATE position SET destinations_known = 1");
        return moved;
    }

    private void setPresence(String destination, boolean present) throws SQLException {
        presence.put(destination, present);
        database.update(SET_PRESENCE, destination, present ? 1 : 0);
    }

    /** Writes the collected changes. */
    void write() throws SQLException {
        for (Map.Entry<String, Delta> entry : books.entrySet()) {
            String destination = entry.getKey();
            boolean present = isPresent(destination);
            presence.put(destination, present);
            Delta delta = entry.getValue();
            database.update(
                    ADD_TO_BOOKS,
                    destination,
                    present ? 1 : 0,
                    delta.received,
                    delta.delivered,
                    delta.pending,
                    delta.pendingBytes,
                    delta.parked,
                    delta.forgotten,
                    delta.superseded,
                    delta.supersededForgotten);
        }
        books.clear();
        for (Map.Entry<Long, SegmentDelta> entry : segments.entrySet()) {
            SegmentDelta delta = entry.getValue();
            database.update(ADD_TO_SEGMENT, entry.getKey(), delta.unfinished, delta.bytes);
            database.update("DELETE FROM segment WHERE sequence = ? AND unfinished = 0", entry.getKey());
        }
        segments.clear();
    }

    private Delta of(String destination) {
        return books.computeIfAbsent(destination, key -> new Delta());
    }

    private static final class Delta {
        private long received;
        private long delivered;
        private long pending;
        private long pendingBytes;
        private long parked;
        private long forgotten;
        private long superseded;
        private long supersededForgotten;

        void add(int state, long count, long bytes) {
            switch (state) {
                case LedgerRows.PENDING -> {
                    pending += count;
                    pendingBytes += bytes;
                }
                case LedgerRows.DELIVERED -> delivered += count;
                case LedgerRows.PARKED -> parked += count;
                case LedgerRows.SUPERSEDED -> superseded += count;
                default -> throw new IllegalArgumentException("no such state of a delivery: " + state);
            }
        }
    }

    private static final class SegmentDelta {
        private long unfinished;
        private long bytes;
    }

    private static final String ADD_TO_BOOKS = """
            INSERT INTO books (destination, present, received, delivered, pending, pending_bytes, parked, forgotten,
                               superseded, superseded_forgotten)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (destination) DO UPDATE SET
              received = received + excluded.received, delivered = delivered + excluded.delivered,
              pending = pending + excluded.pending, pending_bytes = pending_bytes + excluded.pending_bytes,
              parked = parked + excluded.parked, forgotten = forgotten + excluded.forgotten,
              superseded = superseded + excluded.superseded,
              superseded_forgotten = superseded_forgotten + excluded.superseded_forgotten""";

    private static final String SET_PRESENCE = """
            INSERT INTO books (destination, present) VALUES (?, ?)
            ON CONFLICT (destination) DO UPDATE SET present = excluded.present""";

    private static final String ADD_TO_SEGMENT = """
            INSERT INTO segment (sequence, unfinished, bytes) VALUES (?, ?, ?)
            ON CONFLICT (sequence) DO UPDATE SET
              unfinished = unfinished + excluded.unfinished, bytes = bytes + excluded.bytes""";
}
