package org.dicomgateway.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.dicomgateway.spool.Outbox.SentAs;

/**
 * A second place, outside this machine, that has every instance before its sender gets an answer, and until it is
 * delivered. Also decides whether this process may still send: another gateway may have taken over what this one has.
 * Thread-safe.
 */
public interface Replica {

    /** Keeps nothing: the spool alone has the instances. */
    Replica NONE = new Replica() {
        @Override
        public long join(UUID spool) {
            return 0;
        }

        @Override
        public Optional<String> closedBecause() {
            return Optional.empty();
        }

        @Override
        public boolean maySend() {
            return true;
        }

        @Override
        public Set<Long> keep(List<Entry> entries) {
            return Set.of();
        }

        @Override
        public void refused(Collection<Long> instances) {}

        @Override
        public void changed(Collection<Long> instances) {}

        @Override
        public CompletableFuture<Void> sending(List<Note> notes) {
            return CompletableFuture.completedFuture(null);
        }
    };

    /**
     * Begins to speak for a spool. Called once, before everything else, while the spool is locked.
     *
     * @param spool the identity of the spool; a spool that was lost and made anew has another one
     * @return the highest id that it ever kept for this spool; 0 for none
     * @throws IOException when it cannot be reached; the message says what to do
     */
    long join(UUID spool) throws IOException;

    /** The reason why it can keep nothing now. Empty when it can. Does not block. */
    Optional<String> closedBecause();

    /** Whether this process may send what it has. Does not block. */
    boolean maySend();

    /**
     * Keeps instances with their plans, all or none. Durable on return, also when this machine is lost. Called by one
     * thread at a time, with rising ids.
     *
     * @return those that another gateway delivers, because it has an older version to deliver: they must not enter the
     *     spool. They may come back by {@link Handover#takeOver}
     * @throws RefusedException when they are not kept, or it is unknown whether they are
     */
    Set<Long> keep(List<Entry> entries) throws RefusedException;

    /** These instances were kept, but the spool has refused them. Returns at once. */
    void refused(Collection<Long> instances);

    /** The ledger has applied a change of these instances. Returns at once. */
    void changed(Collection<Long> instances);

    /**
     * Notes that something else is about to be sent instead of instances. It replaces earlier notes about the same.
     * Returns at once. Whoever takes an instance over gets its notes with it.
     *
     * @return completes when the notes are durable, also when this machine is lost. Completes exceptionally when they
     *     may not be; then nothing may be sent
     */
    CompletableFuture<Void> sending(List<Note> notes);

    /** What a destination is sent instead of an instance. */
    record Note(long instance, String destination, SentAs sentAs) {}

    /**
     * An instance that is about to enter the spool.
     *
     * @param metadata what a spool needs to know to deliver it, as JSON; see {@link Handover#takeOver}
     * @param length bytes of the part-10 stream
     * @param datasetOffset where the dataset begins in the stream
     * @param crc32c of the stream
     * @param takenOver the key under which the replica has it already; empty for a new one
     */
    record Entry(
            Instance instance,
            Plan plan,
            String metadata,
            long length,
            int datasetOffset,
            int crc32c,
            Body body,
            OptionalLong takenOver) {}

    /** Gives the part-10 stream, as often as it is asked. */
    @FunctionalInterface
    interface Body {
        void writeTo(OutputStream to) throws IOException;
    }
}
