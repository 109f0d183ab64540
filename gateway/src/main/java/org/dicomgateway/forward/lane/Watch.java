package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.forward.association.Bell;
import org.dicomgateway.process.LongLived;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after a lane while its workers wait for the destination: whenever the bell rings, and twice a
 * second. Survives an exception, until the bell is closed.
 */
final class Watch {

    private static final Duration PACE = Duration.ofMillis(500);
    private static final Duration AFTER_FAULT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final Bell bell;
    private final Runnable look;
    private final LongLived thread;

    /** @param name of the thread */
    Watch(String name, Bell bell, Runnable look) {
        this.bell = bell;
        this.look = look;
        this.thread = new LongLived(name, this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits for its end, after the bell was closed. Returns whether it came, by {@link System#nanoTime} {@code end}. */
    boolean awaitEnd(long end) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
        return hasEnded();
    }

    LongLived thread() {
        return thread;
    }

    boolean hasEnded() {
        return !thread.isAlive();
    }

    private void run() {
        while (!bell.isClosed()) {
            try {
                long heard = bell.rings();
                look.run();
                bell.await(heard, PACE);
            } catch (InterruptedException e) {
                // Nobody of ours interrupts it.
                LOG.warn("{} was interrupted, and goes on", thread.getName());
            } catch (RuntimeException e) {
                survive(e);
            }
        }
    }

    private void survive(RuntimeException fault) {
        LOG.error("{} failed, and goes on in {} s", thread.getName(), AFTER_FAULT.toSeconds(), fault);
        try {
            bell.pause(AFTER_FAULT);
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted, and goes on", thread.getName());
        }
    }
}
