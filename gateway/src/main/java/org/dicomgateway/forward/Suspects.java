package org.dicomgateway.forward;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Deliveries that met trouble which looked like the destination's. One that meets it again and again, while others pass
 * in between, is to blame itself: an instance that makes a server crash or hang must not hold up a lane for ever. Kept
 * in memory only, and of the most recent {@value #REMEMBERED} only. For any number of threads.
 */
final class Suspects {

    /** Troubles, with others passing between each two, after which the instance is to blame. */
    static final int TO_BLAME_AFTER = 3;

    private static final int REMEMBERED = 10_000;

    private record Trouble(int times, long passedThen) {}

    private final Map<Long, Trouble> troubles = new LinkedHashMap<>();
    private long passed;

    /** A delivery succeeded. */
    synchronized void passed(long deliveryId) {
        passed++;
        troubles.remove(deliveryId);
    }

    /** A delivery is parked: it starts anew when an operator retries it. */
    synchronized void forget(long deliveryId) {
        troubles.remove(deliveryId);
    }

    /** A delivery met trouble. Returns whether it is to blame for it. */
    synchronized boolean blames(long deliveryId) {
        Trouble before = troubles.remove(deliveryId);
        boolean alone = before == null || before.passedThen() == passed;
        int times = before == null ? 1 : before.times() + (alone ? 0 : 1);
        troubles.put(deliveryId, new Trouble(times, passed));
        if (troubles.size() > REMEMBERED) {
            troubles.remove(troubles.keySet().iterator().next());
        }
        return !alone && times >= TO_BLAME_AFTER;
    }
}
