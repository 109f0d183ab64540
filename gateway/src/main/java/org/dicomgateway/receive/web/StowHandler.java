package org.dicomgateway.receive.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.dicom.wire.LogLimit;
import org.dicomgateway.process.EndOfProcess;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the Store transaction (PS3.18 10.5). A request is for this listener what an association is for others: the
 * same rules let it in, the same limits apply to it, and each of its instances goes the same way. It is answered when
 * all of its instances are durable or refused.
 */
final class StowHandler extends Handler.Abstract {

    private static final Logger LOG = LoggerFactory.getLogger(StowHandler.class);

    /** When a sender should try again that was not taken now. */
    private static final String RETRY_AFTER_SECONDS = "10";

    private static final int MAX_REASON = 300;

    /** What is read of a refused body, so that its sender gets to read the answer. */
    private static final int MAX_UNDERWAY = 4 * ByteSize.MIB;

    private static final Duration LINGER = Duration.ofSeconds(5);

    /** The same of a body that is only too large: many senders read no answer before they have sent all of it. */
    private static final long MAX_TOO_LARGE = ByteSize.GIB;

    private static final Duration LINGER_TOO_LARGE = Duration.ofSeconds(30);

    private final ListenerSettings listener;
    private final ListenerSettings.Web web;
    private final Logins logins;
    private final AssociationPolicy policy;
    private final CStoreScp scp;
    private final WebConnections connections;
    private final BooleanSupplier stopping;
    private final LogLimit refusals = new LogLimit(LOG, System::nanoTime);
    private final AtomicInteger lastNumber = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger remembered = new AtomicInteger();

    StowHandler(
            ListenerSettings listener,
            Logins logins,
            AssociationPolicy policy,
            CStoreScp scp,
            WebConnections connections,
            BooleanSupplier stopping) {
        this.listener = listener;
        this.web = listener.web().orElseThrow();
        this.logins = logins;
        this.policy = policy;
        this.scp = scp;
        this.connections = connections;
        this.stopping = stopping;
    }

    /** The number of requests that are served. */
    int open() {
        return open.get();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        open.incrementAndGet();
        try {
            EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
            // A pause while the gateway itself works is not the sender's.
            request.addIdleTimeoutListener(pause -> false);
            new Exchange(request, response, endPoint).run();
            connections.answered(endPoint);
            callback.succeeded();
        } catch (IOException e) {
            LOG.debug("an answer was not taken", e);
            callback.failed(e);
        } catch (Error e) {
            // The web server would only answer 500 and go on.
            EndOfProcess.uncaught(e);
            throw e;
        } finally {
            open.decrementAndGet();
        }
        return true;
    }

    /** One request and its answer. */
    private final class Exchange {

        private final Request request;
        private final Response response;
        private final EndPoint endPoint;
        private final Origin origin;
        private final String name;

        private Exchange(Request request, Response response, EndPoint endPoint) {
            this.request = request;
            this.response = response;
            this.endPoint = endPoint;
            this.origin =
                    new Origin(web.callingAe(), listener.aeTitles().iterator().next(), Request.getRemoteAddr(request));
            this.name = web.callingAe() + "@" + origin.remoteHost() + "#w" + lastNumber.incrementAndGet();
        }

        private void run() throws IOException {
            String excess = connections.begin(endPoint);
            if (excess != null) {
                rejected(Rejection.localLimitExceeded(excess));
                return;
            }
            if (stopping.getAsBoolean()) {
                rejected(Rejection.temporaryCongestion("shutting down"));
                return;
            }
            try {
                Optional<Uid> study = StowRequest.study(request);
                Logins.Answer login = logins.check(request.getHeaders().get(HttpHeader.AUTHORIZATION), origin);
                if (login.refused().isPresent()) {
                    notLoggedIn(login.refused().get());
                    return;
                }
                AssociationAnswer answer = policy.answer(new AssociationRequest(
                        origin,
                        connections.size(),
                        certificate(),
                        login.user().map(user -> new UserIdentity(UserIdentity.Kind.OTHER, user, Optional.empty()))));
                if (answer instanceof Rejection no) {
                    rejected(no);
                    return;
                }
                store((Admission) answer, study);
            } catch (StowRequest.RefusedException e) {
                refusals.info("{}: refused: {} {}", name, e.status(), String.valueOf(e.getMessage()));
                if (e.status() == HttpStatus.METHOD_NOT_ALLOWED_405) {
                    response.getHeaders().put(HttpHeader.ALLOW, "POST");
                }
                refuse(e.status(), String.valueOf(e.getMessage()));
            }
        }

        private Optional<PeerCertificate> certificate() {
            return request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls
                    ? PeerCertificate.of(tls.sslSession())
                    : Optional.empty();
        }

