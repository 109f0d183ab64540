package org.dicomgateway.spool;

import java.util.List;

/**
 * The planned deliveries of one instance. Made once, at receipt, by one version of the rules, and stored with the
 * instance.
 *
 * @param rulesVersion the version of the rules that made the plan
 * @param deliveries what to deliver. Empty when no rule applied: the instance is held until the rules change
 */
public record Plan(long rulesVersion, List<PlannedDelivery> deliveries) {

    /** The maximum number of deliveries of one instance. */
    public static final int MAX_DELIVERIES = 1024;

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException with more than {@link #MAX_DELIVERIES}
     */
    public Plan {
        deliveries = List.copyOf(deliveries);
        if (deliveries.size() > MAX_DELIVERIES) {
            throw new IllegalArgumentException("an instance has at most " + MAX_DELIVERIES + " deliveries, not "
                    + deliveries.size() + ": too many routes match it");
        }
    }

    /**
     * One copy of the instance for one destination.
     *
     * @param route the route that requested the delivery
     * @param copy 1 for the first copy of this route, 2 for the second, and so on
     * @param candidates possible destinations in the route's order; a single candidate is the destination
     * @param priority a delivery with a higher priority goes first
     * @param nextWhenRefused whether a refused delivery goes to a candidate that has not refused it yet, before it is
     *     parked
     */
    public record PlannedDelivery(
            String route, int copy, List<String> candidates, int priority, boolean nextWhenRefused) {

        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException without a candidate
         */
        public PlannedDelivery {
            candidates = List.copyOf(candidates);
            if (candidates.isEmpty()) {
                throw new IllegalArgumentException("a delivery of route " + route + " needs a destination");
            }
        }
    }
}
