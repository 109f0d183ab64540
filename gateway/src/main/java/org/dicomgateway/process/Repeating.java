package org.dicomgateway.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats some work in a long-lived thread, with a pause after each run, until it is closed. A {@code
 * RuntimeException} does not end it. The first of several failures in a row is logged.
 */
public final class Repeating implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Repeating.class);

    private final Duration pause;
    private final Runnable work;
    private final LongLived thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean failing;

    /** Does nothing before {@link #start}. */
    public Repeating(String name, Duration pause, Runnable work) {
        this.pause = pause;
        this.work = work;
        this.thread = LongLived.daemon(name, this::run);
    }

    /** Starts the thread. The first run begins at once. */
    public void start() {
        thread.start();
    }

    /** The thread that does the work. */
    public LongLived thread() {
        return thread;
    }

    private void run() {
        do {
            try {
                work.run();
                failing = false;
            } catch (RuntimeException e) {
                if (!failing) {
                    LOG.error("{} failed; the next run tries again", thread.getName(), e);
                }
                failing = true;
            }
        } while (!isClosedWithin(pause));
    }

    /** The gateway never interrupts this thread. An unexpected interrupt only makes one pause shorter. */
    private boolean isClosedWithin(Duration time) {
        try {
            return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted unexpectedly and continues", thread.getName());
            return false;
        }
    }

    /** Starts no further run. A run in progress continues. */
    @Override
    public void close() {
        closed.countDown();
    }

    /**
     * Closes it, and waits at most this long for a run in progress. Returns whether that has ended. An interrupt ends
     * the wait.
     */
    public boolean close(Duration atMost) {
        close();
        try {
            thread.join(atMost.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
