package org.dicomgateway.config.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.ClientTls;

/**
 * How requests of storage commitment are answered (PS3.4 Annex J).
 *
 * @param answerWhen when the storage of an instance counts as committed
 * @param deadline how long after a request its result is reported at the latest
 * @param unknownAfter an instance that is still not known this long after the request is not expected any more
 * @param maxOpen requests of one sender that can be open at the same time
 * @param timeout for the connection to a sender, and for each of its answers
 * @param retry when a report that failed is sent again
 * @param senders the senders that may request storage commitment; without any, the gateway does not offer it
 */
public record CommitmentSettings(
        AnswerWhen answerWhen,
        Duration deadline,
        Duration unknownAfter,
        int maxOpen,
        Duration timeout,
        Retry retry,
        List<Sender> senders) {

    /** Copies the list. */
    public CommitmentSettings {
        senders = List.copyOf(senders);
    }

    /** What every copy of an instance must be, before its storage is committed. */
    public enum AnswerWhen {
        /** The destination answered the C-STORE with success, and no check found it missing or differing there. */
        DELIVERED,
        /** The destination itself has committed its storage, and no check found it missing or differing since. */
        COMMITTED,
        /** A check found that the destination holds it, as it was sent. */
        VERIFIED
    }

    /** The association on which a sender gets reports. */
    public enum Report {
        /** One that the gateway opens. */
        NEW_ASSOCIATION,
        /** That of the request, while it is open; else a new one. */
        SAME_ASSOCIATION
    }

    /**
     * When a report is sent again.
     *
     * @param initialDelay the delay before the second attempt; doubles with each further one
     * @param maxDelay the upper bound of the growing delay
     * @param afterDeadline how long after the deadline the last attempt may be
     */
    public record Retry(Duration initialDelay, Duration maxDelay, Duration afterDeadline) {

        /** The delay after this many failures in a row, at least one. */
        public Duration delayAfter(int failures) {
            Duration delay = initialDelay;
            for (int i = 1; i < failures && delay.compareTo(maxDelay) < 0; i++) {
                delay = delay.multipliedBy(2);
            }
            return delay.compareTo(maxDelay) < 0 ? delay : maxDelay;
        }
    }

    /**
     * A sender that may request storage commitment.
     *
     * @param name its key under {@code senders}
     * @param peer the AE title with which it calls, and where it takes reports
     * @param report the association for reports
     * @param tls how connections to it are secured; empty: without TLS
     */
    public record Sender(String name, Peer peer, Report report, Optional<ClientTls> tls) {}
}
