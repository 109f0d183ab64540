package org.dicomgateway.commit;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.dicomgateway.config.settings.CommitmentSettings.Report;
import org.dicomgateway.config.settings.CommitmentSettings.Retry;
import org.dicomgateway.config.settings.CommitmentSettings.Sender;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.requestor.Reporter;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.wire.AssociationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to one sender. When it cannot be reached, one request finds out for all others: a thousand of them do not
 * try one by one. For one thread.
 */
final class SenderLink {

    private static final Logger LOG = LoggerFactory.getLogger(SenderLink.class);

    private final Sender sender;
    private final Retry retry;
    private final Reporter reporter;
    private final InstantSource clock;
    private int failures;
    private Instant awayUntil = Instant.MIN;
    private String whyAway = "";

    SenderLink(Sender sender, Retry retry, Reporter reporter, InstantSource clock) {
        this.sender = sender;
        this.retry = retry;
        this.reporter = reporter;
        this.clock = clock;
    }

    /** Whether a report of this request is not worth a try now: the sender could not be reached just before. */
    boolean isAwayFor(Transaction transaction, Instant now) {
        return sameAssociation(transaction).isEmpty() && now.isBefore(awayUntil);
    }

    /** When it is tried again. */
    Instant awayUntil() {
        return awayUntil;
    }

    /** Why it could not be reached. */
    String whyAway() {
        return whyAway;
    }

    /** Reports the result of a request. Returns why this failed; empty when the sender has it. */
    Optional<String> report(Transaction transaction, CommitmentResult result) {
        try {
            int status = send(transaction, result);
            return DimseStatus.kindOf(status) == DimseStatus.Kind.FAILURE
                    ? Optional.of("it answered the report with " + DimseStatus.format(status) + ", "
                            + DimseStatus.meaningOf(status))
                    : Optional.empty();
        } catch (AssociationException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("commitment: internal error of the gateway in a report to {}", sender.name(), e);
            return Optional.of("internal error: " + e);
        }
    }

    private int send(Transaction transaction, CommitmentResult result) throws AssociationException {
        Optional<ReportChannel> same = sameAssociation(transaction);
        if (same.isPresent()) {
            return same.get().report(result);
        }
        try {
            int status = reporter.report(
                    sender.peer(), AeTitle.of(transaction.header().called()), result);
            failures = 0;
            awayUntil = Instant.MIN;
            return status;
        } catch (AssociationException e) {
            failures++;
            awayUntil = clock.instant().plus(retry.delayAfter(failures));
            whyAway = String.valueOf(e.getMessage());
            throw e;
        }
    }

    private Optional<ReportChannel> sameAssociation(Transaction transaction) {
        return sender.report() == Report.SAME_ASSOCIATION ? transaction.channel() : Optional.empty();
    }
}
