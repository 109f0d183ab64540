package org.dicomgateway.spool.ledger;

import org.dicomgateway.spool.Plan;

/** The key of a delivery is made of its instance's and its place in the plan. */
public final class DeliveryId {

    private DeliveryId() {}

    /** The key of a delivery: its instance's, and its place in the plan. */
    public static long of(long instanceId, int place) {
        return instanceId * Plan.MAX_DELIVERIES + place;
    }

    /** The place in its instance's plan that a delivery has. */
    public static int place(long deliveryId) {
        return (int) (deliveryId % Plan.MAX_DELIVERIES);
    }

    /** The instance that a delivery is of. */
    public static long instance(long deliveryId) {
        return deliveryId / Plan.MAX_DELIVERIES;
    }
}
