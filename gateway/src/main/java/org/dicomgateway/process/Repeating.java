package org.dicomgateway.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something again and again in a long-lived thread, with a pause after each time, until it is closed. A
 * {@code RuntimeException} is logged, once until it is over, and does not end it.
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

    /** Begins, the first time at once. */
    public void start() {
        thread.start();
    }

    /** The thread. */
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
                    LOG.error("{} failed; it is tried again", thread.getName(), e);
                }
                failing = true;
            }
        } while (!isClosedWithin(pause));
    }

    /** Nobody of ours interrupts it: a stray interrupt makes one pause shorter. */
    private boolean isClosedWithin(Duration time) {
        try {
            return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted, by nobody we know, and goes on", thread.getName());
            return false;
        }
    }

    /** Does it no more; what is being done is left to itself. */
    @Override
    public void close() {
        closed.countDown();
    }

    /** Closes it, and waits so long for what is being done. Returns whether it is over. An interrupt ends the wait. */
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
