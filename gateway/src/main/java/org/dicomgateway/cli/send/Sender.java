package org.dicomgateway.cli.send;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.forward.outcome.Backoff;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.jspecify.annotations.Nullable;

/**
 * Sends files to one peer in rounds, over several associations at once. What the peer could not take in a round comes
 * again in the next one, after a pause in which no association is open. Sends once; make a new one for more.
 */
final class Sender {

    /** Waits, so that tests need not. */
    @FunctionalInterface
    interface Sleep {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** A file, and how often it was sent already. */
    private record Item(DicomFile file, int attempts) {}

    private final Requestor requestor;
    private final SendSettings settings;
    private final SendTally tally;
    private final Backoff backoff;
    private final Sleep sleep;

    private final Map<PresentationPair, Set<PresentationPair>> proposals = new LinkedHashMap<>();
    private final ConcurrentLinkedDeque<Item> due = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<Item> later = new ConcurrentLinkedDeque<>();
    private final AtomicInteger answersOfRound = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final AtomicReference<@Nullable String> givenUp = new AtomicReference<>();
    private volatile String lastFailure = "";

    Sender(Requestor requestor, SendSettings settings, SendTally tally) {
        this(
                requestor,
                settings,
                tally,
                RandomGenerator.getDefault(),
                time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));
    }

    Sender(Requestor requestor, SendSettings settings, SendTally tally, RandomGenerator random, Sleep sleep) {
        this.requestor = requestor;
        this.settings = settings;
        this.tally = tally;
        this.backoff = new Backoff(settings.initialDelay(), settings.maxDelay(), random);
        this.sleep = sleep;
    }

    /** How many associations were open at once, at most. */
    int mostOpen() {
        return mostOpen.get();
    }

    /** Ends {@link #send} after what is being sent, unless it ends already. Any thread may call it. */
    void stop(String why) {
        givenUp.compareAndSet(null, why);
    }

    private boolean isOver() {
        return givenUp.get() != null;
    }

