package org.dicomgateway.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The spool as the gateway sees it that asks destinations for storage commitment: which copies are to be asked for, and
 * what was said. Thread-safe. All this is in the ledger only: a rebuilt ledger forgets it.
 */
public interface CopyCommitments {

    /**
     * Sets which destinations are asked after a delivery, from now on.
     *
     * @param after how long after the delivery; empty: the destination is not asked
     */
    void askAfter(Function<String, Optional<Duration>> after);

    /**
     * The delivered copies that are to be asked for not later than this, the longest due first.
     *
     * @throws SearchException when the ledger cannot be read now
     */
    List<Owed> owed(String destination, Instant until, int max);

    /** Notes what was asked and said. Returns at once. Notes about a delivery that was made again since are dropped. */
    void note(List<Note> notes);

    /** What is to be asked for later than this is to be asked for then. */
    void hasten(String destination, Instant latest);

    /**
     * How many copies are not committed yet, by destination.
     *
     * @throws SearchException when the ledger cannot be read now
     */
    Map<String, Debt> debts();

    /**
     * A copy that is not committed yet.
     *
     * @param deliveredAt tells the delivery from one that is made again
     * @param due when it is to be asked for
     * @param requests how often it was asked for since
     * @param sentAgainAt when it was last sent again, because the destination did not hold it
     */
    record Owed(Copy copy, Instant deliveredAt, Instant due, int requests, Optional<Instant> sentAgainAt) {}

    /**
     * Something that was asked or said about a copy.
     *
     * @param deliveredAt as {@link Owed#deliveredAt}
     * @param requested whether it was asked for once more
     * @param said what the destination reported; empty: what it reported before, if anything, stays
     * @param again when it is to be asked for; empty: not any more
     */
    record Note(
            long deliveryId,
            Instant deliveredAt,
            boolean requested,
            Optional<Commitment> said,
            Optional<Instant> again) {}

    /**
     * What a destination has not committed.
     *
     * @param open copies that wait for a report, or to be asked for
     * @param failed copies that it reported as failed; they are asked for again
     * @param oldest when the oldest of all these was delivered
     */
    record Debt(long open, long failed, Instant oldest) {}
}
