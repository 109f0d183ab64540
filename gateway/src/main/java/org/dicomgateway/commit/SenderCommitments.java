package org.dicomgateway.commit;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.commit.RequestRecord.End;
import org.dicomgateway.commit.RequestRecord.Header;
import org.dicomgateway.commit.RequestRecord.Outcome;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.CommitmentSettings.Sender;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.requestor.Reporter;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Whereabouts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests of one sender. Associations add them; one thread looks after them. */
final class SenderCommitments {

    private static final Logger LOG = LoggerFactory.getLogger(SenderCommitments.class);

    /** Instances in all open requests of one sender: enough for a hundred large studies. */
    private static final int MAX_OPEN_REFERENCES = 200_000;
    /**
     * Requests that ended are remembered so long, and at most so many, to recognize repeated ones and for operators.
     */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private static final int MAX_REMEMBERED = 1_000;

    private final Sender sender;
    private final CommitmentSettings settings;
    private final Records records;
    private final Numbers numbers;
    private final Whereabouts spool;
    private final Requirements requirements;
    private final SenderLink link;
    private final InstantSource clock;
    private final Map<Uid, Transaction> transactions = new HashMap<>();
    private final Map<End, Long> ended = new HashMap<>();
    private volatile boolean stopping;

    /** Gives each record a number that no other has. */
    interface Numbers {
        long next();
    }

    SenderCommitments(
            Sender sender,
            CommitmentSettings settings,
            Records records,
            Numbers numbers,
            Whereabouts spool,
            Requirements requirements,
            Reporter reporter,
            InstantSource clock) {
        this.sender = sender;
        this.settings = settings;
        this.records = records;
        this.numbers = numbers;
        this.spool = spool;
        this.requirements = requirements;
        this.link = new SenderLink(sender, settings.retry(), reporter, clock);
        this.clock = clock;
    }

    /** A request that an earlier process left. */
    synchronized void restore(long number, Header header) {
        Transaction restored = new Transaction(number, header, Optional.empty(), settings);
        transactions.put(restored.uid(), restored);
    }

    /** Takes a request: durable before this returns. The same request again changes nothing. */
    synchronized Answer take(CommitmentRequest request, AeTitle called, ReportChannel channel) {
        Transaction known = transactions.get(request.transaction());
        String digest = RequestRecord.digestOf(request.references());
        if (known != null && !known.header().digest().equals(digest)) {
            return refused(
                    request,
                    DimseStatus.INVALID_ARGUMENT_VALUE,
                    "this Transaction UID was used for other instances before");
        }
        if (known != null && known.isOpen()) {
            known.repeatedOn(channel);
            return Answer.TAKEN;
        }
        if (open().size() >= settings.maxOpen()) {
            return refused(
                    request,
                    DimseStatus.RESOURCE_LIMITATION,
                    settings.maxOpen() + " requests are open (gateway.commitment.max-open)");
        }
        int instances = open().stream().mapToInt(each -> each.header().count()).sum();
        if (instances + request.references().size() > MAX_OPEN_REFERENCES) {
            return refused(
                    request, DimseStatus.RESOURCE_LIMITATION, "too many instances in all open requests together");
        }
        return keep(request, called, channel, known == null ? numbers.next() : known.number());
    }

    private Answer keep(CommitmentRequest request, AeTitle called, ReportChannel channel, long number) {
        Header header =
                Header.of(sender.name(), request.transaction(), called.value(), clock.instant(), request.references());
        try {
            records.keep(number, new RequestRecord(header, request.references()).toText());
        } catch (IOException e) {
            LOG.error("commitment: a request of {} cannot be kept and is refused", sender.name(), e);
            return new Answer(DimseStatus.PROCESSING_FAILURE, "the request cannot be kept, try again later");
        }
        transactions.put(request.transaction(), new Transaction(number, header, Optional.of(channel), settings));
        LOG.info(
                "commitment: {} requests it for {} instances, transaction {}",
                sender.name(),
                header.count(),
                request.transaction());
        return Answer.TAKEN;
    }

