package org.dicomgateway.process;

import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/** Starts threads and waits for them. */
public final class Threads {

    private Threads() {}

    /**
     * Starts a thread, if the machine allows one more.
     *
     * @return whether it started; false at the limit of threads, which is not a fault of the gateway and no reason to
     *     end
     */
    public static boolean start(Thread thread) {
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            // HotSpot throws the same error for a full heap, which is a different problem.
            if (String.valueOf(e.getMessage()).contains("native thread")) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Waits until something holds, at most for this time. Checks again each time the condition is signalled. An
     * interrupt does not end the wait; the thread stays marked as interrupted.
     */
    public static void await(Condition condition, long nanos, BooleanSupplier until) {
        boolean interrupted = false;
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !until.getAsBoolean(); left = end - System.nanoTime()) {
            try {
                condition.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the thread has ended. An interrupt does not end the wait; the thread stays marked as interrupted. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
