package org.dicomgateway.spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;

/** The spool as its {@link Replica} sees it: what became of instances, and how they pass to another gateway. */
public interface Handover {

    /**
     * Instances that are not finished, with ids above {@code afterId}, sorted.
     *
     * @throws SearchException when the ledger cannot be read now
     */
    List<Long> unfinished(long afterId, int max);

    /**
     * An instance for the replica, which does not have it: it is from before this gateway had one. Empty when nothing
     * is left to do for it.
     *
     * @return to be closed: until then its bytes stay where they are
     * @throws SearchException when the ledger cannot be read now
     */
    Optional<Held> held(long instance);

    /** What the spool has, for the replica. */
    interface Held extends AutoCloseable {

        /** As a new one. Reading throws {@link DamagedInstanceException} when the bytes are not the received ones. */
        Replica.Entry entry();

        /** How far it got. */
        Progress progress();

        /** What destinations may have been sent instead of it. */
        List<Replica.Note> notes();

        @Override
        void close();
    }

    /**
     * How far these instances got. Leaves out those that the ledger does not know.
     *
     * @throws SearchException when the ledger cannot be read now
     */
    List<Progress> progress(Collection<Long> instances);

    /**
     * Gives up what is left to do for these instances, because another gateway does it. Durable like any settlement.
     *
     * @param reason why, for operators
     * @return how many deliveries were given up
     */
    long giveUp(List<Long> instances, String reason);

    /**
     * Takes an instance over from another gateway, as if it arrived now, except that it keeps its origin, its time of
     * receipt and its plan. What is done already is not done again. Takes nothing when all is done.
     *
     * @param part10 the part-10 stream; closed by the caller
     * @throws RefusedException when the spool cannot take it now
     * @throws DamagedInstanceException when the stream is not the one that was kept, or its metadata cannot be read
     * @throws IOException when the stream cannot be read
     */
    Optional<Instance> takeOver(Left left, InputStream part10) throws RefusedException, IOException;

    /**
     * Notes that another gateway has delivered newer versions of these copies to the same destinations: they are not
     * checked or repaired any more. Leaves out those that are not delivered. In the ledger on return; a ledger that is
     * rebuilt forgets it.
     *
     * @throws SearchException when the ledger cannot be used now
     */
    void replaced(List<Replaced> copies);

    /**
     * Notes what destinations may have been sent instead of instances, where nothing is known of that here. In the
     * ledger on return.
     *
     * @throws SearchException when the ledger cannot be used now
     */
    void noted(List<Replica.Note> notes);

    /** A copy of an instance that another gateway has delivered a newer version of. */
    record Replaced(long instance, String destination) {}

    /**
     * An instance that another gateway left.
     *
     * @param key of the replica, passed back with {@link Replica.Entry#takenOver}
     * @param metadata as in {@link Replica.Entry}, and so are length, dataset offset and checksum
     * @param copies what is known of its copies
     * @param sentAs what destinations may have been sent instead of it
     */
    record Left(
            long key,
            String metadata,
            long length,
            int datasetOffset,
            int crc32c,
            List<CopyProgress> copies,
            Map<String, SentAs> sentAs) {

        /** Copies list and map. */
        public Left {
            copies = List.copyOf(copies);
            sentAs = Map.copyOf(sentAs);
        }
    }

    /**
     * How far an instance got.
     *
     * @param finished whether nothing is left to do
     */
    record Progress(long instance, boolean finished, List<CopyProgress> copies) {}

    /**
     * One copy of an instance.
     *
     * @param place its place in the plan of the instance
     * @param route the route that requested it
     * @param destination empty while none is chosen
     * @param reason why it is parked; empty in any other state; never has patient data
     * @param lastCheck the last check of what the destination holds; empty when it was never checked
     * @param commitment what the destination last reported about its commitment; empty when it reported nothing
     */
    record CopyProgress(
            int place,
            String route,
            String destination,
            DeliveryState state,
            String reason,
            Optional<FoundCheck> lastCheck,
            Optional<Commitment> commitment) {

        /** A copy of which nothing else matters. */
        public CopyProgress(int place, String route, String destination, DeliveryState state) {
            this(place, route, destination, state, "", Optional.empty(), Optional.empty());
        }

        /** Whether it needs no delivery any more. */
        public boolean isDone() {
            return switch (state) {
                case DELIVERED, MERGED, DISCARDED, SUPERSEDED -> true;
                case PENDING, PARKED, HELD -> false;
            };
        }
    }
}
