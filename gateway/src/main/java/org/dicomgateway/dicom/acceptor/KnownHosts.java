package org.dicomgateway.dicom.acceptor;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** The addresses that sent an instance within a day: the latest thousand. For any number of threads. */
final class KnownHosts {

    private static final int MAX = 1_000;
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private final LongSupplier nanoClock;
    private final Map<String, Long> lastSeen = new LinkedHashMap<>();

    KnownHosts(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    synchronized void add(String host) {
        lastSeen.remove(host);
        lastSeen.put(host, nanoClock.getAsLong());
        if (lastSeen.size() > MAX) {
            lastSeen.remove(lastSeen.keySet().iterator().next());
        }
    }

    synchronized boolean contains(String host) {
        Long seen = lastSeen.get(host);
        return seen != null && nanoClock.getAsLong() - seen < REMEMBERED.toNanos();
    }
}
