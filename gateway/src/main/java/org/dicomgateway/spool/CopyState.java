package org.dicomgateway.spool;

/** Whether a destination holds what was delivered to it. */
public enum CopyState {
    /** Delivered, and not checked yet. */
    UNCHECKED,
    /** The destination holds what was sent, at the time of the check. */
    VERIFIED,
    /** The destination does not have the instance. */
    MISSING,
    /** The destination has other content under the same SOP Instance UID. */
    DIFFERING,
    /** The destination has the instance, but it cannot be said whether that is what was sent. */
    UNVERIFIABLE,
    /** A newer version was sent there since: the destination should hold that one, and not this. */
    REPLACED
}
