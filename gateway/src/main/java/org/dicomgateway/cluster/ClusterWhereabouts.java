package org.dicomgateway.cluster;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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

    /**
     * @param sopClass empty when a gateway of a version received it that did not say
     * @param copies all that the database knows of; when it is this gateway's, only those that others were done with
     *     before it took the instance over
     */
    private record Row(long key, boolean ours, String sopClass, List<VersionAt> copies) {}

    /** {@inheritDoc} The database numbers versions in the order in which senders got success for them. */
    @Override
    public Optional<Version> newest(Uid sopInstance) {
        Optional<Row> newest = search.found(transaction -> newest(transaction, sopInstance));
        if (newest.isEmpty()) {
            return here.newest(sopInstance);
        }
        Row row = newest.get();
        if (row.ours()) {
            return here.newest(sopInstance)
                    .map(version -> new Version(
                            version.number(),
                            version.sopClass(),
                            Stream.concat(row.copies().stream(), version.copies().stream())
                                    .toList()));
        }
        Optional<Uid> sopClass = row.sopClass().isEmpty()
                ? here.newest(sopInstance).map(Version::sopClass)
                : Optional.of(Uid.of(row.sopClass()));
        return sopClass.map(known -> new Version(row.key(), known, row.copies()));
    }

    private Optional<Row> newest(Connection transaction, Uid sopInstance) throws SQLException {
        Optional<Row> found = Sql.first(
                transaction,
                row -> new Row(row.getLong(1), row.getInt(2) == membership.id(), row.getString(3), List.of()),
                "SELECT id, home, sop_class FROM instance WHERE sop_instance = ? ORDER BY id DESC LIMIT 1",
                sopInstance.value());
        if (found.isEmpty()) {
            return found;
        }
        Row row = found.get();
        // Of an instance that was taken over, each gateway has the copies that it was done with.
        List<VersionAt> copies = Sql.list(
                transaction,
                ClusterWhereabouts::copy,
                "SELECT * FROM copy WHERE instance = ? AND (NOT ? OR home <> ?) ORDER BY home, place",
                row.key(),
                row.ours(),
                membership.id());
        return Optional.of(new Row(row.key(), row.ours(), row.sopClass(), copies));
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
