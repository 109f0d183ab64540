package org.dicomgateway.route;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The pending bytes of each destination. The spool's counts can lag behind by one batch. The least loaded destination
 * would then get the whole batch. So this class adds the bytes that were chosen since the counts last changed, for at
 * most as many choices as one batch can contain. For any number of threads.
 */
final class Loads {

    private static final long BATCH = 2_000;

    /**
     * The load of one destination.
     *
     * @param booked the bytes in the spool's counts
     * @param since the bytes that were chosen since the counts had this value
     * @param first the number of choices before the counts had this value
     */
    private record Load(long booked, long since, long first) {}

    private final ToLongFunction<String> books;
    private final Map<String, Load> loads = new HashMap<>();
    private long choices;

    Loads(ToLongFunction<String> books) {
        this.books = books;
    }

    /** The pending bytes of a destination. */
    synchronized long bytes(String destination) {
        Load load = of(destination);
        return load.booked + load.since;
    }

    /** An instance with this many bytes was assigned to the destination. */
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
