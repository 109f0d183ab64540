package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.forward.association.WakeSignal;
import org.dicomgateway.process.LongLived;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that watches a lane while its workers wait for the destination. It looks soon after it is woken,
 * and at least twice a second. An exception does not end it: only the end of the lane does.
 */
final class LaneMonitor {

    private static final Duration PACE = Duration.ofMillis(500);

    /** While instances arrive, the lane is woken a hundred times a second. So often nothing here needs a look. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private static final Duration AFTER_FAULT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(LaneMonitor.class);

    private final WakeSignal wakeSignal;
    private final Runnable look;
    private final LongLived thread;

    /**
     * Creates the thread; {@link #start} starts it.
     *
     * @param name the name of the thread
     */
    LaneMonitor(String name, WakeSignal wakeSignal, Runnable look) {
        this.wakeSignal = wakeSignal;
        this.look = look;
        this.thread = new LongLived(name, this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Waits for the thread to end after the lane was stopped. Returns whether it ended, by {@link System#nanoTime}
     * {@code end}.
     */
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
        while (!wakeSignal.isStopping()) {
            try {
                long heard = wakeSignal.times();
                look.run();
                wakeSignal.pause(BETWEEN_LOOKS);
                wakeSignal.await(heard, PACE.minus(BETWEEN_LOOKS));
            } catch (InterruptedException e) {
                // Nothing in the gateway interrupts this thread; a stray interrupt must not end it.
                LOG.warn("{} was interrupted, and continues", thread.getName());
            } catch (RuntimeException e) {
                survive(e);
            }
        }
    }

    private void survive(RuntimeException fault) {
        LOG.error("{} failed, and continues in {} s", thread.getName(), AFTER_FAULT.toSeconds(), fault);
        try {
            wakeSignal.pause(AFTER_FAULT);
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted, and continues", thread.getName());
        }
    }
}