        /** A login that is not taken counts as what comes before a request: no rule has seen it. */
        private void notLoggedIn(Rejection no) throws IOException {
            if (!no.isTransient()) {
                policy.notSecured(origin.remoteHost(), no.text());
                response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, logins.challenge());
            }
            told(no);
            refuse(
                    no.isTransient() ? HttpStatus.SERVICE_UNAVAILABLE_503 : HttpStatus.UNAUTHORIZED_401,
                    no.isTransient() ? "try again later" : "a login is required");
        }

        private void rejected(Rejection no) throws IOException {
            told(no);
            refuse(
                    no.isTransient() ? HttpStatus.SERVICE_UNAVAILABLE_503 : HttpStatus.FORBIDDEN_403,
                    no.isTransient() ? "try again later" : "you may not store here");
        }

        private void told(Rejection no) {
            boolean logged = refusals.info("{}: rejected: {}", name, no);
            policy.refused(
                    new RefusedPeer(
                            web.callingAe().value(),
                            origin.called().value(),
                            origin.remoteHost(),
                            no.code(),
                            Text.printable(no.text(), MAX_REASON)),
                    logged);
        }

        private void store(Admission admission, Optional<Uid> study) throws IOException, StowRequest.RefusedException {
            try {
                StowRequest stow = StowRequest.of(request, study);
                LOG.info("{}: accepted, called {}{}", name, origin.called(), admission);
                Storing storing =
                        new Storing(admission, scp, origin, study, stopping, remembered, web.maxInstances(), name);
                try {
                    storing.take(new Multipart(body(), stow.boundary()));
                    answer(stow, storing);
                } finally {
                    storing.forget();
                }
            } finally {
                admission.ended();
            }
        }

        private InputStream body() {
            return new BodyStream(
                    Content.Source.asInputStream(request),
                    listener.acceptor().readTimeout(),
                    listener.acceptor().minRate().orElse(0));
        }

        private void answer(StowRequest stow, Storing storing) throws IOException {
            List<StoreResult> results = storing.results();
            int status = statusOf(storing);
            long stored = results.stream().filter(StoreResult::isStored).count();
            LOG.info(
                    "{}: answered {} after {} instances, {} of them stored{}",
                    name,
                    status,
                    results.size(),
                    stored,
                    storing.end().isEmpty() ? "" : ", ended: " + Text.printable(storing.why(), MAX_REASON));
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, stow.answer().mediaType());
            send(status, stow.answer().write(results), storing.end().isPresent());
        }

        private void refuse(int status, String why) throws IOException {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
            send(status, (why + "\n").getBytes(StandardCharsets.UTF_8), true);
        }

        private void send(int status, byte[] body, boolean last) throws IOException {
            response.setStatus(status);
            if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
                response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
            if (last) {
                response.getHeaders().put(HttpHeader.CONNECTION, "close");
            }
            connections.answering(endPoint);
            Content.Sink.write(response, true, ByteBuffer.wrap(body));
            if (last) {
                boolean isTooLarge = status == HttpStatus.PAYLOAD_TOO_LARGE_413;
                readUnderway(isTooLarge ? MAX_TOO_LARGE : MAX_UNDERWAY, isTooLarge ? LINGER_TOO_LARGE : LINGER);
            }
        }

        /** A connection that is closed while bytes arrive is reset, and then the sender may never see the answer. */
        private void readUnderway(long most, Duration longest) throws IOException {
            InputStream in = Content.Source.asInputStream(request);
            byte[] discarded = new byte[8 * ByteSize.KIB];
            connections.lingering(endPoint, longest);
            try {
                long all = 0;
                for (int n = 0; n >= 0 && all < (stopping.getAsBoolean() ? MAX_UNDERWAY : most); all += n) {
                    n = in.read(discarded);
                }
            } catch (IOException e) {
                LOG.debug("{}: the rest of a refused body did not arrive", name, e);
            }
        }
    }

    private static int statusOf(Storing storing) {
        List<StoreResult> results = storing.results();
        if (storing.end().isPresent()) {
            return switch (storing.end().get()) {
                case BROKEN -> HttpStatus.BAD_REQUEST_400;
                case TOO_LARGE -> HttpStatus.PAYLOAD_TOO_LARGE_413;
                case INTERRUPTED -> HttpStatus.SERVICE_UNAVAILABLE_503;
            };
        }
        if (results.isEmpty()) {
            return HttpStatus.BAD_REQUEST_400;
        }
        long stored = results.stream().filter(StoreResult::isStored).count();
        if (stored == results.size()) {
            return HttpStatus.OK_200;
        }
        if (stored > 0) {
            return HttpStatus.ACCEPTED_202;
        }
        // A later request may well succeed.
        return results.stream().anyMatch(each -> DimseStatus.isTransient(each.status()))
                ? HttpStatus.SERVICE_UNAVAILABLE_503
                : HttpStatus.CONFLICT_409;
    }
}
