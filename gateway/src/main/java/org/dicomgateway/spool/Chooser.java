package org.dicomgateway.spool;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses the destination of a delivery from its candidates, based on the current state of the destinations. The ledger
 * asks when the delivery enters the ledger. It asks again while the delivery waits and its destination is not usable.
 * Called in the ledger writer's thread and in others: must not block for long.
 */
public interface Chooser {

    /**
     * The key that keeps deliveries of one route together: deliveries with the same key go to one destination. Empty
     * when the route does not ask for it.
     */
    String affinityKey(String route, Instance instance);

    /** Chooses one of the candidates. Empty when no candidate is usable now: the delivery then waits. */
    Optional<String> choose(Choice choice);

    /**
     * A delivery that needs a destination.
     *
     * @param instance what to deliver
     * @param route the route that requested the delivery
     * @param copy the number of the copy within the route
     * @param affinityKey the result of {@link #affinityKey}
     * @param candidates possible destinations in the route's order, without those that refused the delivery
     * @param taken destinations that have another copy of the same route: no server gets two copies
     * @param last the last destination of this route's deliveries with this key and copy
     */
    record Choice(
            Instance instance,
            String route,
            int copy,
            String affinityKey,
            List<String> candidates,
            Set<String> taken,
            Optional<String> last) {

        /** Copies both collections. */
        public Choice {
            candidates = List.copyOf(candidates);
            taken = Set.copyOf(taken);
        }
    }
}
