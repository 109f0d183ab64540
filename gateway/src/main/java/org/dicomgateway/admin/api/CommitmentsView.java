package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The requests of storage commitment that are open, or that failed within about a week, the newest first; and what the
 * destinations have not committed that are asked for it.
 *
 * @param senders the senders that may request it
 * @param items the requests of senders
 * @param destinations the destinations that are asked for it
 */
public record CommitmentsView(
        List<SenderView> senders, List<CommitmentView> items, List<DestinationView> destinations) {

    /** Copies the lists. */
    public CommitmentsView {
        senders = List.copyOf(senders);
        items = List.copyOf(items);
        destinations = List.copyOf(destinations);
    }

    /**
     * A destination that is asked for storage commitment.
     *
     * @param open copies that wait for its report, or to be asked for
     * @param failed copies that it reported as failed; they are asked for again
     * @param oldest when the oldest of all these was delivered; empty: there is none
     * @param committed copies that it has committed since the gateway started, or the destination's settings changed
     * @param problem why it cannot be asked, or what it did not answer; empty when all is well
     */
    public record DestinationView(
            String name, long open, long failed, Optional<Instant> oldest, long committed, String problem) {}

    /**
     * A sender. All counts are since the gateway started.
     *
     * @param successful requests that ended with the report that all is committed
     * @param failed requests that ended with the report that failures exist
     * @param givenUp requests whose sender could not be told
     */
    public record SenderView(String name, long successful, long failed, long givenUp) {}

    /**
     * A request.
     *
     * @param state open, failed or given up
     * @param deadline when its result is reported at the latest
     * @param instances how many instances it names
     * @param failed how many of them were reported as failed; 0 while it is open
     * @param attempts reports that failed since the start
     * @param endedAt when it ended; empty while it is open
     * @param note what it waits for, why the last report failed, or an example of a failure; may be empty
     */
    public record CommitmentView(
            String sender,
            String transactionUid,
            String state,
            Instant requestedAt,
            Instant deadline,
            int instances,
            int failed,
            int attempts,
            Optional<Instant> endedAt,
            String note) {

        /** Whether its sender has no result yet. */
        public boolean waits() {
            return state.equals("open");
        }
    }
}
