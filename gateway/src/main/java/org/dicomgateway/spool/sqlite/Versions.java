package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.SentVersion;

/**
 * Keeps the versions of an instance in order. Versions are instances with the same SOP Instance UID and different
 * content. An older version is never sent to a destination after a newer one was sent there, or may have been. Its
 * delivery is settled as superseded. A resend has the same content and the same sender. It supersedes nothing and is
 * delivered.
 */
public final class Versions {

    private final Statements database;
    private final LedgerTotals totals;
    private final Completion completion;
    private final DeliveryEvents events;
    private final SentVersions sent;
    private final List<Ledger.Superseded> superseded = new ArrayList<>();

    Versions(Statements database, LedgerTotals totals, Completion completion, DeliveryEvents events) {
        this.database = database;
        this.totals = totals;
        this.completion = completion;
        this.events = events;
        this.sent = new SentVersions(database);
    }

    SentVersions sent() {
        return sent;
    }

    /** Returns the deliveries that were superseded since the last call. */
    List<Ledger.Superseded> takeSuperseded() {
        List<Ledger.Superseded> taken = List.copyOf(superseded);
        superseded.clear();
        return taken;
    }

    /** Whether other instances have the same UID. From then on their deliveries are marked as versioned. */
    boolean meet(Instance instance) throws SQLException {
        List<Long> others = database.numbers(OTHERS, instance.sopInstance().value(), instance.id());
        for (long other : others) {
            database.update(VERSIONED, other);
            sent.deliveredBefore(other);
        }
        return !others.isEmpty();
    }

    /** See {@link Change.HandedOut}. */
    void handedOut(List<Long> deliveries) throws SQLException {
        for (long id : deliveries) {
            for (DeliveryRow row : DeliveryRow.of(database, DeliveryId.instance(id))) {
                String destination = row.destination();
                if (row.id() == id && row.isPending() && destination != null) {
                    sent.sending(DeliveryId.instance(id), destination);
                }
            }
        }
    }

    /**
     * Notes the end of an attempt.
     *
     * @param there whether the destination has the instance
     * @param due gets the destinations for which something may have become due
     */
    void settled(Change.Settled settled, boolean there, String destination, boolean versioned, Set<String> due)
            throws SQLException {
        long instance = DeliveryId.instance(settled.deliveryId());
        if (there || settled.settlement().unanswered()) {
            if (versioned || !there) {
                sent.sent(instance, destination, there ? SentVersions.THERE : SentVersions.NO_ANSWER);
            }
            if (versioned) {
                supersedeOlder(instance, destination, settled.at(), due);
            }
        } else if (versioned) {
            sent.notSent(instance, destination);
        }
    }

    /** See {@link Change.Restarted}. */
    void restarted(Instant at, Set<String> due) throws SQLException {
        for (SentVersion version : sent.brokenOff()) {
            supersedeOlder(version, at, due);
        }
    }

    /** See {@link Change.Sent}. */
    void sentBefore(List<SentVersion> versions, Instant at, Set<String> due) throws SQLException {
        for (SentVersion version : versions) {
            sent.sent(version);
            for (long instance : database.numbers(WITH_UID, version.sopInstance())) {
                database.update(VERSIONED, instance);
            }
            supersedeOlder(version, at, due);
        }
    }

    private void supersedeOlder(long instance, String destination, Instant at, Set<String> due) throws SQLException {
        SentVersion version;
        try (ResultSet row = database.query(STREAM, instance)) {
            if (!row.next()) {
                return;
            }
            version = new SentVersion(
                    row.getString(1), destination, instance, row.getLong(2), row.getInt(3), true, List.of());
        }
        supersedeOlder(version, at, due);
    }

    private void supersedeOlder(SentVersion version, Instant at, Set<String> due) throws SQLException {
        List<Long> older = database.numbers(
                OLDER_PENDING,
                version.sopInstance(),
                version.instanceId(),
                version.length(),
                version.crc32c(),
                version.destination());
        for (long id : older) {
            supersede(id, version.instanceId(), at, due);
        }
    }

    /**
     * Deliveries of this instance became pending. Supersedes those whose destination was sent a newer version before.
     */
    void review(long instance, Instant at, Set<String> due) throws SQLException {
        for (DeliveryRow row : DeliveryRow.of(database, instance)) {
            String destination = row.destination();
            if (row.versioned() && row.isPending() && destination != null) {
                OptionalLong newer = sent.newerAt(instance, destination);
                if (newer.isPresent()) {
                    supersede(row.id(), newer.getAsLong(), at, due);
                }
            }
        }
    }

    /** Settles a pending delivery as superseded. */
    private void supersede(long delivery, long newer, Instant at, Set<String> due) throws SQLException {
        String reason = reason(newer);
        String destination;
        String route;
        long bytes;
        try (ResultSet row = database.query(SUPERSEDE, reason, at.toEpochMilli(), delivery)) {
            if (!row.next()) {
                return;
            }
            destination = row.getString(1);
            route = row.getString(2);
            bytes = row.getLong(3);
        }
        long instance = DeliveryId.instance(delivery);
        totals.moved(destination, LedgerRows.PENDING, LedgerRows.SUPERSEDED, 1, bytes);
        events.happened(delivery, DeliveryEvents.Kind.SUPERSEDED, destination, null, reason, at);
        try (ResultSet row = database.query(Placement.INSTANCE, instance)) {
            if (row.next()) {
                superseded.add(new Ledger.Superseded(LedgerRows.stored(row).instance(), route, destination, newer));
            }
        }
        completion.check(instance, at);
        due.add(destination); // a delivery behind it may go now
    }

    private static String reason(long newer) {
        return "instance " + newer + ", a newer version, was sent there before";
    }

    /** Includes instances that are known only from {@code sent}: a held instance may get its plan much later. */
    public static final String OTHERS = """
            SELECT id FROM instance INDEXED BY instance_by_sop WHERE sop_instance = ?1 AND id <> ?2
            UNION ALL SELECT instance FROM sent WHERE sop_instance = ?1 AND instance <> ?2""";

    static final String WITH_UID = "SELECT id FROM instance INDEXED BY instance_by_sop WHERE sop_instance = ?";

    public static final String VERSIONED = """
            UPDATE delivery NOT INDEXED SET versioned = 1
            WHERE id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 AND versioned = 0""";

    static final String STREAM = "SELECT sop_instance, length, crc32c FROM instance NOT INDEXED WHERE id = ?";

    public static final String OLDER_PENDING = """
            SELECT e.id FROM instance o INDEXED BY instance_by_sop CROSS JOIN delivery e NOT INDEXED
            WHERE o.sop_instance = ?1 AND o.id < ?2 AND o.finished_at IS NULL AND (o.length <> ?3 OR o.crc32c <> ?4)
              AND e.id BETWEEN o.id * 1024 AND o.id * 1024 + 1023 AND e.destination = ?5 AND e.state = 0
            ORDER BY o.id""";

    public static final String SUPERSEDE = """
            UPDATE delivery NOT INDEXED SET state = 5, last_status = NULL, last_error = ?, settled_at = ?
            WHERE id = ? AND state = 0 AND destination IS NOT NULL RETURNING destination, route, bytes""";
}
