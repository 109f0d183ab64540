package org.dicomgateway.dicom.wire;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Few at once, and fewer of one host: the rest waits. For work that takes a moment and a lot of memory. For any number of
 * threads.
 */
public final class Turns {

    private final int atOnce;
    private final int ofOneHost;
    private final Map<String, Integer> working = new HashMap<>();
    private int all;

    /**
     * @param atOnce as many may work at once
     * @param ofOneHost of those, so many for one host
     */
    public Turns(int atOnce, int ofOneHost) {
        this.atOnce = atOnce;
        this.ofOneHost = ofOneHost;
    }

    /** Waits for a turn, which is to be {@linkplain #end ended}; false when none came in time. */
    public synchronized boolean begin(String host, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (all >= atOnce || working.getOrDefault(host, 0) >= ofOneHost) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        all++;
        working.merge(host, 1, Integer::sum);
        return true;
    }

    /** The work is done. */
    public synchronized void end(String host) {
        all--;
        working.computeIfPresent(host, (same, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }
}
