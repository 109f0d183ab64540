package org.dicomgateway.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.process.Repeating;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what the cluster no longer needs: packs in which nothing is open, and what is known of instances that were
 * finished long ago. Every gateway does, so it does not matter which of them are there.
 */
final class Upkeep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final int AT_ONCE = 1_000;

    private final Database database;
    private final Membership membership;
    private final Duration history;
    private volatile Map<Integer, Long> unfinished = Map.of();
    private volatile Map<Integer, Long> alone = Map.of();
    private final Repeating repeating = new Repeating("cluster-upkeep", PAUSE, this::look);

    Upkeep(Database database, Membership membership, Duration history) {
        this.database = database;
        this.membership = membership;
        this.history = history;
    }

    void start() {
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    /** One look. */
    void look() {
        if (!membership.isSure()) {
            return;
        }
        try {
            count();
            dropPacks();
            forget();
        } catch (SQLException e) {
            LOG.warn("the cluster's database cannot be tidied up now; it is tried again: {}", e.getMessage());
        }
    }

    /** Instances that each member has yet to deliver, by its key, as last counted. */
    Map<Integer, Long> unfinished() {
        return unfinished;
    }

    /** Instances that are on the disk of each member alone, by its key, as last counted: see {@link Adoption}. */
    Map<Integer, Long> alone() {
        return alone;
    }

    private void count() throws SQLException {
        unfinished = byMember("SELECT home, count(*) FROM instance WHERE state = 0 GROUP BY home");
        alone = byMember("SELECT home, count(*) FROM adoption GROUP BY home");
    }

    private Map<Integer, Long> byMember(String sql) throws SQLException {
        Map<Integer, Long> counted = new HashMap<>();
        database.inTransaction(
                transaction -> Sql.list(transaction, row -> counted.put(row.getInt(1), row.getLong(2)), sql));
        return Map.copyOf(counted);
    }

    private void dropPacks() throws SQLException {
        List<Long> empty = database.inTransaction(transaction -> Sql.list(transaction, row -> row.getLong(1), """
                SELECT p.id FROM pack p JOIN member m ON m.id = p.member
                WHERE NOT (p.filling AND m.state = 0 AND m.epoch = p.epoch)
                  AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.pack = p.id AND i.state = 0)
                ORDER BY p.id LIMIT 10"""));
        for (long pack : empty) {
            database.execute(transaction -> {
                membership.enter(transaction);
                // Two gateways may try at the same time.
                if (Sql.update(transaction, "DELETE FROM pack WHERE id = ?", pack) > 0) {
                    Sql.update(transaction, "DROP TABLE " + Packs.table(pack));
                }
            });
        }
    }

    private void forget() throws SQLException {
        int forgotten;
        do {
            forgotten = database.inTransaction(transaction -> {
                membership.enter(transaction);
                return Sql.update(
                        transaction,
                        "DELETE FROM instance WHERE id IN (SELECT id FROM instance WHERE state = 1 "
                                + "AND done_at < now() - make_interval(secs => ?) LIMIT " + AT_ONCE + ")",
                        (double) history.toSeconds());
            });
        } while (forgotten == AT_ONCE);
        double seconds = history.toSeconds();
        database.execute(transaction -> {
            membership.enter(transaction);
            for (String forget : FORGET) {
                Sql.update(transaction, forget, seconds);
            }
        });
    }

    /** Members that are gone for long, and left nothing. */
    private static final String FORGOTTEN = """
            m.state <> 0 AND m.since < now() - make_interval(secs => ?)
            AND NOT EXISTS (SELECT 1 FROM instance WHERE home = m.id OR adopter = m.id)
            AND NOT EXISTS (SELECT 1 FROM pack WHERE member = m.id)
            AND NOT EXISTS (SELECT 1 FROM taken_over WHERE home = m.id)""";

    private static final List<String> FORGET = List.of(
            "DELETE FROM taken_over WHERE at < now() - make_interval(secs => ?)",
            "DELETE FROM replaced WHERE at < now() - make_interval(secs => ?)",
            "DELETE FROM sent_as s WHERE at < now() - make_interval(secs => ?) AND NOT EXISTS "
                    + "(SELECT 1 FROM instance i WHERE i.home = s.home AND i.local_id = s.local_id AND i.state = 0)",
            "DELETE FROM affinity WHERE chosen_at < now() - make_interval(secs => ?)",
            "DELETE FROM progress USING member m WHERE member = m.id AND " + FORGOTTEN,
            "DELETE FROM member m WHERE " + FORGOTTEN);

    @Override
    public void close() {
        repeating.close(Duration.ofSeconds(30));
    }
}