    private Answer refused(CommitmentRequest request, int status, String why) {
        LOG.warn(
                "commitment: a request of {} is refused ({}), transaction {}: {}",
                sender.name(),
                DimseStatus.format(status),
                request.transaction(),
                why);
        return new Answer(status, why);
    }

    private List<Transaction> open() {
        return transactions.values().stream().filter(Transaction::isOpen).toList();
    }

    /** Looks at what is due: waits on, or reports. */
    void look() {
        List<Transaction> reportable = new ArrayList<>();
        for (Transaction each : due()) {
            if (!stopping && canBeReported(each)) {
                reportable.add(each);
            }
        }
        for (Transaction each : reportable) {
            // What was received before must be seen now: a newer version counts, although the ledger may get it later.
            spool.catchUp();
            report(each);
        }
        forget();
    }

    private synchronized List<Transaction> due() {
        Instant now = clock.instant();
        return transactions.values().stream()
                .filter(each -> each.isDue(now))
                // A request whose report always fails must not keep the others waiting.
                .sorted(Comparator.comparingInt(Transaction::attempts)
                        .thenComparing(each -> each.header().receivedAt()))
                .toList();
    }

    private boolean canBeReported(Transaction transaction) {
        Instant now = clock.instant();
        Optional<SopReference> last = transaction.waitsFor();
        if (last.isPresent()) {
            Fate fate = fateOf(last.get());
            if (fate.kind() != Fate.Kind.STORED && !Assessment.isFinal(fate, transaction.patience(now))) {
                waits(transaction, Assessment.waiting(last.get(), fate), now);
                return false;
            }
        }
        return assess(transaction, now).isPresent();
    }

    /** Where the request stands. When it has to wait, this is noted, and there is nothing to report. */
    private Optional<Assessment> assess(Transaction transaction, Instant now) {
        String record;
        try {
            record = records.read(transaction.number());
        } catch (MalformedInputException e) {
            damaged(transaction, e);
            return Optional.empty();
        } catch (IOException e) {
            // The next look may read it: a request that was answered with success is not given up for that.
            again(transaction, "its record cannot be read now: " + e.getMessage(), now);
            return Optional.empty();
        }
        List<SopReference> references;
        try {
            references = RequestRecord.of(record).references();
        } catch (IOException e) {
            damaged(transaction, e);
            return Optional.empty();
        }
        Assessment assessment = Assessment.of(
                transaction.uid(), references, transaction.waitsFor(), transaction.patience(now), this::fateOf);
        if (assessment.result().isEmpty()) {
            waits(transaction, assessment, now);
            return Optional.empty();
        }
        return Optional.of(assessment);
    }

    private Fate fateOf(SopReference reference) {
        return Fate.of(reference, spool.newest(reference.sopInstance()), settings.answerWhen(), requirements);
    }

    private synchronized void waits(Transaction transaction, Assessment assessment, Instant now) {
        transaction.waits(assessment, now);
    }

    private void report(Transaction transaction) {
        if (stopping) {
            return;
        }
        Optional<Assessment> assessment = assess(transaction, clock.instant());
        if (assessment.isEmpty()) {
            return;
        }
        CommitmentResult result = assessment.get().result().orElseThrow();
        Instant now = clock.instant();
        if (link.isAwayFor(transaction, now) && !transaction.isGivenUp(now)) {
            postponed(transaction);
            return;
        }
        Optional<String> failure = link.report(transaction, result);
        if (failure.isPresent()) {
            failed(transaction, failure.get());
        } else {
            told(transaction, result, assessment.get().note());
        }
    }

    private synchronized void postponed(Transaction transaction) {
        transaction.postponed(link.whyAway(), link.awayUntil());
    }

