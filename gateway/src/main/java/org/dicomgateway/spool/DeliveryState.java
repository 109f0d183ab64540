package org.dicomgateway.spool;

/** The progress of a delivery. */
public enum DeliveryState {
    /** Waiting or in flight. */
    PENDING,
    /** The destination has the instance. */
    DELIVERED,
    /** Given up until an operator retries or discards the delivery. */
    PARKED,
    /** Done by another route's delivery to the same destination; not counted in the books. */
    MERGED,
    /** Given up permanently by an operator; not counted in the books. */
    DISCARDED,
    /** Not sent, because a newer version of the same SOP Instance UID was sent to this destination before. */
    SUPERSEDED,
    /** Waiting for a destination that is not configured. */
    HELD
}
