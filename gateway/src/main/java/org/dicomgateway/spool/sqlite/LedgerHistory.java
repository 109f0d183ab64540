package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Deletes the history of instances that were finished long ago. The books still count them. */
public final class LedgerHistory {

    /** The number of instances per call: few enough that nothing else waits noticeably, about 10 ms. */
    public static final int BITE = 1_000;

    private final Statements database;
    private final LedgerTotals totals;
    private final SeriesKeys series;
    private final Affinities affinities;
    private final DeliveryEvents events;
    private final SentVersions sent;
    private final CopyRows copies;
    private final CommitmentRows commitments;

    LedgerHistory(
            Statements database,
            LedgerTotals totals,
            SeriesKeys series,
            Affinities affinities,
            DeliveryEvents events,
            SentVersions sent,
            CopyRows copies,
            CommitmentRows commitments) {
        this.database = database;
        this.totals = totals;
        this.series = series;
        this.affinities = affinities;
        this.events = events;
        this.sent = sent;
        this.copies = copies;
        this.commitments = commitments;
    }

    /** Deletes the oldest instances that were finished before this time, at most {@link #BITE}. Returns how many. */
    long forget(Instant finishedBefore) throws SQLException {
        List<Long> instances = new ArrayList<>();
        Set<Long> theirSeries = new HashSet<>();
        try (ResultSet row = database.query(FORGETTABLE, finishedBefore.toEpochMilli(), BITE)) {
            while (row.next()) {
                instances.add(row.getLong(1));
                theirSeries.add(row.getLong(2));
            }
        }
        for (long instance : instances) {
            try (ResultSet row = database.query(FORGET_DELIVERIES, instance)) {
                while (row.next()) {
                    int state = row.getInt(2);
                    if (state == LedgerRows.DELIVERED || state == LedgerRows.SUPERSEDED) {
                        totals.forgotten(row.getString(1), state);
                    }
                }
            }
            events.forget(instance);
            copies.forget(instance);
            commitments.forget(instance);
            forgetInstance(instance);
        }
        for (long key : theirSeries) {
            series.removeUnused(key);
        }
        affinities.forget(finishedBefore, BITE);
        return instances.size();
    }

    private void forgetInstance(long instance) throws SQLException {
        String sopInstance;
        try (ResultSet row = database.query(FORGET_INSTANCE, instance)) {
            row.next();
            sopInstance = row.getString(1);
        }
        sent.forget(sopInstance);
    }

    public static final String FORGETTABLE = """
            SELECT id, series FROM instance INDEXED BY instance_done
            WHERE finished_at IS NOT NULL AND file = 0 AND finished_at < ? ORDER BY finished_at LIMIT ?""";

    public static final String FORGET_DELIVERIES = """
            DELETE FROM delivery NOT INDEXED WHERE id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023
            RETURNING destination, state""";

    static final String FORGET_INSTANCE = "DELETE FROM instance WHERE id = ? RETURNING sop_instance";
}
