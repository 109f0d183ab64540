package org.dicomgateway.spool.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;

/** One change of the ledger. Changes are applied in the order in which they are submitted, in batches. */
public sealed interface Change {

    /**
     * An instance is in the log (or in a file the log refers to). Applying it again changes nothing.
     *
     * @param plan what to deliver; empty: held until the rules change
     * @param end the position after its record; moves the applied position forward
     */
    record Received(StoredInstance stored, Plan plan, LogPosition end) implements Change {}

    /** A claim ended. */
    record Settled(long deliveryId, Settlement settlement, Instant at) implements Change {}

    /** The part-10 stream now lies in a file of its own, which is durable. */
    record Moved(long instanceId) implements Change {}

    /** The file of a finished instance was deleted. */
    record FileDeleted(long instanceId) implements Change {}

    /** An instance that was held gets a plan. Nothing happens when it is no longer held, or the plan is empty. */
    record Replanned(long instanceId, Plan plan) implements Change {}

    /** Parked deliveries become pending again, with no attempts counted. */
    record Retried(SpoolView.Selection selection, Instant at) implements Change {}

    /** From now on these destinations exist: pending deliveries of all others are held, held ones of these pending. */
    record DestinationsChanged(Set<String> present) implements Change {}

    /**
     * What this destination can do has changed. Those of the deliveries that wait for a destination, and could go to
     * this one, are chosen again; and when this one cannot be used, those that wait for it and could go elsewhere.
     *
     * @param deliveries none of them claimed, nor to be claimed before this is applied
     */
    record Reconsidered(String destination, List<Long> deliveries, Instant at) implements Change {

        public Reconsidered {
            deliveries = List.copyOf(deliveries);
        }
    }

    /**
     * Those of the deliveries that {@code from} has and has not settled as delivered belong to {@code to} alone, pending
     * from their first attempt. Empty {@code from}: those that wait for a destination.
     *
     * @param deliveries none of them claimed, nor to be claimed before this is applied
     */
    record Rerouted(String from, String to, List<Long> deliveries, Instant at) implements Change {

        public Rerouted {
            deliveries = List.copyOf(deliveries);
        }
    }

    /** These versioned deliveries are about to be sent: when the process ends before they are settled, they may have been. */
    record HandedOut(List<Long> deliveries) implements Change {

        public HandedOut {
            deliveries = List.copyOf(deliveries);
        }
    }

    /** The process was started: what was being sent when it ended got no answer. */
    record Restarted(Instant at) implements Change {}

    /** These were sent before the ledger was built anew. */
    record Sent(List<SentVersion> versions, Instant at) implements Change {

        public Sent {
            versions = List.copyOf(versions);
        }
    }

    /** The journal has these. */
    record Written(List<SentVersion> versions) implements Change {

        public Written {
            versions = List.copyOf(versions);
        }
    }

    /** No pending delivery waits for longer than until then: the clock was set back, and would make it wait for nothing. */
    record Hastened(Instant latest) implements Change {}

    /** What was put off until its route opens is due then by these hours; see {@link Outbox#hoursChanged}. */
    record HoursChanged(Map<String, Instant> openings, Instant at) implements Change {

        public HoursChanged {
            openings = Map.copyOf(openings);
        }
    }

    /**
     * Those of the deliveries that are parked or held are given up for good, and those of the instances that no route
     * applied to.
     *
     * @param deliveries none of them claimed, nor to be claimed before this is applied
     * @param reason why, for operators
     * @param again whether it was decided before, and a ledger that is built anew is told: what is pending is given up,
     *     too
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

    /** History: finished instances older than this, whose bytes are gone, are forgotten. */
    record Forgotten(Instant finishedBefore) implements Change {}
}
