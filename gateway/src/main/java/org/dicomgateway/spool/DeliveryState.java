package org.dicomgateway.spool;

/** How far a delivery got. */
public enum DeliveryState {
    /** Waiting or in flight. */
    PENDING(LedgerRows.PENDING),
    /** Done. */
    DELIVERED(LedgerRows.DELIVERED),
    /** Given up until an operator retries or discards it. */
    PARKED(LedgerRows.PARKED),
    /** Done by another route's delivery to the same destination; in no books. */
    MERGED(LedgerRows.MERGED),
    /** Given up for good by an operator; in no books. */
    DISCARDED(LedgerRows.DISCARDED),
    /** Not sent, because a newer version of the same SOP Instance UID was sent there before. */
    SUPERSEDED(LedgerRows.SUPERSEDED),
    /** Waiting for a destination that is not in the rules. */
    HELD(LedgerRows.HELD);

    private final int code;

    DeliveryState(int code) {
        this.code = code;
    }

    /** As in the ledger, but for {@link #HELD}, which is none of its states. */
    int code() {
        return code;
    }

    static DeliveryState of(int code) {
        for (DeliveryState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IllegalArgumentException("no such state of a delivery: " + code);
    }
}
