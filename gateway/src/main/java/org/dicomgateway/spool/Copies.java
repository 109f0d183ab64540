package org.dicomgateway.spool;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The spool as verification sees it: which copies are to be checked, what was found, and what is sent again.
 * Thread-safe. The results are in the ledger only: a rebuilt ledger forgets them.
 */
public interface Copies {

    /**
     * Sets which destinations are checked after a delivery, from now on.
     *
     * @param after how long after the delivery the first check is due; empty: the destination is not checked
     */
    void checkAfter(Function<String, Optional<Duration>> after);

    /**
     * The copies of a destination whose check is due, the longest overdue first.
     *
     * @throws SearchException when the ledger cannot be read now
     */
    List<Copy> due(String destination, Instant now, int max);

    /**
     * The copies for these deliveries. Leaves out those that are not delivered.
     *
     * @throws SearchException when the ledger cannot be read now
     */
    List<Copy> copies(List<Long> deliveryIds);

    /** All copies of an instance that were delivered. */
    List<Copy> ofInstance(long instanceId);

    /** Notes results. Returns at once. Drops those for deliveries that are not delivered, or were made again since. */
    void checked(List<Checked> results);

    /** Checks these not before this time, if they are to be checked at all. Returns at once. The last results stay. */
    void postpone(List<Long> deliveryIds, Instant until);

    /**
     * Reads the dataset of an instance, if the spool still has it.
     *
     * @param reading gets the dataset as it was received
     * @return what it returned; empty when the bytes are gone
     * @throws IOException when {@code reading} throws it
     */
    <T> Optional<T> read(long instanceId, Reading<T> reading) throws IOException;

    /**
     * Makes a delivered delivery pending again, if the spool still has the bytes. Durable like any settlement.
     *
     * @param reason why, for operators
     * @return whether it is pending now; false when the bytes are gone, the delivery is not in the state delivered, or
     *     a newer version was delivered there
     */
    boolean sendAgain(long deliveryId, String reason);

    /**
     * Takes the dataset of an instance whose bytes are gone, as another destination holds it, and makes a delivered
     * delivery of it pending again. The bytes are in a file, and synced, before the delivery is pending. No rule
     * applies again, and no other delivery is affected. What copies are compared with stays what was received, also
     * when these bytes are another encoding of it.
     *
     * @param dataset writes the dataset: element by element that of the instance, in its transfer syntax
     * @param reason why, for operators
     * @return whether the delivery is pending now; false when a newer version was delivered there
     * @throws RefusedException when the spool cannot keep the bytes now
     * @throws IOException when {@code dataset} throws it
     */
    boolean restore(long deliveryId, DatasetSource dataset, String reason) throws RefusedException, IOException;

    /** Reads a dataset. */
    @FunctionalInterface
    interface Reading<T> {
        T read(InputStream dataset) throws IOException;
    }

    /** Gives a dataset, piece by piece. */
    @FunctionalInterface
    interface DatasetSource {
        void writeTo(DatasetTarget target) throws IOException;
    }

    /** Takes a dataset, piece by piece. */
    @FunctionalInterface
    interface DatasetTarget {
        void take(byte[] bytes, int offset, int count) throws IOException;
    }

    /**
     * The result of a check.
     *
     * @param at when
     * @param how by what means, for operators
     * @param detail what was found, if the copy is not verified; may be empty
     * @param md5 as {@link Copy#md5}
     * @param again when the next check is due; empty: none
     */
    record Checked(
            long deliveryId,
            CopyState state,
            Instant at,
            String how,
            String detail,
            Optional<String> md5,
            Optional<Instant> again) {

        /** How it is known that another gateway of the cluster has delivered a newer version. */
        public static final String BY_CLUSTER = "the cluster";

        /** Another gateway of the cluster has delivered a newer version to the same destination. */
        public static Checked replacedElsewhere(long deliveryId, Instant at) {
            return new Checked(
                    deliveryId,
                    CopyState.REPLACED,
                    at,
                    BY_CLUSTER,
                    "another gateway has delivered a newer version there",
                    Optional.empty(),
                    Optional.empty());
        }
    }
}
