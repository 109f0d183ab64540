package org.dicomgateway.spool.ledger;

import org.dicomgateway.spool.Plan;

/** Builds the key of a delivery from the instance's key and the delivery's place in the plan. */
public final class DeliveryId {

    private DeliveryId() {}

    /** Returns the key of the delivery at this place in the instance's plan. */
    public static long of(long instanceId, int place) {
        return instanceId * Plan.MAX_DELIVERIES + place;
    }

    /** Returns the delivery's place in its instance's plan. */
    public static int place(long deliveryId) {
        return (int) (deliveryId % Plan.MAX_DELIVERIES);
    }

    /** Returns the key of the delivery's instance. */
    public static long instance(long deliveryId) {
        return deliveryId / Plan.MAX_DELIVERIES;
    }
}
