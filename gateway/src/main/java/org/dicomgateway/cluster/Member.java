package org.dicomgateway.cluster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * A member of the cluster: a gateway with one spool.
 *
 * @param node the name of the gateway
 * @param epoch rises whenever it joins, or is declared dead
 * @param beat rises while it works
 * @param since when it took its state
 * @param rules the digest of the rules that it works by; empty: it has not said
 * @param transforms the digest of its transforms with their tables and keys; empty: it has not said, or has none
 */
record Member(
        int id,
        String node,
        long epoch,
        State state,
        long beat,
        String software,
        Instant since,
        String rules,
        String transforms) {

    /** For {@link #read}; a condition may follow. */
    static final String SELECT = "SELECT id, node, epoch, state, beat, software, since, rules, transforms FROM member";

    /** The states of a member, by their numbers in the database. */
    enum State {
        WORKING,
        DEAD,
        LEFT
    }

    static Member read(ResultSet row) throws SQLException {
        return new Member(
                row.getInt("id"),
                row.getString("node"),
                row.getLong("epoch"),
                State.values()[row.getInt("state")],
                row.getLong("beat"),
                row.getString("software"),
                row.getTimestamp("since").toInstant(),
                row.getString("rules"),
                row.getString("transforms"));
    }

    /** Whether this is the same member without a sign of life in between. */
    boolean isUnchangedSince(Member before) {
        return id == before.id && epoch == before.epoch && beat == before.beat;
    }
}
