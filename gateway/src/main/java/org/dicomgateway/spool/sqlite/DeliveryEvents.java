package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.dicomgateway.spool.SpoolSearch;
import org.jspecify.annotations.Nullable;

/**
 * The events of deliveries: failed attempts, and what operators did. Successful deliveries write no event. Repetitions
 * of the last event are counted in one row. The first event and the latest ones are kept.
 */
public final class DeliveryEvents {

    /** The maximum number of events that are kept for one delivery. */
    public static final int MOST = 20;

    private final Statements database;

    DeliveryEvents(Statements database) {
        this.database = database;
    }

    /** The kinds of events in the table. */
    public enum Kind {
        ATTEMPT(0, SpoolSearch.EventKind.ATTEMPT),
        PARKED(1, SpoolSearch.EventKind.PARKED),
        RETRIED(2, SpoolSearch.EventKind.RETRIED),
        REROUTED(3, SpoolSearch.EventKind.REROUTED),
        DISCARDED(4, SpoolSearch.EventKind.DISCARDED),
        SUPERSEDED(5, SpoolSearch.EventKind.SUPERSEDED),
        SENT_AGAIN(6, SpoolSearch.EventKind.SENT_AGAIN);

        private final int code;
        private final SpoolSearch.EventKind told;

        Kind(int code, SpoolSearch.EventKind told) {
            this.code = code;
            this.told = told;
        }

        /** Translates the number in a row. */
        public static SpoolSearch.EventKind told(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind.told;
                }
            }
            throw new IllegalArgumentException("no such event: " + code);
        }
    }

    /** Notes an event of a delivery. */
    void happened(
            long delivery,
            Kind kind,
            @Nullable String destination,
            @Nullable Integer status,
            @Nullable String reason,
            Instant at)
            throws SQLException {
        long millis = at.toEpochMilli();
        long number = 0;
        try (ResultSet last = database.query(LAST, delivery)) {
            if (last.next()) {
                number = last.getLong(1) + 1;
                if (last.getInt(2) == kind.code
                        && Objects.equals(last.getString(3), destination)
                        && Objects.equals(last.getObject(4), status)
                        && Objects.equals(last.getString(5), reason)) {
                    database.update(AGAIN, millis, delivery, number - 1);
                    return;
                }
            }
        }
        database.update(ADD, delivery, number, kind.code, millis, millis, destination, status, reason);
        if (number >= MOST) {
            database.update(THIN_OUT, delivery, number - MOST + 1);
        }
    }

    /** Deletes the events of all deliveries of an instance. */
    void forget(long instance) throws SQLException {
        database.update(FORGET, instance);
    }

    public static final String LAST = """
            SELECT number, kind, destination, status, reason FROM event
            WHERE delivery = ? ORDER BY number DESC LIMIT 1""";

    public static final String AGAIN =
            "UPDATE event SET times = times + 1, last_at = ? WHERE delivery = ? AND number = ?";

    private static final String ADD = """
            INSERT INTO event (delivery, number, kind, at, last_at, times, destination, status, reason)
            VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)""";

    public static final String THIN_OUT = "DELETE FROM event WHERE delivery = ? AND number BETWEEN 1 AND ?";

    public static final String FORGET = "DELETE FROM event WHERE delivery BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023";

    /**
     * The statement that notes a retry for every selected parked delivery. The parameter is the subquery for
     * {@code delivery d}, as it follows FROM.
     */
    static String retried(String selected) {
        return """
                INSERT INTO event (delivery, number, kind, at, last_at, times, destination)
                SELECT d.id, coalesce((SELECT max(number) + 1 FROM event WHERE delivery = d.id), 0), 2, ?4, ?4, 1,
                       d.destination
                FROM (%s) d""".formatted(selected);
    }
}
