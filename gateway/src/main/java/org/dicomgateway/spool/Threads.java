package org.dicomgateway.spool;

import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spool's own threads: how they are made, and waited for. */
final class Threads {

    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

    private Threads() {}

    /** A thread that is yet to be started. What ends it against its will stands in the log. */
    static Thread named(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setUncaughtExceptionHandler((ended, e) -> LOG.error("the thread {} ended", ended.getName(), e));
        return thread;
    }

    /**
     * Waits so long, or until something holds, which is looked at whenever the condition is signalled. An interrupt does
     * not cut that short, and is kept for the caller.
     */
    static void await(Condition condition, long nanos, BooleanSupplier until) {
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
    static void join(Thread thread) {
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
