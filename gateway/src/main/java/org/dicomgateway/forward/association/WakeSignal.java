package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The signal that the threads of a lane wait on. It wakes them when there may be work, and when the lane stops. A
 * thread says how many signals it has seen, so a signal between looking for work and waiting is not missed.
 *
 * <p>Each thread is woken by itself: with a common lock, the second would first wait until the processor has run the
 * first.
 */
public final class WakeSignal {

    private final AtomicLong times = new AtomicLong();
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
    /** Not woken by a signal: there can be thousands in a second, and a thread that pauses has no use for them. */
    private final Set<Thread> pausing = ConcurrentHashMap.newKeySet();

    private volatile boolean stopping;

    /** There may be work. */
    public void wake() {
        times.incrementAndGet();
        waiting.forEach(LockSupport::unpark);
    }

    /** Ends every wait, now and from now on. */
    public void close() {
        stopping = true;
        waiting.forEach(LockSupport::unpark);
        pausing.forEach(LockSupport::unpark);
    }

    /** Whether the lane is stopping. */
    public boolean isStopping() {
        return stopping;
    }

    /** How many signals there were. Ask before you look for work. */
    public long times() {
        return times.get();
    }

    /** Waits until there were more signals than {@code heard}, the lane stops, or the time is over. */
    public void await(long heard, Duration atMost) throws InterruptedException {
        await(waiting, () -> times.get() == heard, atMost);
    }

    /** Waits until the time is over or the lane stops. Other signals do not end this wait. */
    public void pause(Duration time) throws InterruptedException {
        await(pausing, () -> true, time);
    }

    private void await(Set<Thread> threads, BooleanSupplier still, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        Thread thread = Thread.currentThread();
        threads.add(thread);
        try {
            long left = atMost.toNanos();
            while (still.getAsBoolean() && !stopping && left > 0) {
                LockSupport.parkNanos(this, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                left = end - System.nanoTime();
            }
        } finally {
            threads.remove(thread);
        }
    }
}
