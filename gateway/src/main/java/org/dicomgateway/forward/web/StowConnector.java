package org.dicomgateway.forward.web;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.Connector;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.forward.web.StowResponse.Result;
import org.dicomgateway.orthanc.BoundedBody;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.jspecify.annotations.Nullable;

/**
 * Stores over DICOMweb (STOW-RS, PS3.18 10.5), one instance in each request: then each has its own answer, and one that
 * cannot be sent spoils no other. For any number of threads.
 */
public final class StowConnector implements Connector {

    /** More than any answer about one instance, or to a query for one study, needs. */
    private static final DataSize LONGEST_ANSWER = DataSize.ofMebibytes(1);

    private static final int UNAUTHORIZED = HttpURLConnection.HTTP_UNAUTHORIZED;
    private static final int REMEMBERED = 10_000;
    private static final String ACCEPT = "application/dicom+json, application/dicom+xml;q=0.5";

    private final DestinationSettings destination;
    private final URI base;
    private final WhenExists whenExists;
    private final WebAccess access;
    private final RequestorSettings timeouts;
    private final HeldCopy held;
    private final InstantSource clock;

    /** Deliveries for which other content was deleted. A server that still has it would be sent them for ever. */
    private final Set<Long> replaced = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }));

    /**
     * Asks nobody before a connection is used.
     *
     * @param timeouts of each request: to connect, for the server to take more, and for its answer
     * @param held compares what the server says that it has already
     */
    public StowConnector(
            DestinationSettings destination,
            WebAccess access,
            RequestorSettings timeouts,
            HeldCopy held,
            InstantSource clock) {
        DicomWebSettings web = destination.dicomWeb().orElseThrow();
        this.destination = destination;
        this.base = URI.create(web.url().toString().replaceAll("/+$", "") + "/");
        this.whenExists = web.whenExists();
        this.access = access;
        this.timeouts = timeouts;
        this.held = held;
        this.clock = clock;
    }

    /** Connectors to DICOMweb services. */
    public static Factory by(Function<DestinationSettings, WebAccess> accesses, HeldCopy held, InstantSource clock) {
        return (destination, timeouts) ->
                new StowConnector(destination, accesses.apply(destination), timeouts, held, clock);
    }

    /** Gets the login, when it has to be asked for. */
    @Override
    public StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException {
        login();
        return new Connection();
    }

    @Override
    public boolean callsToOpen() {
        return false;
    }

    private Optional<String> login() throws AssociationException {
        try {
            return access.authorization();
        } catch (IOException e) {
            throw new AssociationException(
                    AssociationException.Cause.PROTOCOL, "no login for " + base + ": " + e.getMessage(), e);
        }
    }

    private Exchange exchange() throws AssociationException {
        try {
            HttpClient client = access.client();
            return new Exchange(base, client, timeouts, () -> access.leave(client));
        } catch (IOException e) {
            throw new AssociationException(AssociationException.Cause.CONNECT, base + ": " + e.getMessage(), e);
        }
    }

    private final class Connection implements StoreConnection {

        private volatile Optional<Exchange> running = Optional.empty();
        private Optional<Answer> answer = Optional.empty();
        private volatile boolean aborted;

        /** What a server takes, only its answer says. */
        @Override
        public boolean accepts(PresentationPair pair) {
            return true;
        }

        @Override
        public boolean takesMore(long bytes) {
            return answer.isEmpty();
        }

        /** One instance in each request: its answer has come when this returns. */
        @Override
        public void begin(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
            answer = Optional.of(new Answer(claim, store(claim, outgoing)));
        }

        @Override
        public Optional<Answer> polled() {
            Optional<Answer> taken = answer;
            answer = Optional.empty();
            return taken;
        }

        @Override
        public Answer next() {
            return polled().orElseThrow();
        }

        private Outcome store(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
            Optional<String> login = login();
            StowRequest request = new StowRequest(outgoing);
            HttpRequest.Builder post = request(login, "studies")
                    .header("Content-Type", StowRequest.CONTENT_TYPE)
                    .header("Accept", ACCEPT);
            HttpResponse<byte[]> response =
                    begin().send(post, request, BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.ofByteArray()));
            if (isRefused(response, login)) {
                return new Unavailable(
                        "HTTP 401 unauthorized: its token is renewed, and the instance is sent again",
                        Duration.ZERO,
                        false);
            }
            if (response.statusCode() == UNAUTHORIZED) {
                return new Unavailable(unauthorized(), Duration.ZERO, true);
            }
            Optional<Result> result = StowResponse.read(
                            response.headers().firstValue("Content-Type").orElse(""), response.body())
                    .flatMap(answer -> answer.about(outgoing.sopInstance()));
            if (StowTable.isDuplicate(response.statusCode(), result)) {
                return ofExisting(claim, outgoing, StowTable.isBareConflict(response.statusCode(), result));
            }
            return StowTable.of(
                            response.statusCode(),
                            result,
                            response.headers().firstValue("Retry-After"),
                            clock.instant())
                    .orElseThrow(() -> noAnswer(response.statusCode()));
        }

        private AssociationException noAnswer(int status) {
            return StowTable.isOfProxy(status)
                    ? new AssociationException(
                            AssociationException.Cause.CONNECTION_LOST,
                            base + " answered HTTP " + status + ": a proxy gets no answer from the server behind it",
                            null)
                    : failed("HTTP " + status
                            + " without saying in DICOM JSON or XML that it stored the instance: check that"
                            + " dicomweb.url is the address of a DICOMweb service");
        }

        /** A query for one study: any answer will do that does not say that the server or the login is at fault. */
        @Override
        public Duration echo() throws AssociationException {
            Optional<String> login = login();
            HttpResponse<Void> response = query(login);
            if (isRefused(response, login)) {
                Optional<String> next = login();
                response = query(next);
                isRefused(response, next);
            }
            int status = response.statusCode();
            Optional<Duration> wait =
                    WebAccess.retryAfter(response.headers().firstValue("Retry-After"), clock.instant());
            if (status == UNAUTHORIZED) {
                throw failed(unauthorized());
            }
            if (StowTable.isOfProxy(status) || (status == HttpURLConnection.HTTP_UNAVAILABLE && wait.isEmpty())) {
                throw failed("HTTP " + status + ": it cannot be used now");
            }
            return status == HttpURLConnection.HTTP_UNAVAILABLE || status == StowTable.TOO_MANY_REQUESTS
                    ? wait.orElse(StowTable.BUSY)
                    : Duration.ZERO;
        }

        private HttpResponse<Void> query(Optional<String> login) throws AssociationException {
            HttpRequest.Builder get = request(login, "studies?limit=1").header("Accept", "application/dicom+json");
            return begin().send(get, BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.discarding()));
        }

        private AssociationException failed(String why) {
            return new AssociationException(AssociationException.Cause.PROTOCOL, base + " answered " + why, null);
        }

        private Exchange begin() throws AssociationException {
            Exchange exchange = exchange();
            running = Optional.of(exchange);
            if (aborted) {
                exchange.abort();
            }
            return exchange;
        }

        /**
         * The server has the instance, by what it says.
         *
         * @param guessed it says only that it stored nothing: then it has to show what it has, in any case
         */
        private Outcome ofExisting(Claim claim, Outgoing outgoing, boolean guessed) {
            int status = DimseStatus.DUPLICATE_SOP_INSTANCE;
            boolean kept = whenExists == WhenExists.KEEP;
            if (kept && !guessed) {
                return new Delivered(status);
            }
            HeldCopy.Answer finding;
            try {
                finding = held.of(destination, claim, outgoing.sentAs());
            } catch (IOException e) {
                return notComparable(e.getMessage());
            }
            if (kept && finding.kind() != HeldCopy.Kind.ABSENT) {
                return new Delivered(status);
            }
            return switch (finding.kind()) {
                case SAME -> new Delivered(status);
                case OTHER ->
                    whenExists == WhenExists.REPLACE ? replace(claim, outgoing) : OutcomeTable.ofOtherVersion();
                case ABSENT ->
                    new Refused(
                            status, "it says that it has the instance already, and does not send it when it is asked");
                case UNKNOWN -> notComparable(finding.detail());
            };
        }

        private Outcome notComparable(@Nullable String why) {
            return new Refused(
                    DimseStatus.DUPLICATE_SOP_INSTANCE,
                    "it says that it has the instance already, and what it has cannot be compared: " + why);
        }

        /** What is deleted there is in the spool, as it should be; the next attempt stores it. */
        private Outcome replace(Claim claim, Outgoing outgoing) {
            int status = DimseStatus.DUPLICATE_SOP_INSTANCE;
            // By the UIDs that the server knows: it must not learn those of the original.
            Instance known = outgoing.sentAs().map(claim.instance()::sentAs).orElse(claim.instance());
            if (!Uid.isValid(known.studyInstanceUid()) || !Uid.isValid(known.seriesInstanceUid())) {
                return new Impossible(status, "it keeps other content, which has no address without valid UIDs");
            }
            if (!replaced.add(claim.deliveryId())) {
                return new Impossible(
                        status,
                        "it was told to delete what it has of the instance, and still has it; delete it there, and"
                                + " retry");
            }
            String path = "studies/" + known.studyInstanceUid() + "/series/" + known.seriesInstanceUid() + "/instances/"
                    + known.sopInstance();
            try {
                Optional<String> login = login();
                HttpRequest.Builder delete = request(login, path);
                HttpResponse<Void> response = begin().send(
                                delete.method("DELETE", HttpRequest.BodyPublishers.noBody()),
                                BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.discarding()));
                isRefused(response, login);
                int answer = response.statusCode();
                if (answer / 100 == 2 || answer == HttpURLConnection.HTTP_NOT_FOUND) {
                    return new Unavailable(
                            "other content was deleted there, and the instance is sent again", Duration.ZERO, false);
                }
                if (answer == UNAUTHORIZED || answer == StowTable.TOO_MANY_REQUESTS || answer / 100 == 5) {
                    replaced.remove(claim.deliveryId());
                    return new Refused(status, "other content cannot be deleted there: HTTP " + answer);
                }
                return new Impossible(
                        status,
                        "it keeps other content under this SOP Instance UID, and answered HTTP " + answer
                                + " when it was told to delete that; delete it there, and retry");
            } catch (AssociationException e) {
                replaced.remove(claim.deliveryId());
                return new Refused(status, "other content cannot be deleted there: " + e.getMessage());
            }
        }

        @Override
        public void abort() {
            aborted = true;
            running.ifPresent(Exchange::abort);
        }

        /** Nothing is open between two requests, except what the HTTP client keeps for the next one. */
        @Override
        public void close() {}
    }

    private HttpRequest.Builder request(Optional<String> login, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        login.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    /** Whether the server refused a login that can be renewed. */
    private boolean isRefused(HttpResponse<?> response, Optional<String> login) {
        if (login.isEmpty()) {
            return false;
        }
        if (response.statusCode() == UNAUTHORIZED) {
            return access.refused(login.get());
        }
        access.accepted(login.get());
        return false;
    }

    private String unauthorized() {
        return "HTTP 401 unauthorized: it does not know the login of this destination; check dicomweb.user or"
                + " dicomweb.auth";
    }
}
