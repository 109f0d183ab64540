package org.dicomgateway.spool.sqlite;

/**
 * How many places of a claim each priority gets first, so that what is less urgent moves as well: every fifth place
 * belongs to the second of the priorities there are, of these every fifth to the third, and so on. Counted over all
 * claims of a destination, or small claims would never reach the second. What a priority has no use for goes to the most
 * urgent there is.
 */
public final class PriorityShares {

    private static final int EVERY = 5;
    private static final int PRIORITIES = 8;

    private final int[] places = new int[PRIORITIES];

    private PriorityShares() {}

    /** The shares of so many places, after so many others. */
    public static PriorityShares of(int places, long before) {
        PriorityShares priorityShares = new PriorityShares();
        for (long place = before + 1; place <= before + places; place++) {
            int priority = 0;
            for (long left = place; left % EVERY == 0 && priority < PRIORITIES - 1; left /= EVERY) {
                priority++;
            }
            priorityShares.places[priority]++;
        }
        return priorityShares;
    }

    /** Priorities that may have a share. */
    public int count() {
        return PRIORITIES;
    }

    /** Places of the nth priority, 0 the most urgent. */
    public int of(int priority) {
        return places[priority];
    }

    /** Places of the nth priority and all below: it is the last. */
    public int from(int priority) {
        int sum = 0;
        for (int i = priority; i < PRIORITIES; i++) {
            sum += places[i];
        }
        return sum;
    }
}
