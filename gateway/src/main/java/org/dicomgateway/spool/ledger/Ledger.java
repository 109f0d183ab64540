package org.dicomgateway.spool.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;

/**
 * The index of the spool: which instances exist, where they must go, and how far they got. The ledger can be rebuilt
 * from the log and the files at any time. It is therefore written after them.
 *
 * <p>{@link #apply} and {@link #sync} are for one thread, the ledger writer. Every other method is for any thread and
 * sees the last applied batch.
 */
public interface Ledger extends AutoCloseable {

    /**
     * Applies changes in order, all or none.
     *
     * @return the destinations for which something may have become due, and a number of rows. The rows are all
     *     deliveries that were retried, moved to another destination, or moved between pending and held, and all
     *     instances that were replanned or forgotten. One {@link Change.Forgotten} deletes only a limited number, so
     *     that it takes no noticeable time: repeat it until it deletes none
     * @throws LedgerException when nothing was applied
     */
    Applied apply(List<Change> changes) throws LedgerException;

    /**
     * Makes all applied changes survive a power failure, and counts the sync.
     *
     * @param atLeast the minimum of the count afterwards
     * @return the new count, greater than every earlier one
     * @throws LedgerCorruptException on the first failure, and on every later call. It is then unknown what is durable,
     *     and another try would not show it
     */
    long sync(long atLeast) throws LedgerException;

    /** The count of syncs, as of the last sync. A ledger whose count is smaller than before is an older one. */
    long syncs() throws LedgerException;

    /** The damage that was found, or the failure of a sync. With damage, the next start rebuilds the ledger. */
    Optional<LedgerCorruptException> damage();

    /** The applied position: the ledger has applied everything before this place in the log. */
    LogPosition appliedPosition() throws LedgerException;

    /** The highest instance id ever applied, also of instances that are forgotten; 0 at first. */
    long lastInstanceId() throws LedgerException;

    /**
     * Finds deliveries of a destination that are pending and due. They are ordered by priority, then due time, then
     * age. Some places go to lower priorities first; see PriorityShares. Skips a delivery while the same SOP instance
     * has an older pending delivery to the same destination.
     *
     * @param claimed claimed deliveries, which are skipped
     * @param before how many deliveries this destination got before these
     */
    List<DueDelivery> due(String destination, Instant now, int max, Set<Long> claimed, long before)
            throws LedgerException;

    /** Deliveries without a destination and with ids above {@code afterId}, sorted by id. */
    List<Long> unassigned(long afterId, int max) throws LedgerException;

    /** Pending deliveries of a destination that have other candidates and ids above {@code afterId}, sorted by id. */
    List<Movable> movable(String destination, long afterId, int max) throws LedgerException;

    /** A delivery that could go to another candidate, and its route. */
    record Movable(long deliveryId, String route) {}

    /** Whether a pending delivery would go to another candidate if its destination refused it now. */
    boolean passesOn(long deliveryId) throws LedgerException;

    /** See {@link Outbox#explainsDuplicate}. */
    boolean explainsDuplicate(long instanceId, String destination) throws LedgerException;

    /** What a delivery was noted to be sent as at a destination; empty: nothing was noted. */
    Optional<SentAs> sentAs(long deliveryId, String destination) throws LedgerException;

    /** Whether any instance with this SOP Instance UID is known, or was sent to any destination. */
    boolean knows(String sopInstance) throws LedgerException;

    /** Sent versions that a rebuilt ledger must know, and that the journal does not contain yet. */
    List<SentVersion> unwritten(int max) throws LedgerException;

    /** Pending and parked deliveries of a destination in any order, except {@code except}. */
    List<Long> open(String destination, Set<Long> except, int max) throws LedgerException;

    /** The location of an instance; empty when the instance is unknown, or finished and removed. */
    Optional<StoredInstance> find(long instanceId) throws LedgerException;

    /** The instance, in any state; its bytes may be gone. Empty when the instance is unknown. */
    Optional<StoredInstance> known(long instanceId) throws LedgerException;

    /** Instances without a plan and with ids above {@code afterId}, oldest first. */
    List<StoredInstance> held(long afterId, int max) throws LedgerException;

    /**
     * Unfinished instances whose bytes are in this segment, sorted by offset. When empty, the segment is free after a
     * sync.
     */
    List<StoredInstance> unfinishedIn(long segment, int max) throws LedgerException;

    /** Bytes of unfinished instances, for each segment with such instances. */
    Map<Long, Long> unfinishedBytesBySegment() throws LedgerException;

    /** Finished instances that still have their own file. */
    List<Long> finishedWithFile(int max) throws LedgerException;

    /** Those of these instances that are known and finished: their bytes are no longer needed. */
    Set<Long> finished(Collection<Long> instanceIds) throws LedgerException;

    /** The deliveries of an instance, sorted by id. */
    List<PlacedDelivery> deliveries(long instanceId) throws LedgerException;

    /** The plan of an instance, as its deliveries tell; empty when the instance is unknown. */
    Optional<Plan> plan(long instanceId) throws LedgerException;

    /** Unfinished instances with ids above {@code afterId}, sorted by id. */
    List<StoredInstance> unfinished(long afterId, int max) throws LedgerException;

    /** The books, from the running totals. */
    Map<String, SpoolView.Books> books() throws LedgerException;

    /**
     * The books, counted from the rows; received and delivered also include forgotten deliveries. Must equal
     * {@link #books}. Slow.
     */
    Map<String, SpoolView.Books> recount() throws LedgerException;

    /** When the last instance of a study was received; empty when no instance of it is known. */
    Optional<Instant> lastReceived(String study) throws LedgerException;

    /** Instances with keys above {@code afterId}, sorted by key. */
    List<SpoolView.Receipt> receivedAfter(long afterId, int max) throws LedgerException;

    /** The number of instances without a plan. */
    long unrouted() throws LedgerException;

    /** The number of deliveries without a destination. */
    long unassigned() throws LedgerException;

    @Override
    void close();

    /**
     * The result of applied changes.
     *
     * @param rows the number of affected rows; see {@link #apply}
     * @param due destinations for which something may have become due
     * @param superseded deliveries that were settled because a newer version was sent to the destination
     */
    record Applied(long rows, Set<String> due, List<Superseded> superseded) {

        /** Creates a result without superseded deliveries. */
        public Applied(long rows, Set<String> due) {
            this(rows, due, List.of());
        }
    }

    /** A delivery that will not be sent, because {@code newer}, another instance, was sent there before. */
    record Superseded(Instance instance, String route, String destination, long newer) {}

    /**
     * A delivery and its destination.
     *
     * @param route the route that requested it
     * @param destination empty while none is chosen
     * @param reason why it is parked; empty in any other state
     * @param lastCheck the last check of what the destination holds, without its details; empty: it was never checked
     * @param commitment what the destination last reported about its commitment; empty when it reported nothing
     */
    record PlacedDelivery(
            long id,
            String route,
            String destination,
            DeliveryState state,
            String reason,
            Optional<FoundCheck> lastCheck,
            Optional<Commitment> commitment) {}

    /** A delivery to claim. If it is versioned, {@link Change.HandedOut} must be applied first. */
    record DueDelivery(
            long deliveryId,
            StoredInstance stored,
            String route,
            int copy,
            String destination,
            int attempts,
            boolean versioned) {}
}
