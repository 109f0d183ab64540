package org.dicomgateway.spool.sqlite;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last destination for each affinity key of a route. The table is durable; the most recent entries are
 * also cached in memory.
 */
public final class Affinities {

    private static final int REMEMBERED = 100_000;

    /** The time of use is written at most this often, so that an instance that follows its study costs no write. */
    public static final long EXACT_TO = Duration.ofMinutes(1).toMillis();

    private final Statements database;
    private final Cache<Key, Last> recent = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    Affinities(Statements database) {
        this.database = database;
    }

    private record Key(String route, String key, int copy) {}

    private record Last(String destination, long usedAt) {}

    /** The last destination of this route's deliveries with this key and copy. Empty for an empty key. */
    Optional<String> last(String route, String key, int copy) throws SQLException {
        return Optional.ofNullable(find(new Key(route, key, copy))).map(Last::destination);
    }

    private @Nullable Last find(Key key) throws SQLException {
        if (key.key.isEmpty()) {
            return null;
        }
        Last known = recent.getIfPresent(key);
        if (known == null) {
            try (ResultSet row = database.query(FIND, key.route, key.key, key.copy)) {
                if (row.next()) {
                    known = new Last(row.getString(1), row.getLong(2));
                    recent.put(key, known);
                }
            }
        }
        return known;
    }

    /** Notes the chosen destination. */
    void went(String route, String key, int copy, String destination, Instant at) throws SQLException {
        Key whose = new Key(route, key, copy);
        Last known = find(whose);
        long now = at.toEpochMilli();
        boolean same = known != null && known.destination.equals(destination) && now - known.usedAt < EXACT_TO;
        if (!key.isEmpty() && !same) {
            database.update(WENT, route, key, copy, destination, now);
            recent.put(whose, new Last(destination, now));
        }
    }

    /** Deletes up to {@code max} entries that were last used before this time. */
    void forget(Instant usedBefore, int max) throws SQLException {
        try (ResultSet row = database.query(FORGET, usedBefore.toEpochMilli(), max)) {
            while (row.next()) {
                recent.invalidate(new Key(row.getString(1), row.getString(2), row.getInt(3)));
            }
        }
    }

    /** Call this after a rollback: the cache may contain rows that were not written. */
    void forgetRecent() {
        recent.invalidateAll();
    }

    public static final String FIND =
            "SELECT destination, last_used FROM affinity WHERE route = ? AND key = ? AND copy = ?";

    private static final String WENT = """
            INSERT INTO affinity (route, key, copy, destination, last_used) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (route, key, copy) DO UPDATE SET
              destination = excluded.destination, last_used = excluded.last_used""";

    public static final String FORGET = """
            DELETE FROM affinity WHERE (route, key, copy) IN (
              SELECT route, key, copy FROM affinity INDEXED BY affinity_by_use WHERE last_used < ? LIMIT ?)
            RETURNING route, key, copy""";
}
