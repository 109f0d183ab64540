package org.dicomgateway.spool.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.disk.ClockWatch;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.intake.Committer;
import org.dicomgateway.spool.journal.JournalUpkeep;
import org.dicomgateway.spool.journal.LedgerTrust;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The maintenance thread: watches free space, recycles what is finished, moves what is stuck, deletes old history. */
public final class SpoolMaintenance {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolMaintenance.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final int TICKS_PER_ROUND = 4;
    private static final int ROUNDS_PER_FORGETTING = 60;
    /** A smaller step is normal clock correction. */
    private static final Duration SET_BACK = Duration.ofSeconds(2);

    private final SpaceWatch space;
    private final Committer committer;
    private final LedgerQueue ledgerQueue;
    private final LedgerTrust trust;
    private final JournalUpkeep journal;
    private final Sweeper sweeper;
    private final Stragglers stragglers;
    private final InstantSource clock;
    private final ClockWatch clockWatch;
    private final Duration history;
    private final LongLived thread = new LongLived("spool-maintenance", this::run);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private boolean failing;
    private Instant latest;
    private boolean clockIsBelievable;

    public SpoolMaintenance(
            SpaceWatch space,
            Committer committer,
            LedgerQueue ledgerQueue,
            LedgerTrust trust,
            JournalUpkeep journal,
            Sweeper sweeper,
            Stragglers stragglers,
            InstantSource clock,
            ClockWatch clockWatch,
            Duration history) {
        this.space = space;
        this.committer = committer;
        this.ledgerQueue = ledgerQueue;
        this.trust = trust;
        this.journal = journal;
        this.sweeper = sweeper;
        this.stragglers = stragglers;
        this.clock = clock;
        this.clockWatch = clockWatch;
        this.history = history;
        this.latest = clock.instant();
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            for (long tick = 1; !stopping.await(TICK.toMillis(), TimeUnit.MILLISECONDS); tick++) {
                guarded(this::lookAround);
                if (tick % TICKS_PER_ROUND == 0) {
                    guarded(this::tidy);
                }
                if (tick % (TICKS_PER_ROUND * ROUNDS_PER_FORGETTING) == 0) {
                    guarded(this::forget);
                }
            }
        } catch (InterruptedException e) {
            LOG.error(
                    "spool maintenance was interrupted and has stopped; segments are no longer recycled: restart the "
                            + "gateway",
                    e);
        }
    }

    /** Does the urgent work: checks the free space, tries to repair a broken log, and recycles segments. */
    public void lookAround() throws LedgerException {
        space.look();
        if (committer.brokenBecause().isPresent()) {
            committer.heal();
        }
        trust.look();
        // Under load a segment fills within a fraction of a second. A recycled segment saves a preallocation.
        sweeper.sweep();
        sweeper.limitKept();
        sweeper.keepSpares();
    }

    /** Retries must not wait until a clock that was set back reaches their time again. */
    private void mindTheClock() {
        clockIsBelievable = clockWatch.isBelievable();
        Instant now = clock.instant();
        if (now.isBefore(latest.minus(SET_BACK))) {
            long hastened = ledgerQueue.apply(new Change.Hastened(now)).join().rows();
            LOG.warn("the clock was set back from {} to {}; {} waiting deliveries are due now", latest, now, hastened);
        }
        latest = now;
    }

    /** Moves instances that block old segments, and syncs the ledger, which limits what a power failure repeats. */
    public void tidy() throws LedgerException {
        if (ledgerQueue.failingBecause().isPresent()) {
            // It would wait for the ledger, which may wait for the room that only this thread makes.
            return;
        }
        mindTheClock();
        journal.look();
        if (trust.lostBecause().isPresent()) {
            return;
        }
        if (stragglers.moveSome(clock.instant())) {
            sweeper.sweep();
        }
        ledgerQueue.sync().join();
    }

    /** Deletes old history in small steps. Deletes nothing while the clock is doubtful. */
    public void forget() {
        if (ledgerQueue.failingBecause().isPresent()) {
            return;
        }
        mindTheClock();
        if (!clockIsBelievable) {
            return;
        }
        Change.Forgotten old = new Change.Forgotten(clock.instant().minus(history));
        long forgotten;
        do {
            // Other changes wait in the same queue and get their turn in between.
            forgotten = ledgerQueue.apply(old).join().rows();
        } while (forgotten > 0 && stopping.getCount() > 0);
    }

    /** One maintenance task. */
    private interface Chore {
        void run() throws LedgerException;
    }

    private void guarded(Chore chore) {
        try {
            chore.run();
            failing = false;
        } catch (LedgerException | RuntimeException e) {
            if (!failing && stopping.getCount() > 0) {
                LOG.warn("spool maintenance failed; it tries again, and no data is lost", cause(e));
            }
            failing = true;
        }
    }

    private static Throwable cause(Exception e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }

    public LongLived thread() {
        return thread;
    }

    /** Asks the thread to end; {@link #join} waits for it. */
    public void stop() {
        stopping.countDown();
    }

    public void join() {
        Threads.join(thread);
    }
}
