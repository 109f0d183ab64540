package org.dicomgateway.commit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.requestor.CommitmentRequestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyCommitments.Note;
import org.dicomgateway.spool.CopyCommitments.Owed;
import org.dicomgateway.spool.SearchException;
import org.jspecify.annotations.Nullable;
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
    private static final int MAX_OPEN = 50_000;
    /** Copies that are read at once. */
    private static final int MAX_READ = 5_000;
    /** Requests that are over, but remembered for late and repeated reports. */
    private static final int MAX_REMEMBERED = 200;

    /** Some servers report on the association of the request, and then do so at once. */
    private static final Duration SAME_ASSOCIATION = Duration.ofSeconds(3);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    /** A copy is not asked for more rarely than this, and not sent again more often. */
    private static final Duration DAY = Duration.ofDays(1);

    private static final int LOOKS_IN_TIME = 10;
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    /** @param late whether the copies were already to be asked for again */
    private record Report(OpenRequest request, CommitmentResult result, boolean late) {}

    private final DestinationSettings settings;
    private final AeTitle calling;
    private final CommitmentRequestor requestor;
    private final CopyCommitments spool;
    private final Predicate<Copy> resend;
    private final InstantSource clock;
    private final Map<Uid, OpenRequest> requests = new LinkedHashMap<>();
    private final Queue<Report> reports = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;
    private volatile long committed;
    private volatile String problem = "";
    private int failures;
    private Instant notBefore = Instant.MIN;

    /**
     * @param settings with a calling AE title
     * @param resend sends a copy again that the destination does not have; whether it does
     */
    DestinationCommitments(
            DestinationSettings settings,
            CommitmentRequestor requestor,
            CopyCommitments spool,
            Predicate<Copy> resend,
            InstantSource clock) {
        this.settings = settings;
        this.calling = settings.callingAe().orElseThrow();
        this.requestor = requestor;
        this.spool = spool;
        this.resend = resend;
        this.clock = clock;
        spool.hasten(settings.name(), clock.instant().plus(settings.commitment().after()));
    }

    DestinationSettings settings() {
        return settings;
    }

    /** Asks for what is due, and uses what was reported. */
    void look() {
        if (!stopping && !clock.instant().isBefore(notBefore)) {
            askForAll();
        }
        expire();
        useReports();
    }

    private void askForAll() {
        Duration after = settings.commitment().after();
        Instant now = clock.instant();
        List<Owed> owed;
        try {
            owed = spool.owed(settings.name(), now.plus(after), MAX_READ);
        } catch (SearchException e) {
            LOG.debug("commitment: what {} owes cannot be read now", settings.name(), e);
            return;
        }
        Set<Long> asked = openCopies();
        int open = asked.size();
        List<Owed> fresh = owed.stream()
                .filter(each -> !asked.contains(each.copy().deliveryId()))
                .toList();
        // Nobody needs an answer for what was replaced by a newer version.
        note(fresh.stream().filter(DestinationCommitments::isReplaced), each -> Optional.empty());
        List<Owed> wanted = fresh.stream().filter(each -> !isReplaced(each)).toList();
        List<List<Owed>> batches = Batches.of(wanted, now, after, MAX_REFERENCES);
        if (batches.isEmpty()) {
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

    private static boolean isReplaced(Owed owed) {
        return owed.copy().replaced();
    }

    /** Returns whether the next request is worth a try now. */
    private boolean ask(List<Owed> batch) {
        OpenRequest request = new OpenRequest(
                batch, clock.instant().plus(settings.commitment().deadline()));
        remember(request);
        int status;
        try {
            status = requestor.request(
                    settings.peer(), calling, request.message(), new SameAssociation(), () -> waitFor(request));
        } catch (AssociationException e) {
            request.expire();
            failed(String.valueOf(e.getMessage()));
            return false;
        } catch (RuntimeException e) {
            request.expire();
            throw e;
        }
        if (DimseStatus.kindOf(status) == DimseStatus.Kind.FAILURE) {
            request.expire();
            note(batch.stream(), owed -> Optional.of(later(owed)));
            failed("it answered the request with " + DimseStatus.format(status) + ", " + DimseStatus.meaningOf(status));
            return false;
        }
        if (failures > 0) {
            LOG.info("commitment: {} takes requests again", settings.name());
            problem = "";
        }
        failures = 0;
        Instant deadline = clock.instant().plus(settings.commitment().deadline());
        note(batch.stream(), owed -> Optional.of(deadline));
        LOG.info(
                "commitment: {} is asked for {} instances, transaction {}",
                settings.name(),
                batch.size(),
                request.transaction());
        return true;
    }

    private void waitFor(OpenRequest request) {
        if (!stopping) {
            request.await(SAME_ASSOCIATION);
        }
    }

    private void failed(String why) {
        failures++;
        Duration pause = growing(FIRST_PAUSE, failures, LONGEST_PAUSE);
        notBefore = clock.instant().plus(pause);
        if (failures == 1) {
            LOG.warn(
                    "commitment: {} cannot be asked for it; this is tried again with growing pauses: {}",
                    settings.name(),
                    why);
        }
        problem = why;
    }

    private static Duration growing(Duration first, int times, Duration longest) {
        Duration pause = first;
        for (int i = 1; i < times && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    /** When a copy is to be asked for after a request that did not get it committed. */
    private Instant later(Owed owed) {
        return clock.instant().plus(growing(settings.commitment().after(), owed.requests() + 1, DAY));
    }

    private void note(Stream<Owed> copies, Function<Owed, Optional<Instant>> again) {
        List<Note> notes = copies.map(owed -> new Note(
                        owed.copy().deliveryId(), owed.deliveredAt(), true, Optional.empty(), again.apply(owed)))
                .toList();
        if (!notes.isEmpty()) {
            spool.note(notes);
        }
    }

    private synchronized void remember(OpenRequest request) {
        requests.put(request.transaction(), request);
        int over =
                (int) requests.values().stream().filter(each -> !each.isOpen()).count();
        for (Iterator<OpenRequest> each = requests.values().iterator(); over > MAX_REMEMBERED; ) {
            if (!each.next().isOpen()) {
                each.remove();
                over--;
            }
        }
    }

    private synchronized Set<Long> openCopies() {
        return requests.values().stream()
                .filter(OpenRequest::isOpen)
                .flatMap(request -> request.all().stream())
                .map(owed -> owed.copy().deliveryId())
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Gives up requests without a report in time. */
    private void expire() {
        List<OpenRequest> overdue;
        synchronized (this) {
            Instant now = clock.instant();
            overdue = requests.values().stream()
                    .filter(each -> each.isOverdue(now))
                    .toList();
        }
        for (OpenRequest request : overdue) {
            request.expire();
            List<Note> notes = request.all().stream()
                    .map(owed -> new Note(
                            owed.copy().deliveryId(),
                            owed.deliveredAt(),
                            false,
                            Optional.empty(),
                            Optional.of(later(owed))))
                    .toList();
            spool.note(notes);
            problem = "it has not reported on " + notes.size() + " instances in time";
            LOG.warn(
                    "commitment: {} has not reported on {} instances in time, transaction {}; it is asked again",
                    settings.name(),
                    notes.size(),
                    request.transaction());
        }
    }

    /** Takes a report; empty when it is about no request to this destination. For any thread. */
    Optional<Answer> report(CommitmentResult result, Origin origin) {
        @Nullable OpenRequest request;
        synchronized (this) {
            request = requests.get(result.transaction());
        }
        if (request == null || !origin.calling().equals(settings.peer().aeTitle())) {
            return Optional.empty();
        }
        boolean asked = Stream.concat(
                        result.committed().stream(), result.failed().stream().map(CommitmentResult.Failure::reference))
                .map(SopReference::sopInstance)
                .anyMatch(request.copies()::containsKey);
        if (!asked) {
            return Optional.of(
                    new Answer(DimseStatus.INVALID_ARGUMENT_VALUE, "it names no instance of the transaction"));
        }
        synchronized (this) {
            if (!request.isAnswered()) {
                reports.add(new Report(request, result, !request.isOpen()));
                request.answered();
            }
        }
        return Optional.of(Answer.TAKEN);
    }

    private void useReports() {
        for (Report report = reports.poll(); report != null; report = reports.poll()) {
            use(report);
        }
    }

    private void use(Report report) {
        OpenRequest request = report.request();
        CommitmentResult result = report.result();
        Instant now = clock.instant();
        Map<Uid, Optional<FailureReason>> said = new HashMap<>();
        result.committed().forEach(each -> said.put(each.sopInstance(), Optional.empty()));
        result.failed().forEach(each -> said.put(each.reference().sopInstance(), Optional.of(each.reason())));
        List<Note> notes = new ArrayList<>();
        List<Owed> missing = new ArrayList<>();
        String example = "";
        int failed = 0;
        for (Owed owed : request.all()) {
            @Nullable
            Optional<FailureReason> how = said.get(owed.copy().instance().sopInstance());
            boolean done = how != null && how.isEmpty();
            if (!done && report.late()) {
                continue;
            }
            Optional<Commitment> commitment = Optional.ofNullable(how).map(failure -> new Commitment(now, failure));
            notes.add(new Note(
                    owed.copy().deliveryId(),
                    owed.deliveredAt(),
                    false,
                    commitment,
                    done ? Optional.empty() : Optional.of(later(owed))));
            if (!done) {
                failed++;
                example = owed.copy().instance().sopInstance() + ": "
                        + Optional.ofNullable(how)
                                .flatMap(why -> why)
                                .map(Object::toString)
                                .orElse("not named");
            }
            if (commitment.filter(Commitment::isMissing).isPresent()) {
                missing.add(owed);
            }
        }
        problem = "";
        spool.note(notes);
        committed += notes.size() - failed;
        tell(report, notes.size(), failed, example);
        missing.forEach(owed -> sendAgain(owed, now));
    }

    private void tell(Report report, int all, int failed, String example) {
        OpenRequest request = report.request();
        if (failed == 0) {
            LOG.info(
                    "commitment: {} has committed {} instances, transaction {}",
                    settings.name(),
                    all,
                    request.transaction());
        } else {
            LOG.warn(
                    "commitment: {} has not committed {} of {} instances, transaction {}; for example, {}",
                    settings.name(),
                    failed,
                    all,
                    request.transaction(),
                    example);
        }
        if (report.result().committed().size() + report.result().failed().size()
                > request.copies().size()) {
            LOG.warn(
                    "commitment: {} also reports on instances that it was not asked for, transaction {}; they are ignored",
                    settings.name(),
                    request.transaction());
        }
    }

    /** At most once a day: a server that always says so does not get it again and again. */
    private void sendAgain(Owed owed, Instant now) {
        boolean lately =
                owed.sentAgainAt().filter(at -> now.isBefore(at.plus(DAY))).isPresent();
        if (lately || stopping) {
            return;
        }
        if (resend.test(owed.copy())) {
            LOG.warn(
                    "commitment: {} does not have {}; it is sent again",
                    settings.name(),
                    owed.copy().instance().sopInstance());
        } else {
            LOG.warn(
                    "commitment: {} does not have {}, and it cannot be sent again: its bytes are gone",
                    settings.name(),
                    owed.copy().instance().sopInstance());
        }
    }

    /** Copies that it has committed since this began. */
    long committed() {
        return committed;
    }

    /** Why it cannot be asked, or what it did not answer; empty when all is well. */
    String problem() {
        return problem;
    }

    /** Begins no further request. */
    void stop() {
        stopping = true;
    }

    /** Takes the reports on the association of a request. */
    private final class SameAssociation implements CommitmentScu {

        @Override
        public String refusal(Origin origin) {
            return "";
        }

        @Override
        public Answer report(CommitmentResult result, Origin origin) {
            return DestinationCommitments.this.report(result, origin).orElse(ArchiveCommitments.UNKNOWN);
        }
    }
}
