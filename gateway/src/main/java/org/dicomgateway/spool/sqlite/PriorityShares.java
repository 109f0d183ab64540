package org.dicomgateway.spool.sqlite;

/**
 * Divides the places of a claim among the priorities, so that less urgent deliveries also move. Every fifth place
 * belongs to the second priority. Of these, every fifth belongs to the third, and so on. Places are counted over all
 * claims of a destination, because small claims alone would never reach the second priority. Places that a priority
 * does not use go to the most urgent deliveries.
 */
public final class PriorityShares {

    private static final int EVERY = 5;
    private static final int PRIORITIES = 8;

    private final int[] places = new int[PRIORITIES];

    private PriorityShares() {}

    /** Computes the shares of {@code places} places that follow {@code before} earlier ones. */
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

    /** The number of priorities that can have a share. */
    public int count() {
        return PRIORITIES;
    }

    /** The places of a priority; 0 is the most urgent. */
    public int of(int priority) {
        return places[priority];
    }

    /** The places of this priority and all lower ones, for the last priority that exists. */
    public int from(int priority) {
        int sum = 0;
        for (int i = priority; i < PRIORITIES; i++) {
            sum += places[i];
        }
        return sum;
    }
}
