package org.dicomgateway.forward.web;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.forward.web.StowRequest.Part;
import org.dicomgateway.forward.web.WebCaller.NoLoginException;
import org.dicomgateway.orthanc.BoundedBody;
import org.dicomgateway.orthanc.SopResults;
import org.dicomgateway.orthanc.SopResults.Result;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.spool.Claim;

/**
 * One request at a time, with what is due: it begins with the first instance, and ends when an answer is wanted. When a
 * server refuses several instances together, without a result for each, each is sent again alone: only then it is known
 * which of them is at fault.
 */
final class StowConnection implements StoreConnection {

    /** More than any answer about a full request, or to a query for one study, needs. */
    static final DataSize LONGEST_ANSWER = DataSize.ofMebibytes(1);

    private static final int LENGTH_REQUIRED = 411;
    private static final String ACCEPT = "application/dicom+json, application/dicom+xml;q=0.5";

    private final WebCaller caller;
    private final RequestLimit limit;
    private final ExistingCopies existing;
    private final InstantSource clock;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private Optional<StowRequest> open = Optional.empty();
    /** Why those get no answer that the last response did not name. */
    private Optional<AssociationException> unanswered = Optional.empty();

    StowConnection(WebCaller caller, RequestLimit limit, ExistingCopies existing, InstantSource clock) {
        this.caller = caller;
        this.limit = limit;
        this.existing = existing;
        this.clock = clock;
    }

    /** What a server takes, only its answer says. */
    @Override
    public boolean accepts(PresentationPair pair) {
        return true;
    }

    @Override
    public boolean takesMore(long bytes) {
        return answers.isEmpty()
                && open.map(request -> takesMore(request, bytes)).orElse(true);
    }

    private boolean takesMore(StowRequest request, long bytes) {
        return !request.isSingle()
                && !request.isOver()
                && limit.admits(request.parts().size() + 1, request.length() + bytes);
    }

    @Override
    public void begin(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
        boolean alone = limit.isToBeJudgedAlone(claim);
        if (alone && open.isPresent()) {
            finish();
            if (unanswered.isPresent()) {
                throw unanswered.get();
            }
        }
        if (open.isEmpty()) {
            try {
                open = Optional.of(start(outgoing, alone));
            } catch (NoLoginException e) {
                answers.add(new Answer(claim, new Unavailable(String.valueOf(e.getMessage()), Duration.ZERO, true)));
                return;
            }
        }
        open.get().add(claim, outgoing);
    }

