package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;
import org.jspecify.annotations.Nullable;

/**
 * How a server is called: by HTTP/2 where it offers that over TLS, with which certificates, and with which login. It
 * never follows a redirection, so that no login gets to another server. For any number of threads.
 */
public final class WebAccess {

    static {
        // A connection that has been idle for longer is not used again: many servers, and what is between, have dropped
        // it by then without a word, and a POST is not repeated. Java reads this once, and has no other setting for it.
        String key = "jdk.httpclient.keepalive.timeout";
        if (System.getProperty(key) == null) {
            System.setProperty(key, "4");
        }
    }

    /** By how long a connection may take. Each has threads of its own, and cannot be closed before Java 21. */
    private static final Map<Duration, HttpClient> CLIENTS = new ConcurrentHashMap<>();

    private final Optional<TlsContext> tls;
    private final Duration connectTimeout;
    private final Authorization authorization;
    private @Nullable SSLContext context;
    private @Nullable HttpClient secured;

    private WebAccess(
            Optional<TlsContext> tls,
            Duration connectTimeout,
            Optional<Authorization> fixed,
            Optional<BearerSource> bearer,
            InstantSource clock) {
        this.tls = tls;
        this.connectTimeout = connectTimeout;
        this.authorization =
                fixed.or(() -> bearer.map(source -> of(source, clock))).orElse(Authorization.NONE);
    }

    private Authorization of(BearerSource source, InstantSource clock) {
        return source instanceof BearerSource.ClientCredentials client
                ? new ClientCredentials(client, this::client, clock)
                : new BearerFile(((BearerSource.TokenFile) source).file());
    }

    /** With the authorities that Java trusts, and this login. */
    public static WebAccess of(Optional<Login> login, Duration connectTimeout) {
        return new WebAccess(
                Optional.empty(),
                connectTimeout,
                Optional.of(Authorization.of(login.map(Login::header))),
                Optional.empty(),
                InstantSource.system());
    }

    /**
     * To the DICOMweb services of a destination.
     *
     * @param contexts the certificates that are in use, which may be renewed
     */
    public static WebAccess to(DestinationSettings destination, TlsContexts contexts) {
        DicomWebSettings web = destination.dicomWeb().orElseThrow();
        // The certificates of a DICOM node are those of its DICOM port.
        Optional<ClientTls> tls = destination.isWeb() ? destination.requestor().tls() : Optional.empty();
        return new WebAccess(
                tls.map(settings -> contexts.of(settings.tls())),
                destination.requestor().connectTimeout(),
                web.login().map(WebAccess::basic),
                web.bearer(),
                InstantSource.system());
    }

    /**
     * To a server without a login.
     *
     * @param tls empty: without TLS
     */
    public static WebAccess to(Optional<ClientTls> tls, Duration connectTimeout, TlsContexts contexts) {
        return new WebAccess(
                tls.map(settings -> contexts.of(settings.tls())),
                connectTimeout,
                Optional.of(Authorization.NONE),
                Optional.empty(),
                InstantSource.system());
    }

    /** The time in {@code Retry-After}: seconds, or a date (RFC 9110 10.2.3). */
    public static Optional<Duration> retryAfter(Optional<String> header, Instant now) {
        return header.map(String::strip)
                .flatMap(text -> text.matches("[0-9]{1,9}")
                        ? Optional.of(Duration.ofSeconds(Long.parseLong(text)))
                        : date(text).map(then -> then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO));
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Authorization basic(RestSettings.Login login) {
        return Authorization.of(Optional.of(new Login(login.user(), login.password()).header()));
    }

    /**
     * The client for the next request. It is another one after certificates were renewed.
     *
     * @throws IOException when the certificates and keys cannot be used
     */
    public HttpClient client() throws IOException {
        return tls.isPresent()
                ? secured(tls.get())
                : CLIENTS.computeIfAbsent(
                        connectTimeout,
                        timeout -> HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .connectTimeout(timeout)
                                .build());
    }

    private synchronized HttpClient secured(TlsContext files) throws IOException {
        SSLContext now = files.context();
        @Nullable HttpClient known = secured;
        if (known == null || now != context) {
            known = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_2)
                    .connectTimeout(connectTimeout)
                    .sslContext(now)
                    .sslParameters(files.parameters())
                    .build();
            context = now;
            secured = known;
        }
        return known;
    }

    /**
     * The next requests use other connections than this client has. By HTTP/2 a request can be given up, and its
     * connection stays, also one that has been silent for long. Requests that are running go on.
     */
    public synchronized void leave(HttpClient client) {
        if (secured == client) {
            secured = null;
        }
    }

    /**
     * The value of the header {@code Authorization} for the next request; empty: none. It comes in bounded time, or
     * fails with an {@link IOException} that says what is wrong. It can be cancelled.
     */
    public CompletableFuture<Optional<String>> authorization() {
        return authorization.header();
    }

    /** The server answered 401 to a request with this value. Returns whether another request may get further. */
    public boolean refused(String header) {
        return authorization.refused(header);
    }

    /** The server took a request with this value. */
    public void accepted(String header) {
        authorization.accepted(header);
    }
}
