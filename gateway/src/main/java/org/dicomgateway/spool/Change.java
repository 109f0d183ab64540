package org.dicomgateway.spool;

import java.time.Instant;
import java.util.Set;

/** One change of the ledger. Changes are applied in the order in which they are submitted, in batches. */
sealed interface Change {

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

    /** History: finished instances older than this, whose bytes are gone, are forgotten. */
    record Forgotten(Instant finishedBefore) implements Change {}
}
