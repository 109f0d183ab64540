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
 * The threads of a lane, {@code lane-NAME-1} and so on. The first is there as long as the lane and survives every
 * exception of its work; the others are hired when there is more to do, and leave. For any number of threads.
 */
final class LaneWorkers {

    /** What a worker does: until there is nothing to do, or, when permanent, until the lane stops. */
    @FunctionalInterface
    interface Work {
        void run(boolean permanent) throws InterruptedException;
    }

    /** After a fault of ours, so that one that stays neither spins nor fills the log; doubles with each. */
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);

    private static final int MAX_DOUBLINGS = 5;

    /** A worker that lasted this long since its last fault has overcome it. */
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

    /** Has one more worker, when there is room, and the machine has a thread to spare. */
    synchronized void hire() {
        for (int i = 0; i < workers.length && !wakeSignal.isStopping(); i++) {
            LongLived worker = workers[i];
            if (worker == null || !worker.isAlive()) {
                boolean permanent = i == 0;
                LongLived fresh = new LongLived("lane-" + name + "-" + (i + 1), () -> run(permanent));
                if (Threads.start(fresh)) {
                    workers[i] = fresh;
                } else {
                    // Those that are there go on; a lane without any tries again when it rings.
                    LOG.error("destination {}: the machine has no thread to spare for {}", name, fresh.getName());
                }
                return;
            }
        }
    }

    /** Whether the permanent worker is there. */
    synchronized boolean isManned() {
        return permanent().filter(Thread::isAlive).isPresent();
    }

    /** The permanent worker; empty when there was no thread for it yet. */
    synchronized Optional<LongLived> permanent() {
        return Optional.ofNullable(workers[0]);
    }

    /** Waits for all to end, after the lane was stopped. Returns whether they did, by {@link System#nanoTime} {@code end}. */
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

    /** Whether no worker is left. */
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
                // Nobody of ours interrupts a worker: a stray interrupt must not cost the lane.
                LOG.warn("a worker of destination {} was interrupted, and goes on", name);
            } catch (RuntimeException e) {
                faults = System.nanoTime() - start > OVERCOME.toNanos() ? 1 : faults + 1;
                survive(e, AFTER_FAULT.multipliedBy(1L << Math.min(faults - 1, MAX_DOUBLINGS)));
            }
        } while (permanent && !wakeSignal.isStopping());
    }

    private void survive(RuntimeException fault, Duration pause) {
        LOG.error(
                "a worker of destination {} failed; what it held goes back, and it goes on in {} s",
                name,
                pause.toSeconds(),
                fault);
        try {
            wakeSignal.pause(pause);
        } catch (InterruptedException e) {
            LOG.warn("a worker of destination {} was interrupted, and goes on", name);
        }
    }
}
