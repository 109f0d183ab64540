package org.dicomgateway.spool.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;

/** One change of the ledger. The ledger applies changes in batches, in the order of submission. */
public sealed interface Change {

    /**
     * An instance is in the log, or in a file that the log refers to. Applying this twice changes nothing.
     *
     * @param plan what to deliver; empty: held until the rules change
     * @param end the position after the record; moves the applied position forward
     */
    record Received(StoredInstance stored, Plan plan, LogPosition end) implements Change {}

    /**
     * A claim has ended.
     *
     * @param check when it is due to check whether the destination holds the instance, if it was delivered; empty:
     *     never
     * @param commitment when the destination is to be asked for storage commitment, if it was delivered; empty: never
     */
    record Settled(
            long deliveryId, Settlement settlement, Instant at, Optional<Instant> check, Optional<Instant> commitment)
            implements Change {

        /** Creates the end of a claim after which the destination is asked nothing. */
        public Settled(long deliveryId, Settlement settlement, Instant at) {
            this(deliveryId, settlement, at, Optional.empty(), Optional.empty());
        }
    }

    /** The result of a check. Dropped when the delivery is not in the state delivered, or was made again since. */
    record Checked(Copies.Checked result) implements Change {}

    /** A copy that is to be checked is checked not before this time. */
    record CheckPostponed(long deliveryId, Instant until) implements Change {}

    /** Something was asked or said about the commitment of a copy. Dropped when its delivery was made again since. */
    record CommitmentNoted(CopyCommitments.Note note) implements Change {}

    /** See {@link CopyCommitments#hasten}. */
    record CommitmentsHastened(String destination, Instant latest) implements Change {}

    /**
     * A delivered delivery becomes pending again, from its first attempt, because the destination does not hold the
     * instance. Does nothing in any other state.
     *
     * @param restored the instance as it now lies in a file of its own, which is durable; empty when its bytes are
     *     where they were
     * @param reason why, for operators
     */
    record SentAgain(long deliveryId, Optional<StoredInstance> restored, String reason, Instant at) implements Change {}

    /** The part-10 stream now lies in a file of its own, which is durable. */
    record Moved(long instanceId) implements Change {}

    /** The file of a finished instance was deleted. */
    record FileDeleted(long instanceId) implements Change {}

    /** The file of a finished instance is kept. */
    record FileKept(long instanceId) implements Change {}

    /** A held instance gets a plan. Does nothing when the instance is no longer held, or the plan is empty. */
    record Replanned(long instanceId, Plan plan) implements Change {}

    /** Parked deliveries become pending again, with no attempts counted. */
    record Retried(SpoolView.Selection selection, Instant at) implements Change {}

    /**
     * From now on exactly these destinations exist. Pending deliveries of other destinations become held; held
     * deliveries of these become pending.
     */
    record DestinationsChanged(Set<String> present) implements Change {}

    /**
     * A destination became usable or unusable. Chooses again for those of {@code deliveries} that have no destination
     * and could go to this one. If this destination is unusable, also chooses again for those that wait for it and
     * could go elsewhere.
     *
     * @param deliveries not claimed, and not to be claimed before this change is applied
     */
    record Reconsidered(String destination, List<Long> deliveries, Instant at) implements Change {

        public Reconsidered {
            deliveries = List.copyOf(deliveries);
        }
    }

    /**
     * Moves deliveries from {@code from} to {@code to} alone. They become pending, from their first attempt. Skips
     * deliveries that {@code from} no longer has or has settled as delivered. An empty {@code from} means deliveries
     * without a destination.
     *
     * @param deliveries not claimed, and not to be claimed before this change is applied
     */
    record Rerouted(String from, String to, List<Long> deliveries, Instant at) implements Change {

        public Rerouted {
            deliveries = List.copyOf(deliveries);
        }
    }

    /** A destination is about to be sent this instead of the instance. It replaces an earlier note about the same. */
    record SentAsNoted(long deliveryId, String destination, SentAs sentAs) implements Change {}

    /** Nothing was sent of what was noted, and nothing had been noted before. */
    record SentAsWithdrawn(long deliveryId, String destination) implements Change {}

    /**
     * A new ledger forgot what deliveries were noted to be sent as at a destination: notes what is still known, for
     * each delivery and this destination.
     *
     * @param version the version of the transforms; empty: what was received
     * @param others for instances with ids up to this one, it may have been another version
     */
    record SentAsForgotten(String destination, String version, long others) implements Change {}

    /**
     * These versioned deliveries are about to be sent. If the process ends before they are settled, they may have
     * arrived.
     */
    record HandedOut(List<Long> deliveries) implements Change {

        public HandedOut {
            deliveries = List.copyOf(deliveries);
        }
    }

    /** The process has started. Whatever it was sending when it last ended got no answer. */
    record Restarted(Instant at) implements Change {}

    /** These versions were sent before the ledger was rebuilt. */
    record Sent(List<SentVersion> versions, Instant at) implements Change {

        public Sent {
            versions = List.copyOf(versions);
        }
    }

    /** The journal contains these versions. */
    record Written(List<SentVersion> versions) implements Change {

        public Written {
            versions = List.copyOf(versions);
        }
    }

    /**
     * No pending delivery waits beyond this time. Needed when the clock was set back: deliveries would wait too long;
     * and when an operator wants a destination to be tried now.
     *
     * @param destination only those of this destination; empty for all
     */
    record Hastened(String destination, Instant latest) implements Change {

        /** All pending deliveries. */
        public Hastened(Instant latest) {
            this("", latest);
        }
    }

    /** Moves postponed deliveries to the new opening of their route; see {@link Outbox#hoursChanged}. */
    record HoursChanged(Map<String, Instant> openings, Instant at) implements Change {

        public HoursChanged {
            openings = Map.copyOf(openings);
        }
    }

    /**
     * Gives up deliveries permanently, if they are parked or held. Also gives up instances that no route applied to.
     *
     * @param deliveries not claimed, and not to be claimed before this change is applied
     * @param reason why, for operators
     * @param again whether this repeats an earlier decision on a rebuilt ledger: pending deliveries are then given up
     *     as well
     */
    record Discarded(List<Long> deliveries, List<Long> instances, String reason, Instant at, boolean again)
            implements Change {

        public Discarded(List<Long> deliveries, List<Long> instances, String reason, Instant at) {
            this(deliveries, instances, reason, at, false);
        }

        public Discarded {
            deliveries = List.copyOf(deliveries);
            instances = List.copyOf(instances);
        }
    }

    /** Deletes history: finished instances older than this, if their bytes are gone. */
    record Forgotten(Instant finishedBefore) implements Change {}
}
