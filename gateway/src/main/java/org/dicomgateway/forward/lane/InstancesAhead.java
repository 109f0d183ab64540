package org.dicomgateway.forward.lane;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.NotNowException;
import org.dicomgateway.spool.Outbox.Note;
import org.dicomgateway.spool.Outbox.SentAs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and notes what is sent for the next claims of a batch, before their turn: so their notes share a sync, and are
 * mostly durable when their turn comes. The worker of the batch does it, between two instances. How many are ahead is
 * bounded, and so is the memory of all lanes together. What is settled without having been sent is forgotten, and its
 * note is taken back. Safe for any number of threads.
 */
final class InstancesAhead {

    private static final Logger LOG = LoggerFactory.getLogger(InstancesAhead.class);

    /** How many of a batch, at most. */
    private static final int MOST = 16;

    /** How long an instance waits for those after it to be made. */
    private static final Duration LONGEST = Duration.ofMillis(50);

    /** Larger instances take longer than their note. */
    private static final long LARGEST = 8L * ByteSize.MIB;

    /** What all lanes may keep, in KiB. */
    private static final Semaphore MEMORY =
            new Semaphore((int) Math.min(Runtime.getRuntime().maxMemory() >> 14, Integer.MAX_VALUE));

    private final Outbox outbox;
    private final Maker maker;
    private final Map<Long, Entry> entries = new HashMap<>();

    InstancesAhead(Outbox outbox, Maker maker) {
        this.outbox = outbox;
        this.maker = maker;
    }

    /** Makes what is sent for a claim. */
    interface Maker {

        /** See {@link OutgoingInstances#promised}. */
        List<PresentationPair> promised(Claim claim) throws IOException;

        /** See {@link OutgoingInstances#open}. */
        Made make(Claim claim, List<PresentationPair> accepted) throws IOException;
    }

    /** Opens a dataset. */
    interface Opening {
        InputStream open() throws IOException;
    }

    /**
     * What is made for a claim.
     *
     * @param sentAs empty: the instance as it was received
     * @param before what an earlier attempt noted; empty: nothing
     * @param behind is closed when it is no longer needed
     * @param memory how many bytes of it are in memory
     */
    record Made(Optional<SentAs> sentAs, Optional<SentAs> before, Opening dataset, Closeable behind, long memory) {

        /** Whether the same was noted before. */
        boolean isNoted() {
            return before.filter(note -> !note.isForgotten()).isPresent();
        }
    }

    /** One claim that is ahead. Its fields are guarded by the lock of this. */
    private static final class Entry implements Closeable {

        private final Claim claim;
        private int kib;
        private List<PresentationPair> forms = List.of();
        private List<PresentationPair> accepted = List.of();
        private @Nullable Made made;
        private @Nullable IOException failure;
        private @Nullable Note note;

        Entry(Claim claim, int kib) {
            this.claim = claim;
            this.kib = kib;
        }

        boolean isComplete() {
            return made != null || failure != null;
        }

        /** So much of what was reserved is needed: more only when what was received was deflated. */
        void needs(long bytes) {
            int needed = (int) Math.min(kib, bytes / ByteSize.KIB + 1);
            MEMORY.release(kib - needed);
            kib = needed;
        }

        /** Gives back its memory. */
        @Override
        public void close() throws IOException {
            MEMORY.release(kib);
            kib = 0;
            if (made != null) {
                made.behind().close();
            }
        }
    }

    /**
     * Before a claim is sent: makes and notes it, and those that follow in its batch, if few of them are ready.
     *
     * @param accepts what the association takes
     */
    void prepare(Claim claim, ClaimBatch claimBatch, Predicate<PresentationPair> accepts) {
        List<Claim> next = claimBatch.waiting().stream().limit(MOST).toList();
        if (isReady(claim) && next.stream().filter(this::isReady).count() * 2 >= next.size()) {
            return;
        }
        long begin = System.nanoTime();
        List<Entry> made = new ArrayList<>();
        begin(claim).ifPresent(entry -> make(entry, accepts, made));
        for (Claim each : next) {
            if (System.nanoTime() - begin > LONGEST.toNanos()) {
                break;
            }
            // Whoever gives back the batch ends this entry, or there is none.
            List<Entry> begun = new ArrayList<>();
            claimBatch.first(waiting -> {
                if (waiting.equals(each)) {
                    begin(each).ifPresent(begun::add);
                }
                return waiting.equals(each);
            });
            begun.forEach(entry -> make(entry, accepts, made));
        }
        note(made);
    }

    private synchronized boolean isReady(Claim claim) {
        return entries.containsKey(claim.deliveryId());
    }

    private synchronized Optional<Entry> begin(Claim claim) {
        long length = claim.instance().datasetLength();
        int kib = (int) Math.min(length / ByteSize.KIB + 1, Integer.MAX_VALUE);
        if (length > LARGEST || isReady(claim) || !MEMORY.tryAcquire(kib)) {
            return Optional.empty();
        }
        Entry entry = new Entry(claim, kib);
        entries.put(claim.deliveryId(), entry);
        return Optional.of(entry);
    }

