package org.dicomgateway.spool;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which of its candidates gets a delivery, from what is known of the servers at this moment. Asked when the
 * delivery enters the ledger, and again while it waits and its destination stops being usable. Called in the ledger
 * writer's thread, and in others: it must not block and does no I/O.
 */
public interface Chooser {

    /**
     * What belongs together on one destination: deliveries of one route with the same key. Empty when the route does not
     * ask for it.
     */
    String affinityKey(String route, Instance instance);

    /** The destination, one of the candidates; empty when none can be used now, and the delivery then waits. */
    Optional<String> choose(Choice choice);

    /**
     * A delivery that needs a destination.
     *
     * @param instance what to deliver
     * @param route the route that wants it
     * @param copy which copy of that route
     * @param affinityKey the key that {@link #affinityKey} gave
     * @param candidates who may get it, in the route's order, without those that refused it
     * @param taken destinations that have another copy of the same route: never two copies on one server
     * @param last where this route's deliveries with this key and copy went last
     */
    record Choice(
            Instance instance,
            String route,
            int copy,
            String affinityKey,
            List<String> candidates,
            Set<String> taken,
            Optional<String> last) {

        /** Copies both. */
        public Choice {
            candidates = List.copyOf(candidates);
            taken = Set.copyOf(taken);
        }
    }
}
