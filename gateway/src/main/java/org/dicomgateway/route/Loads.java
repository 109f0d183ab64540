package org.dicomgateway.route;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How many bytes wait for each destination. The books may lag behind by a batch, in which a destination that was the
 * least loaded would then get everything: what was chosen since they last changed is counted on top, for as many choices
 * as a batch may hold. For any number of threads.
 */
final class Loads {

    private static final long BATCH = 2_000;

    /**
     * One destination.
     *
     * @param booked what the books said
     * @param since what was chosen since they say it
     * @param first the number of the choice at which they began to
     */
    private record Load(long booked, long since, long first) {}

    private final ToLongFunction<String> books;
    private final Map<String, Load> loads = new HashMap<>();
    private long choices;

    Loads(ToLongFunction<String> books) {
        this.books = books;
    }

    /** What waits for a destination. */
    synchronized long bytes(String destination) {
        Load load = of(destination);
        return load.booked + load.since;
    }

    /** An instance of this many bytes was chosen to go there. */
    synchronized void add(String destination, long bytes) {
        Load load = of(destination);
        loads.put(destination, new Load(load.booked, load.since + bytes, load.first));
        choices++;
    }

    private Load of(String destination) {
        long booked = books.applyAsLong(destination);
        Load known = loads.get(destination);
        if (known == null || known.booked != booked || choices - known.first >= BATCH) {
            known = new Load(booked, 0, choices);
            loads.put(destination, known);
        }
        return known;
    }
}
