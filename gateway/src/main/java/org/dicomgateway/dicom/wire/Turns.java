package org.dicomgateway.dicom.wire;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets a few threads work at the same time, and fewer for one host; the others wait. For work that is short but needs
 * much memory. For any number of threads.
 */
public final class Turns {

    private final int atOnce;
    private final int ofOneHost;
    private final Map<String, Integer> working = new HashMap<>();
    private int all;

    /**
     * Creates the turns.
     *
     * @param atOnce how many may work at the same time
     * @param ofOneHost how many of them for one host
     */
    public Turns(int atOnce, int ofOneHost) {
        this.atOnce = atOnce;
        this.ofOneHost = ofOneHost;
    }

    /** Waits for a turn. The caller must {@linkplain #end end} it. False when no turn was free in time. */
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