    private void make(Entry entry, Predicate<PresentationPair> accepts, List<Entry> target) {
        boolean done = false;
        try {
            List<PresentationPair> forms = maker.promised(entry.claim);
            List<PresentationPair> accepted = forms.stream().filter(accepts).toList();
            if (!accepted.isEmpty()) {
                done = complete(entry, forms, accepted);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("delivery {} fails when its turn comes", entry.claim.deliveryId(), e);
        } finally {
            if (!done) {
                drop(entry);
            }
        }
        if (done) {
            target.add(entry);
        }
    }

    private boolean complete(Entry entry, List<PresentationPair> forms, List<PresentationPair> accepted)
            throws IOException {
        Optional<Made> made = Optional.empty();
        Optional<IOException> failure = Optional.empty();
        try {
            made = Optional.of(maker.make(entry.claim, accepted));
        } catch (IOException e) {
            failure = Optional.of(e);
        }
        synchronized (this) {
            if (isCurrent(entry)) {
                entry.forms = forms;
                entry.accepted = accepted;
                entry.made = made.orElse(null);
                entry.needs(made.map(Made::memory).orElse(0L));
                entry.failure = failure.orElse(null);
                return true;
            }
        }
        if (made.isPresent()) {
            made.get().behind().close();
        }
        return false;
    }

    private boolean isCurrent(Entry entry) {
        return entries.get(entry.claim.deliveryId()) == entry;
    }

    /** Within the lock: a note that is taken back later is behind it in the ledger's queue. */
    private synchronized void note(List<Entry> group) {
        Map<Claim, SentAs> notes = new LinkedHashMap<>();
        List<Entry> noted = new ArrayList<>();
        for (Entry entry : group) {
            Made made = entry.made;
            if (isCurrent(entry) && made != null && made.sentAs().isPresent() && !made.isNoted()) {
                notes.put(entry.claim, made.sentAs().get());
                noted.add(entry);
            }
        }
        if (notes.isEmpty()) {
            return;
        }
        try {
            Note note = outbox.noteSentAs(notes);
            noted.forEach(entry -> entry.note = note);
        } catch (NotNowException e) {
            LOG.debug("nothing is noted ahead", e);
            noted.forEach(this::drop);
        }
    }

    private synchronized void drop(Entry entry) {
        if (entries.remove(entry.claim.deliveryId(), entry)) {
            close(entry);
        }
    }

    private static void close(Entry entry) {
        try {
            entry.close();
        } catch (IOException e) {
            LOG.debug("what was made for delivery {} cannot be deleted", entry.claim.deliveryId(), e);
        }
    }

    /** The forms of a claim that was made ahead, by which it was made; empty: it was not. */
    synchronized List<PresentationPair> forms(Claim claim) {
        Entry entry = entries.get(claim.deliveryId());
        return entry == null ? List.of() : entry.forms;
    }

    /** What was made ahead. Closing {@code memory} gives back what it needs. */
    record Taken(Made made, Closeable memory) {}

    /**
     * Takes what was made for a claim, when its note is durable; empty: nothing was.
     *
     * @throws IOException why nothing can be sent
     */
    Optional<Taken> take(Claim claim, List<PresentationPair> accepted) throws IOException {
        Entry entry;
        synchronized (this) {
            entry = entries.remove(claim.deliveryId());
        }
        if (entry == null) {
            return Optional.empty();
        }
        boolean taken = false;
        try {
            Made made = entry.made;
            if (!entry.accepted.equals(accepted) || !entry.isComplete()) {
                if (entry.note != null) {
                    // In a cluster the ledger gets it only when the database has it: not after its withdrawal.
                    entry.note.await();
                }
                Optional<Note> withdrawn = withdraw(entry);
                if (withdrawn.isPresent()) {
                    withdrawn.get().await();
                }
                return Optional.empty();
            }
            if (made == null) {
                throw entry.failure == null ? new IOException("nothing was made") : entry.failure;
            }
            if (entry.note != null) {
                entry.note.await();
            }
            taken = true;
            return Optional.of(new Taken(made, entry));
        } finally {
            if (!taken) {
                close(entry);
            }
        }
    }

    /** Before a claim is settled: when it was made ahead, and not taken, nothing of it was sent. */
    synchronized void end(Claim claim) {
        Entry entry = entries.remove(claim.deliveryId());
        if (entry != null) {
            withdraw(entry);
            close(entry);
        }
    }

    /** What is known from an earlier attempt stays known. */
    private Optional<Note> withdraw(Entry entry) {
        boolean first = entry.made != null && entry.made.before().isEmpty();
        return entry.note != null && first ? Optional.of(outbox.withdrawSentAs(entry.claim)) : Optional.empty();
    }
}