    private StowRequest start(Outgoing outgoing, boolean alone) throws AssociationException, NoLoginException {
        boolean single = alone || !limit.admits(2, Math.max(0, outgoing.length()));
        Optional<String> login = caller.login();
        HttpRequest.Builder post = caller.request(login, "studies")
                .header("Content-Type", StowRequest.CONTENT_TYPE)
                .header("Accept", ACCEPT);
        long length = single ? StowRequest.length(outgoing) : -1;
        Upload upload =
                caller.exchange().post(post, length, BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.ofByteArray()));
        return new StowRequest(upload, login, single, length >= 0);
    }

    @Override
    public Optional<Answer> polled() {
        return Optional.ofNullable(answers.poll());
    }

    @Override
    public Answer next() throws AssociationException {
        if (answers.isEmpty() && unanswered.isEmpty()) {
            finish();
        }
        if (answers.isEmpty()) {
            throw unanswered.orElseThrow();
        }
        return answers.remove();
    }

    /** Ends the request, and reads what became of its instances. */
    private void finish() throws AssociationException {
        StowRequest request = open.orElseThrow();
        open = Optional.empty();
        HttpResponse<byte[]> response = request.finish();
        List<Part> parts = request.parts();
        int status = response.statusCode();
        if (caller.isRefused(response, request.login())) {
            answer(
                    parts,
                    failing -> unavailable(
                            "HTTP 401 unauthorized: its token is renewed, and the instance is sent" + " again", false));
        } else if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
            answer(parts, place -> unavailable(WebCaller.unauthorized(), place == 0));
        } else if (status == LENGTH_REQUIRED && !request.hasLength()) {
            limit.lengthRequired();
            answer(
                    parts,
                    place -> unavailable(
                            "HTTP 411: it wants to know the length of a request; each instance goes"
                                    + " in one of its own",
                            false));
        } else {
            Optional<SopResults> results = SopResults.read(
                    response.headers().firstValue("Content-Type").orElse(""), response.body());
            if (parts.size() == 1) {
                ofOne(parts.get(0), response, results);
            } else {
                ofSeveral(request, response, results);
            }
        }
    }

    private void answer(List<Part> parts, IntFunction<Outcome> outcome) {
        for (int place = 0; place < parts.size(); place++) {
            answers.add(new Answer(parts.get(place).claim(), outcome.apply(place)));
        }
    }

    private static Outcome unavailable(String why, boolean failing) {
        return new Unavailable(why, Duration.ZERO, failing);
    }

    private void ofOne(Part part, HttpResponse<byte[]> response, Optional<SopResults> results)
            throws AssociationException {
        Optional<Result> result = results.flatMap(all -> all.about(part.sopInstance()));
        Outcome outcome = outcome(part, response, result).orElseThrow(() -> noAnswer(response.statusCode()));
        limit.judged(part.claim());
        answers.add(new Answer(part.claim(), outcome));
    }

    /** Empty when the response does not say what became of the instance. */
    private Optional<Outcome> outcome(Part part, HttpResponse<?> response, Optional<Result> result) {
        int status = response.statusCode();
        Optional<Outcome> said =
                StowTable.of(status, result, response.headers().firstValue("Retry-After"), clock.instant());
        if (!StowTable.isDuplicate(status, result)) {
            return said;
        }
        Optional<Outcome> otherwise = said.filter(any -> StowTable.isBareConflict(status, result));
        return Optional.of(existing.outcome(caller, part.claim(), part.sentAs(), otherwise));
    }

    private void ofSeveral(StowRequest request, HttpResponse<byte[]> response, Optional<SopResults> results)
            throws AssociationException {
        List<Part> unnamed = new ArrayList<>();
        for (Part part : request.parts()) {
            Optional<Result> named = results.flatMap(all -> all.naming(part.sopInstance()));
            named.flatMap(result -> outcome(part, response, named))
                    .ifPresentOrElse(
                            outcome -> answers.add(new Answer(part.claim(), outcome)), () -> unnamed.add(part));
        }
        if (unnamed.size() == request.parts().size()) {
            ofAll(request, response);
        } else if (!unnamed.isEmpty()) {
            unanswered = Optional.of(failed("HTTP " + response.statusCode() + ", and does not say what became of "
                    + unnamed.size() + " of " + request.parts().size() + " instances"));
        }
    }

    /** The response says nothing about any of them. */
    private void ofAll(StowRequest request, HttpResponse<byte[]> response) throws AssociationException {
        int status = response.statusCode();
        List<Part> parts = request.parts();
        if (status == HttpURLConnection.HTTP_ENTITY_TOO_LARGE) {
            limit.tooLarge(parts.size(), request.length());
            answer(
                    parts,
                    place -> unavailable(
                            "HTTP 413: " + parts.size() + " instances in one request are too much"
                                    + " for it; the next ones are smaller",
                            false));
            return;
        }
        if (status == HttpURLConnection.HTTP_CONFLICT) {
            judgeAlone(parts, status);
            return;
        }
        Outcome outcome = StowTable.of(
                        status, Optional.empty(), response.headers().firstValue("Retry-After"), clock.instant())
                .orElseThrow(() -> noAnswer(status));
        if (outcome instanceof Unavailable said) {
            answer(parts, place -> new Unavailable(said.reason(), said.pause(), said.failing() && place == 0));
        } else {
            judgeAlone(parts, status);
        }
    }

    private void judgeAlone(List<Part> parts, int status) {
        limit.judgeAlone(parts.stream().map(Part::claim).toList());
        answer(
                parts,
                place -> unavailable(
                        "HTTP " + status + " for a request with " + parts.size() + " instances,"
                                + " without a reason for each: each is sent again alone",
                        false));
    }

    private AssociationException noAnswer(int status) {
        return StowTable.isOfProxy(status)
                ? new AssociationException(
                        AssociationException.Cause.CONNECTION_LOST,
                        caller.base() + " answered HTTP " + status
                                + ": a proxy gets no answer from the server behind it",
                        null)
                : failed("HTTP " + status
                        + " without saying in DICOM JSON or XML that it stored the instance: check that"
                        + " dicomweb.url is the address of a DICOMweb service");
    }

    private AssociationException failed(String why) {
        return new AssociationException(AssociationException.Cause.PROTOCOL, caller.base() + " answered " + why, null);
    }

    /** A query for one study: any answer will do that does not say that the server or the login is at fault. */
    @Override
    public Duration echo() throws AssociationException {
        try {
            Optional<String> login = caller.login();
            HttpResponse<Void> response = query(login);
            if (caller.isRefused(response, login)) {
                Optional<String> next = caller.login();
                response = query(next);
                caller.isRefused(response, next);
            }
            return pause(response);
        } catch (NoLoginException e) {
            throw e.failure();
        }
    }

    private Duration pause(HttpResponse<?> response) throws AssociationException {
        int status = response.statusCode();
        Optional<Duration> wait = WebAccess.retryAfter(response.headers().firstValue("Retry-After"), clock.instant());
        if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
            throw failed(WebCaller.unauthorized());
        }
        if (StowTable.isOfProxy(status) || (status == HttpURLConnection.HTTP_UNAVAILABLE && wait.isEmpty())) {
            throw failed("HTTP " + status + ": it cannot be used now");
        }
        return status == HttpURLConnection.HTTP_UNAVAILABLE || status == StowTable.TOO_MANY_REQUESTS
                ? wait.orElse(StowTable.BUSY)
                : Duration.ZERO;
    }

    private HttpResponse<Void> query(Optional<String> login) throws AssociationException {
        HttpRequest.Builder get = caller.request(login, "studies?limit=1").header("Accept", "application/dicom+json");
        return caller.exchange().send(get, BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.discarding()));
    }

    @Override
    public void abort() {
        caller.abort();
    }

    /** Nothing is open between two requests, except what the HTTP client keeps for the next one. */
    @Override
    public void close() {
        if (open.isPresent()) {
            abort();
        }
    }
}
