package org.dicomgateway.spool;

import java.util.List;

/**
 * Where one instance goes: made once, at receipt, by one version of the rules, and durable with the instance.
 *
 * @param rulesVersion the version of the rules that made it
 * @param deliveries what to deliver; empty: no rule applied, the instance is held until the rules change
 */
public record Plan(long rulesVersion, List<PlannedDelivery> deliveries) {

    /** The most deliveries of one instance. */
    public static final int MAX_DELIVERIES = 1024;

    /** Copies the list. @throws IllegalArgumentException with more than {@link #MAX_DELIVERIES} */
    public Plan {
        deliveries = List.copyOf(deliveries);
        if (deliveries.size() > MAX_DELIVERIES) {
            throw new IllegalArgumentException("an instance has at most " + MAX_DELIVERIES + " deliveries, not "
                    + deliveries.size() + ": too many routes match it");
        }
    }

    /**
     * One copy of the instance that one destination must get.
     *
     * @param route the route that wants it
     * @param copy 1 for the first copy of this route, 2 for the second …
     * @param candidates destinations that may get it, in the route's order; with exactly one the choice is made
     * @param priority higher goes first
     * @param nextWhenRefused what one candidate refuses goes to another that has not, before it is parked
     */
    public record PlannedDelivery(
            String route, int copy, List<String> candidates, int priority, boolean nextWhenRefused) {

        /** Copies the list. @throws IllegalArgumentException without a candidate */
        public PlannedDelivery {
            candidates = List.copyOf(candidates);
            if (candidates.isEmpty()) {
                throw new IllegalArgumentException("a delivery of route " + route + " needs a destination");
            }
        }

        /** One that is parked when it is refused. */
        public PlannedDelivery(String route, int copy, List<String> candidates, int priority) {
            this(route, copy, candidates, priority, false);
        }
    }
}
