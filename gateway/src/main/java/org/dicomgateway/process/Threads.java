package org.dicomgateway.process;

import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/** How threads are started and waited for. */
public final class Threads {

    private Threads() {}

    /**
     * Starts a thread, when the machine has one to spare.
     *
     * @return whether it had: the limit of threads is no fault of ours, and no reason to end
     */
    public static boolean start(Thread thread) {
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            // HotSpot says it in the same way as that the heap is full, which is another matter.
            if (String.valueOf(e.getMessage()).contains("native thread")) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Waits so long, or until something holds, which is looked at whenever the condition is signalled. An interrupt does
     * not cut that short, and is kept for the caller.
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

    /** Waits until the thread has ended; an interrupt does not cut that short, and is kept for the caller. */
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
