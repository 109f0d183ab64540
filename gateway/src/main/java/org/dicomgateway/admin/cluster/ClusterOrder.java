package org.dicomgateway.admin.cluster;

import org.dicomgateway.spool.SpoolView.Selection;

/**
 * What an operator orders from the gateways of a cluster.
 *
 * @param operator their name; may be empty
 * @param address where the request came from
 * @param selection which deliveries; of a pause or a resume, only the destination counts
 * @param reason of a discard or a pause; may be empty
 * @param gateway the only one that has to do it; empty: all
 */
public record ClusterOrder(
        Action action, String operator, String address, Selection selection, String reason, String gateway) {

    /** What can be ordered. */
    public enum Action {
        /** Try parked deliveries again. */
        RETRY,
        /** Discard parked or held deliveries. */
        DISCARD,
        /** Send nothing more to a destination. */
        PAUSE,
        /** Send to it again. */
        RESUME;

        /** Whether it is about a destination, and a gateway that comes back does it however late. */
        public boolean isSteering() {
            return this == PAUSE || this == RESUME;
        }
    }
}
