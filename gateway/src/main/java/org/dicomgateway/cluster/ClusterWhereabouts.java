package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Optional;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.Whereabouts;
import org.jspecify.annotations.Nullable;

/**
 * Where instances are, over all gateways: a sender may ask another gateway for storage commitment than the one that it
 * sent to. What this gateway has it knows from its own spool; what another one received last, from the database, also
 * when that gateway is gone. That is some moments behind: a commitment comes later, never too early.
 */
final class ClusterWhereabouts implements Whereabouts {

    private final Whereabouts here;
    private final Membership membership;
    private final ClusterSearch search;

    ClusterWhereabouts(Whereabouts here, Membership membership, ClusterSearch search) {
        this.here = here;
        this.membership = membership;
        this.search = search;
    }

    @Override
    public void catchUp() {
        here.catchUp();
    }

    /** @param home the member that has it */
    private record Row(long key, int home, String sopClass) {}

    /** {@inheritDoc} The database numbers versions in the order in which senders got success for them. */
    @Override
    public Optional<Version> newest(Uid sopInstance) {
        Optional<Version> elsewhere = search.found(transaction -> elsewhere(transaction, sopInstance));
        return elsewhere.isPresent() ? elsewhere : here.newest(sopInstance);
    }

    /** Empty when the newest version is this gateway's, or there is none. */
    private Optional<Version> elsewhere(Connection transaction, Uid sopInstance) throws SQLException {
        Optional<Row> newest = Sql.first(
                transaction,
                row -> new Row(row.getLong(1), row.getInt(2), row.getString(3)),
                "SELECT id, home, sop_class FROM instance WHERE sop_instance = ? ORDER BY id DESC LIMIT 1",
                sopInstance.value());
        if (newest.isEmpty()
                || newest.get().home() == membership.id()
                || newest.get().sopClass().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Version(
                newest.get().key(),
                Uid.of(newest.get().sopClass()),
                Sql.list(
                        transaction,
                        ClusterWhereabouts::copy,
                        "SELECT c.* FROM copy c JOIN instance i ON i.id = c.instance AND i.home = c.home "
                                + "AND i.local_id = c.local_id WHERE i.id = ? ORDER BY c.place",
                        newest.get().key())));
    }

    private static VersionAt copy(ResultSet row) throws SQLException {
        int failure = row.getInt("failure");
        int found = row.getInt("found");
        @Nullable Timestamp checked = row.getTimestamp("checked_at");
        @Nullable Timestamp answered = row.getTimestamp("answered_at");
        return new VersionAt(
                row.getString("route"),
                Optional.ofNullable(row.getString("destination")),
                CopyStates.of(row.getInt("state")),
                false,
                Optional.ofNullable(checked).map(at -> new FoundCheck(CopyStates.found(found), at.toInstant(), "", "")),
                Optional.ofNullable(answered)
                        .map(at -> new Commitment(
                                at.toInstant(),
                                failure == 0 ? Optional.empty() : Optional.of(new FailureReason(failure)))));
    }
}
