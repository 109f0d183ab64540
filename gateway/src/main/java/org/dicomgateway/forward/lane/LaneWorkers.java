package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.forward.association.WakeSignal;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a lane, {@code lane-NAME-1} and so on. The first lives as long as the lane, and an exception in its
 * work does not end it. The others start when there is more to do, and end when there is not. Safe for any number of
 * threads.
 */
final class LaneWorkers {

    /** The work of a thread: until there is nothing to do, or, when permanent, until the lane stops. */
    @FunctionalInterface
    interface Work {
        void run(boolean permanent) throws InterruptedException;
    }

    /** Pause after a fault in the gateway; doubles each time. A lasting fault must neither spin nor fill the log. */
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);

    private static final int MAX_DOUBLINGS = 5;

    /** A worker that has run this long since its last fault starts again with the shortest pause. */
    private static final Duration OVERCOME = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(LaneWorkers.class);

    private final String name;
    private final WakeSignal wakeSignal;
    private final Work work;
    private final @Nullable LongLived[] workers;

    LaneWorkers(String name, int size, WakeSignal wakeSignal, Work work) {
        this.name = name;
        this.wakeSignal = wakeSignal;
        this.work = work;
        this.workers = new @Nullable LongLived[size];
    }

    /** Starts one more worker, if there is room and the machine has a thread left. */
    synchronized void hire() {
        for (int i = 0; i < workers.length && !wakeSignal.isStopping(); i++) {
            LongLived worker = workers[i];
            if (worker == null || !worker.isAlive()) {
                boolean permanent = i == 0;
                LongLived fresh = new LongLived("lane-" + name + "-" + (i + 1), () -> run(permanent));
                if (Threads.start(fresh)) {
                    workers[i] = fresh;
                } else {
                    // The other workers continue. A lane without workers tries again at the next signal.
                    LOG.error("destination {}: the machine has no thread left for {}", name, fresh.getName());
                }
                return;
            }
        }
    }

    /** Whether the permanent worker is running. */
    synchronized boolean isManned() {
        return permanent().filter(Thread::isAlive).isPresent();
    }

    /** The permanent worker; empty when no thread could be started yet. */
    synchronized Optional<LongLived> permanent() {
        return Optional.ofNullable(workers[0]);
    }

    /**
     * Waits for all workers to end after the lane was stopped. Returns whether they did, by {@link System#nanoTime}
     * {@code end}.
     */
    boolean awaitEnd(long end) throws InterruptedException {
        for (Thread worker : members()) {
            if (worker != null) {
                TimeUnit.NANOSECONDS.timedJoin(worker, Math.max(1, end - System.nanoTime()));
                if (worker.isAlive()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether all workers have ended. */
    boolean hasEnded() {
        for (Thread worker : members()) {
            if (worker != null && worker.isAlive()) {
                return false;
            }
        }
        return true;
    }

    private synchronized @Nullable LongLived[] members() {
        return workers.clone();
    }

    private void run(boolean permanent) {
        int faults = 0;
        do {
            long start = System.nanoTime();
            try {
                work.run(permanent);
            } catch (InterruptedException e) {
                // Nothing in the gateway interrupts a worker; a stray interrupt must not end the lane.
                LOG.warn("a worker of destination {} was interrupted, and continues", name);
            } catch (RuntimeException e) {
                faults = System.nanoTime() - start > OVERCOME.toNanos() ? 1 : faults + 1;
                survive(e, AFTER_FAULT.multipliedBy(1L << Math.min(faults - 1, MAX_DOUBLINGS)));
            }
        } while (permanent && !wakeSignal.isStopping());
    }

    private void survive(RuntimeException fault, Duration pause) {
        LOG.error(
                "a worker of destination {} failed; its claims are given back, and it continues in {} s",
                name,
                pause.toSeconds(),
                fault);
        try {
            wakeSignal.pause(pause);
        } catch (InterruptedException e) {
            LOG.warn("a worker of destination {} was interrupted, and continues", name);
        }
    }
}
