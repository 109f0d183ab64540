package org.dicomgateway.commit;

import java.time.Instant;
import java.util.Optional;

/**
 * A request of storage commitment, for operators.
 *
 * @param sender the sender's name in the configuration
 * @param transactionUid Transaction UID
 * @param state where it stands
 * @param requestedAt when it came
 * @param deadline when its result is reported at the latest
 * @param instances how many instances it names
 * @param failed how many of them were reported as failed; 0 while it is open
 * @param attempts reports that failed since the start
 * @param endedAt when it ended; empty while it is open
 * @param note what it waits for, why the last report failed, or an example of a failure; may be empty
 */
public record CommitmentStatus(
        String sender,
        String transactionUid,
        State state,
        Instant requestedAt,
        Instant deadline,
        int instances,
        int failed,
        int attempts,
        Optional<Instant> endedAt,
        String note) {

    /** The states of a request. */
    public enum State {
        /** Its result is not known yet, or not reported yet. */
        OPEN,
        /** All is committed, and the sender knows it. */
        SUCCESSFUL,
        /** Failures exist, and the sender knows it. */
        FAILED,
        /** The sender could not be told. */
        GIVEN_UP
    }
}
