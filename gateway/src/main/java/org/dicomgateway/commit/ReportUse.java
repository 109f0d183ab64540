package org.dicomgateway.commit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import org.dicomgateway.commit.OpenRequest.Asked;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyCommitments.Note;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the reports of one destination do: notes in the spool, and copies that are sent again. For one thread. */
final class ReportUse {

    private static final Logger LOG = LoggerFactory.getLogger(ReportUse.class);

    /** A server that always says that it does not have it does not get it again and again. */
    private static final Duration BETWEEN_REPEATS = Duration.ofDays(1);

    private final String destination;
    private final CopyCommitments spool;
    private final LongPredicate resend;
    private final IntFunction<Instant> again;

    /**
     * @param resend sends the copy of a delivery again; whether it does
     * @param again when a copy is to be asked for again, after so many requests
     */
    ReportUse(String destination, CopyCommitments spool, LongPredicate resend, IntFunction<Instant> again) {
        this.destination = destination;
        this.spool = spool;
        this.resend = resend;
        this.again = again;
    }

    /**
     * Uses a report.
     *
     * @param late whether its copies were already to be asked for again: then only what is committed counts
     * @return how many copies are committed
     */
    int use(OpenRequest request, CommitmentResult result, boolean late, Instant now) {
        Map<Uid, Commitment> said = said(result, now);
        List<Note> notes = new ArrayList<>();
        List<Asked> missing = new ArrayList<>();
        int failed = 0;
        String example = "";
        for (Map.Entry<Uid, List<Asked>> instance : request.copies().entrySet()) {
            Optional<Commitment> commitment = Optional.ofNullable(said.get(instance.getKey()));
            boolean done = commitment.filter(each -> each.failure().isEmpty()).isPresent();
            if (!done && late) {
                continue;
            }
            for (Asked copy : instance.getValue()) {
                Optional<Instant> next = done ? Optional.empty() : Optional.of(again.apply(copy.requests()));
                notes.add(copy.note(false, commitment, next));
                if (commitment.filter(Commitment::isMissing).isPresent()) {
                    missing.add(copy);
                }
            }
            if (!done) {
                failed += instance.getValue().size();
                example = instance.getKey() + ": "
                        + commitment
                                .flatMap(Commitment::failure)
                                .map(FailureReason::toString)
                                .orElse("not named");
            }
        }
        spool.note(notes);
        tell(request, notes.size(), failed, example);
        if (said.size() > request.copies().size()) {
            LOG.warn(
                    "commitment: {} also reports on instances that it was not asked for, transaction {}; they are ignored",
                    destination,
                    request.transaction());
        }
        sendAgain(request, missing, now);
        return notes.size() - failed;
    }

    /** What a report says of each instance. A failure counts more than the opposite in the same report. */
    private static Map<Uid, Commitment> said(CommitmentResult result, Instant now) {
        Map<Uid, Commitment> said = new HashMap<>();
        result.committed().forEach(each -> said.put(each.sopInstance(), new Commitment(now, Optional.empty())));
        result.failed()
                .forEach(each ->
                        said.put(each.reference().sopInstance(), new Commitment(now, Optional.of(each.reason()))));
        return said;
    }

    private void tell(OpenRequest request, int all, int failed, String example) {
        if (failed == 0) {
            LOG.info(
                    "commitment: {} has committed {} instances, transaction {}",
                    destination,
                    all,
                    request.transaction());
        } else {
            LOG.warn(
                    "commitment: {} has not committed {} of {} instances, transaction {}; for example, {}",
                    destination,
                    failed,
                    all,
                    request.transaction(),
                    example);
        }
    }

    private void sendAgain(OpenRequest request, List<Asked> missing, Instant now) {
        if (missing.isEmpty()) {
            return;
        }
        long sent = missing.stream()
                .filter(each -> each.sentAgainAt()
                        .filter(at -> now.isBefore(at.plus(BETWEEN_REPEATS)))
                        .isEmpty())
                .filter(each -> resend.test(each.deliveryId()))
                .count();
        LOG.warn(
                "commitment: {} does not have {} instances, transaction {}; {} of them are sent again",
                destination,
                missing.size(),
                request.transaction(),
                sent);
    }
}
