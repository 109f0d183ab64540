package org.dicomgateway.commit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.CommitmentSettings.Retry;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyCommitments.Note;
import org.dicomgateway.spool.CopyCommitments.Owed;
import org.dicomgateway.spool.SearchException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage commitment of one destination. Its thread asks, and uses the reports; associations only bring them. A request
 * that is open is not durable: the next process asks for what is not committed under a new Transaction UID.
 */
final class DestinationCommitments {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationCommitments.class);

    /** Copies in one request: a large study takes a few. */
    static final int MAX_REFERENCES = 1_000;
    /** Copies in all open requests. With so many, no report has come for long. */
    private static final int MAX_OPEN = 20_000;
    /** Copies that are read at once. */
    private static final int MAX_READ = 5_000;

    /** Some servers report on the association of the request, and then do so at once. */
    private static final Duration SAME_ASSOCIATION = Duration.ofSeconds(3);

    private static final Retry PAUSES = new Retry(Duration.ofSeconds(5), Duration.ofHours(1), Duration.ZERO);
    /** Before a server is asked again that knows no such requests: it may get them with its next version. */
    private static final Duration NOT_OFFERED = Duration.ofHours(1);

    private static final Duration LONGEST_BETWEEN_REQUESTS = Duration.ofDays(1);
    private static final int LOOKS_IN_TIME = 10;
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    /** @param late whether the copies were already to be asked for again */
    private record Report(OpenRequest request, CommitmentResult result, boolean late) {}

    private final DestinationSettings settings;
    private final Inquiry inquiry;
    private final CopyCommitments spool;
    private final InstantSource clock;
    private final Duration after;
    private final Retry requestsOfCopy;
    private final ReportUse use;
    private final OpenRequests requests = new OpenRequests();
    private final Queue<Report> reports = new ConcurrentLinkedQueue<>();
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean stopping;
    private volatile String problem = "";
    private int failures;
    private Instant notBefore = Instant.MIN;

    /**
     * @param inquiry how the destination is asked
     * @param resend sends the copy of a delivery again that the destination does not have; whether it does
     */
    DestinationCommitments(
            DestinationSettings settings,
            Inquiry inquiry,
            CopyCommitments spool,
            LongPredicate resend,
            InstantSource clock) {
        this.settings = settings;
        this.inquiry = inquiry;
        this.spool = spool;
        this.clock = clock;
        this.after = settings.commitment().after();
        this.requestsOfCopy = new Retry(after, LONGEST_BETWEEN_REQUESTS, Duration.ZERO);
        this.use = new ReportUse(
                settings.name(), spool, delivery -> !stopping && resend.test(delivery), this::nextRequest);
        spool.hasten(settings.name(), clock.instant().plus(after));
    }

    DestinationSettings settings() {
        return settings;
    }

    /** Asks for what is due, and uses what was reported. */
    void look() {
        if (!stopping && !clock.instant().isBefore(notBefore)) {
            askForAll();
        }
        if (!stopping) {
            inquiry.collect(
                            each -> requests.find(each)
                                    .filter(OpenRequest::isOpen)
                                    .isPresent(),
                            this::take)
                    .forEach(this::forgotten);
        }
        expire();
        useReports();
    }

    private void askForAll() {
        Instant now = clock.instant();
        List<Owed> owed;
        try {
            owed = spool.owed(settings.name(), now.plus(after), MAX_READ);
        } catch (SearchException e) {
            LOG.debug("commitment: what {} owes cannot be read now", settings.name(), e);
            return;
        }
        Set<Long> asked = requests.copies();
        int open = asked.size();
        List<Owed> fresh = owed.stream()
                .filter(each -> !asked.contains(each.copy().deliveryId()))
                .toList();
        drop(fresh.stream().filter(each -> each.copy().replaced()));
        List<List<Owed>> batches = Batches.of(
                fresh.stream().filter(each -> !each.copy().replaced()).toList(), now, after, MAX_REFERENCES);
        if (batches.isEmpty() || open + batches.get(0).size() > MAX_OPEN) {
            Duration pause = after.dividedBy(LOOKS_IN_TIME);
            notBefore = now.plus(pause.compareTo(LONGEST_LOOK) < 0 ? pause : LONGEST_LOOK);
        }
        for (List<Owed> batch : batches) {
            open += batch.size();
            if (stopping || open > MAX_OPEN || !ask(batch)) {
                return;
            }
            // In between: a report must not wait for all other requests.
            useReports();
        }
    }

    /** Nobody needs an answer for what was replaced by a newer version. */
    private void drop(Stream<Owed> replaced) {
        List<Note> notes = replaced.map(each -> new Note(
                        each.copy().deliveryId(), each.deliveredAt(), false, Optional.empty(), Optional.empty()))
                .toList();
        if (!notes.isEmpty()) {
            spool.note(notes);
        }
    }

    /** Returns whether the next request is worth a try now. */
    private boolean ask(List<Owed> batch) {
        Instant deadline = clock.instant().plus(settings.commitment().deadline());
        OpenRequest request = new OpenRequest(batch, deadline);
        requests.add(request);
        Inquiry.Reply reply;
        try {
            reply = inquiry.ask(message(request, batch), this::take, () -> waitFor(request));
        } catch (AssociationException e) {
            request.expire();
            // It may break off at this request alone. The others go first now.
            note(request, false, any -> clock.instant().plus(after));
            failed(String.valueOf(e.getMessage()), Duration.ZERO);
            return false;
        } catch (RuntimeException e) {
            request.expire();
            throw e;
        }
        if (reply.kind() == Inquiry.Kind.NOT_OFFERED) {
            request.expire();
            note(request, false, any -> clock.instant().plus(after));
            notOffered(reply.why());
            return false;
        }
        if (reply.kind() == Inquiry.Kind.REFUSED) {
            request.expire();
            note(request, true, this::nextRequest);
            failed(reply.why(), reply.pause());
            return false;
        }
        if (failures > 0) {
            LOG.info("commitment: {} takes requests again", settings.name());
            problem = "";
        }
        failures = 0;
        note(request, true, any -> deadline);
        LOG.info(
                "commitment: {} is asked for {} instances, transaction {}",
                settings.name(),
                batch.size(),
                request.transaction());
        return true;
    }

    private static CommitmentRequest message(OpenRequest request, List<Owed> batch) {
        return new CommitmentRequest(
                request.transaction(),
                batch.stream()
                        .map(each -> each.copy().instance())
                        .map(instance -> new SopReference(instance.sopClass(), instance.sopInstance()))
                        .distinct()
                        .toList());
    }

    private void waitFor(OpenRequest request) {
        if (!stopping) {
            request.await(SAME_ASSOCIATION);
        }
    }

    /** @param atLeast how long to wait before the next request */
    private void failed(String why, Duration atLeast) {
        failures++;
        Duration pause = PAUSES.delayAfter(failures);
        notBefore = clock.instant().plus(pause.compareTo(atLeast) < 0 ? atLeast : pause);
        if (failures == 1) {
            LOG.warn(
                    "commitment: {} cannot be asked for it; this is tried again with growing pauses: {}",
                    settings.name(),
                    why);
        }
        problem = why;
    }

    private void notOffered(String why) {
        failures++;
        notBefore = clock.instant().plus(NOT_OFFERED);
        String told = "it offers no storage commitment over DICOMweb (" + why + "): set commitment.request = false;"
                + " verify.level shows what it holds";
        if (!problem.equals(told)) {
            LOG.warn("commitment: {} is not asked for {} min: {}", settings.name(), NOT_OFFERED.toMinutes(), told);
        }
        problem = told;
    }

    /** When a copy is to be asked for again, after so many requests that did not get it committed. */
    private Instant nextRequest(int made) {
        return clock.instant().plus(requestsOfCopy.delayAfter(made));
    }

    private synchronized void note(OpenRequest request, boolean requested, IntFunction<Instant> again) {
        if (!stopping) {
            spool.note(request.all().stream()
                    .map(each -> each.note(requested, Optional.empty(), Optional.of(again.apply(each.requests()))))
                    .toList());
        }
    }

    /** Gives up requests without a report in time. */
    private void expire() {
        for (OpenRequest request : requests.overdue(clock.instant())) {
            request.expire();
            note(request, false, this::nextRequest);
            problem = "it has not reported on " + request.all().size() + " instances in time";
            LOG.warn(
                    "commitment: {} has not reported on {} instances in time, transaction {}; it is asked again",
                    settings.name(),
                    request.all().size(),
                    request.transaction());
        }
    }

    private void forgotten(Uid transaction) {
        requests.find(transaction).ifPresent(request -> {
            request.expire();
            note(request, false, this::nextRequest);
            LOG.warn(
                    "commitment: {} has no result for the {} instances of transaction {}; it is asked again",
                    settings.name(),
                    request.all().size(),
                    transaction);
        });
    }

    /** Takes a report that a peer brings; empty when it is about no request to this destination. For any thread. */
    Optional<Answer> report(CommitmentResult result, Origin origin) {
        return inquiry.isFrom(origin) && requests.find(result.transaction()).isPresent()
                ? Optional.of(take(result))
                : Optional.empty();
    }

    private Answer take(CommitmentResult result) {
        Optional<OpenRequest> found = requests.find(result.transaction());
        if (found.isEmpty()) {
            return ArchiveCommitments.UNKNOWN;
        }
        OpenRequest request = found.get();
        boolean asked = Stream.concat(
                        result.committed().stream(), result.failed().stream().map(Failure::reference))
                .map(SopReference::sopInstance)
                .anyMatch(request.copies()::containsKey);
        if (!asked) {
            return new Answer(DimseStatus.INVALID_ARGUMENT_VALUE, "it names no instance of the transaction");
        }
        boolean late = !request.isOpen();
        if (request.answered()) {
            reports.add(new Report(request, result, late));
        }
        return Answer.TAKEN;
    }

    private void useReports() {
        for (Report report = reports.poll(); report != null; report = reports.poll()) {
            problem = "";
            committed.addAndGet(use.use(report.request(), report.result(), report.late(), clock.instant()));
        }
    }

    /** Copies that it has committed since this began. */
    long committed() {
        return committed.get();
    }

    /** Why it cannot be asked, or what it did not answer; empty when all is well. */
    String problem() {
        return problem;
    }

    /**
     * Begins no further request, and puts off no copy any more: with other settings, another one takes over now, which
     * knows nothing of the requests of this one.
     */
    synchronized void stop() {
        stopping = true;
    }
}