    private void told(Transaction transaction, CommitmentResult result, String note) {
        boolean all = result.failed().isEmpty();
        Outcome outcome =
                new Outcome(all ? End.SUCCESSFUL : End.FAILED, result.failed().size(), clock.instant(), note);
        if (!end(transaction, outcome)) {
            return;
        }
        if (all) {
            LOG.info(
                    "commitment: all {} instances are stored, {} was told, transaction {}",
                    result.committed().size(),
                    sender.name(),
                    transaction.uid());
        } else {
            LOG.warn(
                    "commitment: {} of {} instances are not stored, {} was told, transaction {}; for example, {}",
                    result.failed().size(),
                    transaction.header().count(),
                    sender.name(),
                    transaction.uid(),
                    note);
        }
    }

    private void failed(Transaction transaction, String why) {
        Instant now = clock.instant();
        if (!transaction.isGivenUp(now)) {
            LOG.warn(
                    "commitment: {} could not be told, it is tried again, transaction {}: {}",
                    sender.name(),
                    transaction.uid(),
                    why);
            again(transaction, why, now);
        } else if (end(transaction, new Outcome(End.GIVEN_UP, 0, now, why))) {
            LOG.error(
                    "commitment: {} could not be told and is not tried any more, transaction {}: {}. It must ask again",
                    sender.name(),
                    transaction.uid(),
                    why);
        }
    }

    private synchronized void again(Transaction transaction, String why, Instant now) {
        transaction.failed(why, now.plus(settings.retry().delayAfter(transaction.attempts() + 1)));
    }

    /** Notes the end durably. When that is not possible, the report is made again later. */
    private synchronized boolean end(Transaction transaction, Outcome outcome) {
        Header header = transaction.header().ended(outcome);
        try {
            records.keep(transaction.number(), new RequestRecord(header, List.of()).toText());
        } catch (IOException e) {
            LOG.error(
                    "commitment: the end of transaction {} of {} cannot be noted; its report is made again later",
                    transaction.uid(),
                    sender.name(),
                    e);
            again(transaction, "the end cannot be noted: " + e.getMessage(), clock.instant());
            return false;
        }
        transaction.ended(header);
        ended.merge(outcome.end(), 1L, Long::sum);
        return true;
    }

    private synchronized void damaged(Transaction transaction, IOException why) {
        try {
            LOG.error(
                    "commitment: the record of transaction {} of {} cannot be read and is kept as {}: the sender gets no"
                            + " report and must ask again",
                    transaction.uid(),
                    sender.name(),
                    records.setAside(transaction.number()),
                    why);
            transactions.remove(transaction.uid());
        } catch (IOException e) {
            again(transaction, "its record cannot be read: " + why.getMessage(), clock.instant());
            LOG.error("commitment: a record of {} can be neither read nor set aside", sender.name(), e);
        }
    }

    /** Forgets requests that ended long ago. */
    private synchronized void forget() {
        Instant before = clock.instant().minus(REMEMBERED);
        List<Transaction> over = transactions.values().stream()
                .filter(each -> !each.isOpen())
                .sorted(Comparator.comparing(SenderCommitments::endOf).reversed())
                .toList();
        for (int i = 0; i < over.size(); i++) {
            if (i >= MAX_REMEMBERED || endOf(over.get(i)).isBefore(before)) {
                try {
                    records.remove(over.get(i).number());
                    transactions.remove(over.get(i).uid());
                } catch (IOException e) {
                    LOG.warn("commitment: an old record cannot be removed; this is tried again", e);
                    return;
                }
            }
        }
    }

    private static Instant endOf(Transaction transaction) {
        return transaction.header().outcome().map(Outcome::at).orElse(Instant.MAX);
    }

    /** Begins no further report. */
    void stop() {
        stopping = true;
    }

    synchronized List<CommitmentStatus> statuses() {
        return transactions.values().stream().map(Transaction::status).toList();
    }

    /** How many requests ended like this since the start. */
    synchronized long ended(End end) {
        return ended.getOrDefault(end, 0L);
    }
}
