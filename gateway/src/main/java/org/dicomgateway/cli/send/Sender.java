package org.dicomgateway.cli.send;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.forward.outcome.Backoff;

/** Sends files to one peer, over several associations at once. Sends once; make a new one for more. */
public final class Sender {

    /** Waits, so that tests need not. */
    @FunctionalInterface
    interface Sleep {
        void sleep(Duration duration) throws InterruptedException;
    }

    private final Requestor requestor;
    private final SendSettings settings;
    private final SendListener listener;
    private final Backoff backoff;
    private final InstantSource clock;
    private final Sleep sleep;
    private final Standing standing;

    /** Through this requestor. */
    public Sender(Requestor requestor, SendSettings settings, SendListener listener) {
        this(
                requestor,
                settings,
                listener,
                RandomGenerator.getDefault(),
                InstantSource.system(),
                time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));
    }

    Sender(
            Requestor requestor,
            SendSettings settings,
            SendListener listener,
            RandomGenerator random,
            InstantSource clock,
            Sleep sleep) {
        this.requestor = requestor;
        this.settings = settings;
        this.listener = listener;
        this.backoff = new Backoff(settings.initialDelay(), settings.maxDelay(), random);
        this.clock = clock;
        this.sleep = sleep;
        this.standing = new Standing();
    }

    /** Why it was given up before every file was tried; empty when it was not. */
    public String gaveUpBecause() {
        return standing.reason();
    }

    /** How many associations were open at once, at most. */
    public int mostOpen() {
        return standing.mostOpen();
    }

    /** Ends {@link #send} after what is being sent; any thread may call it. */
    public void stop(String why) {
        standing.giveUp(why);
    }

    /**
     * Sends the files and waits until the listener has heard of each that it is finished.
     *
     * @throws InterruptedException when interrupted; what was not finished then stays so
     */
    public void send(List<DicomFile> files) throws InterruptedException {
        Backlog backlog = new Backlog(files, clock);
        int workers = Math.max(1, Math.min(settings.associations(), files.size()));
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                running.add(threads.submit(worker(backlog)));
            }
            for (Future<?> one : running) {
                await(one);
            }
            // A worker that the peer has no room for leaves; what it put back may be left when all others had ended.
            while (!standing.isOver() && backlog.untilDue().isPresent()) {
                await(threads.submit(worker(backlog)));
            }
        } finally {
            threads.shutdownNow();
        }
        for (Backlog.Item left : backlog.drain()) {
            listener.finished(
                    new Result(left.file(), Result.NO_STATUS, "given up: " + standing.reason(), left.attempts()));
        }
    }

    private SendingAssociation worker(Backlog backlog) {
        return new SendingAssociation(requestor, settings, backlog, standing, listener, backoff, sleep);
    }

    private void await(Future<?> worker) throws InterruptedException {
        try {
            worker.get();
        } catch (ExecutionException e) {
            standing.giveUp("a fault of this program");
            throw new IllegalStateException("sending failed unexpectedly", e.getCause());
        } catch (CancellationException e) {
            throw new IllegalStateException("a worker was cancelled", e);
        }
    }
}
