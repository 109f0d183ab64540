package org.dicomgateway.spool;

/** How far a delivery got. */
public enum DeliveryState {
    /** Waiting or in flight. */
    PENDING,
    /** Done. */
    DELIVERED,
    /** Given up until an operator retries or discards it. */
    PARKED,
    /** Done by another route's delivery to the same destination; in no books. */
    MERGED,
    /** Given up for good by an operator; in no books. */
    DISCARDED,
    /** Not sent, because a newer version of the same SOP Instance UID was sent there before. */
    SUPERSEDED,
    /** Waiting for a destination that is not in the rules. */
    HELD
}
