package org.dicomgateway.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a child process to be ready, and says what it wrote when it is not. */
public final class Waiting {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);

    private Waiting() {}

    public static void until(String what, Child child, BooleanSupplier ready) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (child.isAlive() && !ready.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no " + what + " within " + LIMIT + ":\n" + child.output());
            }
            pause(POLL);
        }
        if (!child.isAlive()) {
            throw new IllegalStateException("no " + what + ", the process ended:\n" + child.output());
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
