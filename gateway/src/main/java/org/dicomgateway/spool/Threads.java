package org.dicomgateway.spool;

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
