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

/** The thread that keeps house: free space, what is finished, what is stuck, what is history. */
public final class SpoolMaintenance {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolMaintenance.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final int TICKS_PER_ROUND = 4;
    private static final int ROUNDS_PER_FORGETTING = 60;
    /** Less is a clock that is being kept right. */
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
            LOG.error("the thread that keeps the spool's house was interrupted, by nobody we know; it ends", e);
        }
    }

    /** What must not wait: whether there is room, and whether the log can be written to again. */
    public void lookAround() throws LedgerException {
        space.look();
        if (committer.brokenBecause().isPresent()) {
            committer.heal();
        }
        trust.look();
        // Under load a segment is full every fraction of a second: one that is used again need not be preallocated.
        sweeper.sweep();
        sweeper.keepSpares();
    }

    /** What is to be tried again at a time does not wait until a clock that was set back shows that time again. */
    private void mindTheClock() {
        clockIsBelievable = clockWatch.isBelievable();
        Instant now = clock.instant();
        if (now.isBefore(latest.minus(SET_BACK))) {
            long hastened = ledgerQueue.apply(new Change.Hastened(now)).join().rows();
            LOG.warn(
                    "the clock was set back from {} to {}; {} deliveries that waited are due now",
                    latest,
                    now,
                    hastened);
        }
        latest = now;
    }

    /** Moves what is stuck, and bounds what a power failure has repeated. */
    public void tidy() throws LedgerException {
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

    /** Forgets history that is old enough, some at a time; by a clock in doubt, nothing. */
    public void forget() {
        mindTheClock();
        if (!clockIsBelievable) {
            return;
        }
        Change.Forgotten old = new Change.Forgotten(clock.instant().minus(history));
        long forgotten;
        do {
            // Others' changes wait in the same row, and get their turn in between.
            forgotten = ledgerQueue.apply(old).join().rows();
        } while (forgotten > 0 && stopping.getCount() > 0);
    }

    /** A piece of the housework. */
    private interface Chore {
        void run() throws LedgerException;
    }

    private void guarded(Chore chore) {
        try {
            chore.run();
            failing = false;
        } catch (LedgerException | RuntimeException e) {
            if (!failing && stopping.getCount() > 0) {
                LOG.warn("keeping the spool's house failed; it is tried again, and nothing is lost", cause(e));
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
