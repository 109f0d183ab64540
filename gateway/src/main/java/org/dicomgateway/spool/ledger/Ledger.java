package org.dicomgateway.spool.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;

/**
 * The index of the spool: what there is, where it must go, how far it got. It can be rebuilt from the log and the files
 * at any time, and is therefore written behind them.
 *
 * <p>{@link #apply} and {@link #sync} are for one thread, the ledger writer; everything else is for any thread and sees
 * the last applied batch.
 */
public interface Ledger extends AutoCloseable {

    /**
     * Applies changes in their order, all or none.
     *
     * @return how many deliveries were retried, given another destination, or moved between pending and held, and
     *     instances replanned or forgotten, in all; and the destinations for which something may have become due. One {@link Change.Forgotten} forgets
     *     only so many that it takes no noticeable time: repeat it until it forgets none
     * @throws LedgerException when nothing was applied
     */
    Applied apply(List<Change> changes) throws LedgerException;

    /**
     * Makes everything applied so far survive a power failure, and counts that.
     *
     * @param atLeast what the count is afterwards at least
     * @return the count, more than it ever was
     * @throws LedgerCorruptException from the first time that it fails on: what could not be made durable is not known,
     *     and trying again would not tell
     */
    long sync(long atLeast) throws LedgerException;

    /** How often it was synced, as of the last sync. A ledger that says less than it did is an older one. */
    long syncs() throws LedgerException;

    /** What was found damaged, or could not be synced. From then on the ledger is to be built anew at the next start. */
    Optional<LedgerCorruptException> damage();

    /** Everything before this place in the log is applied. */
    LogPosition appliedPosition() throws LedgerException;

    /** The highest instance id ever applied, 0 at first; also of instances that are forgotten. */
    long lastInstanceId() throws LedgerException;

    /**
     * Deliveries of a destination that are pending and due, by priority, then due time, then age; but as PriorityShares
     * says, some of the places are first given to lower priorities. A delivery is left out while the same SOP instance has an older pending delivery to the same destination.
     *
     * @param claimed deliveries to leave out because somebody has them
     * @param before how many this destination got before these
     */
    List<DueDelivery> due(String destination, Instant now, int max, Set<Long> claimed, long before)
            throws LedgerException;

    /** Deliveries that wait for a destination, by id, with ids above {@code afterId}. */
    List<Long> unassigned(long afterId, int max) throws LedgerException;

    /** Pending deliveries of a destination that have other candidates, by id, with ids above {@code afterId}. */
    List<Movable> movable(String destination, long afterId, int max) throws LedgerException;

    /** A delivery that could go elsewhere, and whose it is. */
    record Movable(long deliveryId, String route) {}

    /** Whether a pending delivery would go to another candidate if its destination refused it now. */
    boolean passesOn(long deliveryId) throws LedgerException;

    /** See {@link Outbox#explainsDuplicate}. */
    boolean explainsDuplicate(long instanceId, String destination) throws LedgerException;

    /** Versions that were sent and that a rebuilt ledger must be told of, as the journal does not know them yet. */
    List<SentVersion> unwritten(int max) throws LedgerException;

    /** Pending and parked deliveries of a destination, in any order, but these. */
    List<Long> open(String destination, Set<Long> except, int max) throws LedgerException;

    /** How to read an instance; empty when it is unknown or finished and gone. */
    Optional<StoredInstance> find(long instanceId) throws LedgerException;

    /** Instances without a plan, oldest first, with ids above {@code afterId}. */
    List<StoredInstance> held(long afterId, int max) throws LedgerException;

    /** Unfinished instances whose bytes lie in this segment, by offset. Empty: the segment is free once synced. */
    List<StoredInstance> unfinishedIn(long segment, int max) throws LedgerException;

    /** Bytes of unfinished instances in each segment that has any. */
    Map<Long, Long> unfinishedBytesBySegment() throws LedgerException;

    /** Finished instances that still have a file of their own. */
    List<Long> finishedWithFile(int max) throws LedgerException;

    /** Which of these instances are known, and finished: nobody wants their bytes any more. */
    Set<Long> finished(Collection<Long> instanceIds) throws LedgerException;

    /** The deliveries of an instance, by id. */
    List<PlacedDelivery> deliveries(long instanceId) throws LedgerException;

    /** Unfinished instances with ids above {@code afterId}, by id. */
    List<StoredInstance> unfinished(long afterId, int max) throws LedgerException;

    /** The books, kept as running totals. */
    Map<String, SpoolView.Books> books() throws LedgerException;

    /** The books, counted from the rows (received and delivered: totals): what {@link #books} must say. Slow. */
    Map<String, SpoolView.Books> recount() throws LedgerException;

    /** Number of instances without a plan. */
    long unrouted() throws LedgerException;

    /** Number of deliveries that wait for a destination. */
    long unassigned() throws LedgerException;

    @Override
    void close();

    /**
     * What applying changes did.
     *
     * @param rows how many there were of what the changes are about
     * @param due destinations for which something may have become due
     * @param superseded deliveries that were settled because a newer version was sent there
     */
    record Applied(long rows, Set<String> due, List<Superseded> superseded) {

        /** Without superseded ones. */
        public Applied(long rows, Set<String> due) {
            this(rows, due, List.of());
        }
    }

    /** A delivery that is not made, because {@code newer}, another instance, was sent there before. */
    record Superseded(Instance instance, String route, String destination, long newer) {}

    /**
     * A delivery, and whose it is.
     *
     * @param destination empty while it waits for one
     */
    record PlacedDelivery(long id, String destination, DeliveryState state) {}

    /** A delivery to claim; a versioned one is noted as {@link Change.HandedOut} first. */
    record DueDelivery(
            long deliveryId,
            StoredInstance stored,
            String route,
            int copy,
            String destination,
            int attempts,
            boolean versioned) {}
}
