package org.dicomgateway.commit;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.config.settings.CommitmentSettings.Retry;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.DicomWebCommitment;
import org.dicomgateway.orthanc.DicomWebCommitment.Answer;
import org.dicomgateway.orthanc.SopResults;
import org.dicomgateway.orthanc.WebAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Over DICOMweb (PS3.18 13). A server answers with the result at once, or says that it is working on it (202): then the
 * result is asked for, with growing pauses, or as the server wants it.
 */
final class WebInquiry implements Inquiry {

    private static final Logger LOG = LoggerFactory.getLogger(WebInquiry.class);

    private static final Retry BETWEEN_CHECKS = new Retry(Duration.ofSeconds(5), Duration.ofHours(1), Duration.ZERO);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** A request whose result is asked for next at this time, after so many checks. */
    private record Working(CommitmentRequest request, int checks, Instant next) {}

    private final String destination;
    private final DicomWebCommitment server;
    private final InstantSource clock;
    private final Map<Uid, Working> working = new LinkedHashMap<>();

    WebInquiry(DestinationSettings destination, WebAccess access, InstantSource clock) {
        this.destination = destination.name();
        this.server = new DicomWebCommitment(
                destination.dicomWeb().orElseThrow().url(),
                access,
                destination
                        .requestor()
                        .connectTimeout()
                        .multipliedBy(2)
                        .plus(destination.requestor().responseTimeout()),
                clock);
        this.clock = clock;
    }

    @Override
    public Reply ask(CommitmentRequest request, Function<CommitmentResult, CommitmentScp.Answer> reports, Runnable wait)
            throws AssociationException {
        Answer answer;
        try {
            answer = server.request(request);
        } catch (IOException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        switch (answer.status()) {
            case HttpURLConnection.HTTP_OK -> {
                Optional<CommitmentResult> result = answer.results().flatMap(results -> result(request, results));
                if (result.isEmpty()) {
                    throw invalid(server.base() + " answered 200 without a result in DICOM JSON or XML");
                }
                CommitmentScp.Answer ignored = reports.apply(result.get());
                return Reply.TAKEN;
            }
            // Nobody else knows the Transaction UID: with 409, the request had arrived before its connection broke off.
            case HttpURLConnection.HTTP_ACCEPTED, HttpURLConnection.HTTP_CONFLICT -> {
                later(request, 0, answer.retryAfter());
                return Reply.TAKEN;
            }
            case HttpURLConnection.HTTP_NOT_FOUND,
                    HttpURLConnection.HTTP_BAD_METHOD,
                    HttpURLConnection.HTTP_GONE,
                    HttpURLConnection.HTTP_NOT_IMPLEMENTED -> {
                return new Reply(Kind.NOT_OFFERED, "HTTP " + answer.status(), Duration.ZERO);
            }
            default -> {
                return new Reply(
                        Kind.REFUSED,
                        "it answered the request with HTTP " + answer.status(),
                        answer.retryAfter().map(WebInquiry::bounded).orElse(Duration.ZERO));
            }
        }
    }

    private static AssociationException invalid(String why) {
        return new AssociationException(AssociationException.Cause.PROTOCOL, why, null);
    }

    /**
     * Of the instances that were asked for, what the server says; what it does not name is in neither list. Empty when
     * it names none.
     */
    private static Optional<CommitmentResult> result(CommitmentRequest request, SopResults results) {
        List<SopReference> committed = new ArrayList<>();
        List<Failure> failed = new ArrayList<>();
        for (SopReference reference : request.references()) {
            results.naming(reference.sopInstance()).ifPresent(said -> {
                if (said.stored()) {
                    committed.add(reference);
                } else {
                    failed.add(new Failure(
                            reference,
                            said.code() == SopResults.NO_REASON
                                    ? FailureReason.PROCESSING_FAILURE
                                    : new FailureReason(said.code())));
                }
            });
        }
        return committed.isEmpty() && failed.isEmpty()
                ? Optional.empty()
                : Optional.of(new CommitmentResult(request.transaction(), committed, failed));
    }

    private void later(CommitmentRequest request, int checks, Optional<Duration> wanted) {
        Duration pause = wanted.filter(each -> !each.isZero())
                .map(WebInquiry::bounded)
                .orElse(BETWEEN_CHECKS.delayAfter(checks + 1));
        working.put(
                request.transaction(),
                new Working(request, checks + 1, clock.instant().plus(pause)));
    }

    private static Duration bounded(Duration wanted) {
        return wanted.compareTo(LONGEST_WAIT) < 0 ? wanted : LONGEST_WAIT;
    }

    @Override
    public List<Uid> collect(Predicate<Uid> open, Function<CommitmentResult, CommitmentScp.Answer> reports) {
        working.keySet().removeIf(open.negate());
        Instant now = clock.instant();
        List<Uid> forgotten = new ArrayList<>();
        for (Working each : List.copyOf(working.values())) {
            if (each.next.isAfter(now)) {
                continue;
            }
            Optional<Answer> answer = check(each);
            int status = answer.map(Answer::status).orElse(0);
            if (status == HttpURLConnection.HTTP_OK || isGone(status)) {
                working.remove(each.request.transaction());
                Optional<CommitmentResult> result = answer.filter(any -> !isGone(status))
                        .flatMap(Answer::results)
                        .flatMap(results -> result(each.request, results));
                if (result.isPresent()) {
                    CommitmentScp.Answer ignored = reports.apply(result.get());
                } else {
                    forgotten.add(each.request.transaction());
                }
                continue;
            }
            later(each.request, each.checks, answer.flatMap(Answer::retryAfter));
            if (status != HttpURLConnection.HTTP_ACCEPTED) {
                // It has a problem: the others wait for the next time.
                return forgotten;
            }
        }
        return forgotten;
    }

    private static boolean isGone(int status) {
        return status == HttpURLConnection.HTTP_NOT_FOUND || status == HttpURLConnection.HTTP_GONE;
    }

    private Optional<Answer> check(Working each) {
        try {
            return Optional.of(server.result(each.request.transaction()));
        } catch (IOException e) {
            LOG.debug("commitment: {} does not answer about {}", destination, each.request.transaction(), e);
            return Optional.empty();
        }
    }

    @Override
    public boolean isFrom(Origin origin) {
        return false;
    }
}