    /**
     * Sends the files, and returns when each of them is finished.
     *
     * @throws InterruptedException when interrupted; what was not finished then stays so
     */
    void send(List<DicomFile> files) throws InterruptedException {
        propose(files.stream().map(DicomFile::pair).distinct().toList());
        // What one association can propose comes together.
        proposals.values().stream()
                .distinct()
                .flatMap(proposal -> files.stream().filter(file -> proposal.contains(file.pair())))
                .forEach(file -> due.add(new Item(file, 0)));
        int workers = Math.max(1, Math.min(settings.associations(), files.size()));
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            int roundsInVain = 0;
            while (!due.isEmpty() && !isOver()) {
                round(threads, workers);
                roundsInVain = answersOfRound.get() == 0 ? roundsInVain + 1 : 0;
                due.addAll(later);
                later.clear();
                if (roundsInVain > settings.retries()) {
                    stop(lastFailure);
                } else if (!due.isEmpty() && !isOver()) {
                    int attempts = due.stream().mapToInt(Item::attempts).max().orElse(0);
                    sleep.sleep(backoff.delay(Math.max(1, Math.max(roundsInVain, attempts))));
                }
            }
        } finally {
            threads.shutdownNow();
        }
        due.forEach(left -> finish(left, Outcome.NO_STATUS, "given up: " + givenUp.get()));
    }

    /** Each pair gets all that an association proposes which is opened for it. */
    private void propose(List<PresentationPair> pairs) {
        for (int from = 0; from < pairs.size(); from += PresentationPair.MAX_PER_ASSOCIATION) {
            int to = Math.min(pairs.size(), from + PresentationPair.MAX_PER_ASSOCIATION);
            Set<PresentationPair> proposal = new LinkedHashSet<>(pairs.subList(from, to));
            proposal.forEach(pair -> proposals.put(pair, proposal));
        }
    }

    private void round(ExecutorService threads, int workers) throws InterruptedException {
        answersOfRound.set(0);
        try {
            for (Future<?> worker : threads.invokeAll(Collections.nCopies(workers, (Callable<?>) this::work))) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("sending failed unexpectedly", e.getCause());
        }
    }

    private boolean work() {
        try (Worker worker = new Worker()) {
            worker.sendAll();
            return true;
        } catch (RuntimeException | Error e) {
            stop("a fault of this program");
            throw e;
        }
    }

    private void finish(Item item, int status, String reason) {
        tally.finished(new Result(item.file(), status, reason, item.attempts()));
    }

    /** Sends over one association after another, until nothing is left or the peer has no association for it. */
    private final class Worker implements AutoCloseable {

        private @Nullable OpenAssociation association;
        private Set<PresentationPair> proposed = Set.of();
        private boolean answered;
        private long sent;

        void sendAll() {
            Item item = due.poll();
            while (item != null && send(item)) {
                item = isOver() ? null : due.poll();
            }
        }

        /** False when this round goes on without this worker. */
        private boolean send(Item item) {
            PresentationPair pair = item.file().pair();
            OpenAssociation to = association;
            if (to == null || !proposed.contains(pair)) {
                try {
                    to = open(pair);
                } catch (AssociationException e) {
                    due.addFirst(item);
                    failed(
                            e,
                            OutcomeTable.ofOpen(
                                    e,
                                    settings.calling(),
                                    Optional.of(settings.peer().aeTitle())));
                    return false;
                }
            }
            if (to.accepts(pair)) {
                return store(new Item(item.file(), item.attempts() + 1), to);
            }
            settle(item, OutcomeTable.notAccepted(List.of(pair)));
            return true;
        }

        private OpenAssociation open(PresentationPair pair) throws AssociationException {
            close();
            Set<PresentationPair> proposal = proposals.getOrDefault(pair, Set.of(pair));
            OpenAssociation opened = requestor.open(settings.peer(), settings.calling(), proposal);
            association = opened;
            proposed = proposal;
            answered = false;
            mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
            return opened;
        }

        private boolean store(Item item, OpenAssociation to) {
            DicomFile file = item.file();
            sent = 0;
            try (InputStream in = Files.newInputStream(file.path())) {
                in.skipNBytes(file.datasetOffset());
                int status = to.cStore(file.pair(), file.sopInstance(), new Counted(in));
                answered = true;
                answersOfRound.incrementAndGet();
                settle(item, OutcomeTable.ofStatus(status));
                return true;
            } catch (AssociationException e) {
                Outcome.Deferred trouble = OutcomeTable.ofStore(e, !answered, settings.calling());
                close();
                settle(item, trouble);
                failed(e, trouble);
                return answered;
            } catch (IOException e) {
                // Reading failed in the middle: the association was aborted, and the peer is not to blame.
                close();
                finish(item, Outcome.NO_STATUS, "cannot be read: " + FileScan.reasonOf(e));
                return true;
            }
        }

        /** Finishes the file, or leaves it to the next round unless that was often enough. */
        private void settle(Item item, Outcome outcome) {
            boolean mayPass = outcome instanceof Outcome.Deferred
                    || (outcome instanceof Outcome.Refused && DimseStatus.isTransient(outcome.status()));
            if (mayPass && item.attempts() <= settings.retries()) {
                tally.sent(-sent);
                later.add(item);
            } else {
                finish(item, outcome.status(), outcome.reason());
            }
        }

        private void failed(AssociationException e, Outcome.Deferred trouble) {
            lastFailure = trouble.reason();
            if (e.rejection().isPresent() && !OutcomeTable.isBusy(e)) {
                stop(trouble.reason());
            }
        }

        @Override
        public void close() {
            OpenAssociation closing = association;
            if (closing != null) {
                association = null;
                closing.close();
                open.decrementAndGet();
            }
        }

        private final class Counted extends FilterInputStream {

            Counted(InputStream dataset) {
                super(dataset);
            }

            @Override
            public int read() throws IOException {
                return counted(1, super.read());
            }

            @Override
            public int read(byte[] into, int offset, int max) throws IOException {
                int n = super.read(into, offset, max);
                return counted(n, n);
            }

            private int counted(int n, int answer) {
                if (answer >= 0) {
                    sent += n;
                    tally.sent(n);
                }
                return answer;
            }
        }
    }
}
