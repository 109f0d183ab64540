package org.dicomgateway.orthanc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Bearer tokens from an authorization server, by the client credentials grant (RFC 6749 4.4). A token is renewed when
 * four fifths of its life are over, and when a server refused it. The client secret is read each time, so that it can
 * be renewed in its file.
 */
final class ClientCredentials implements Authorization {

    private static final Logger LOG = LoggerFactory.getLogger(ClientCredentials.class);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    /** After no token was to be had, while there is one in use: each request would wait for the next trial. */
    private static final Duration NEXT_TRIAL = Duration.ofSeconds(30);

    private static final DataSize LONGEST_ANSWER = DataSize.ofMebibytes(1);
    /** When the server does not say how long a token lives. */
    private static final Duration USUAL_LIFE = Duration.ofMinutes(10);

    private static final long LONGEST_LIFE_SECONDS = 7L * 24 * 3600;
    /** The codes of RFC 6749 5.2, and others of their form. Anything else is not repeated: it might be a secret. */
    private static final Pattern ERROR_CODE = Pattern.compile("[a-z_]{1,40}");

    private static final Pattern TOKEN = Pattern.compile("[!-~]{1,16384}");

    /** Gives an HTTP client, with the certificates that are valid now. */
    @FunctionalInterface
    interface Client {
        HttpClient get() throws IOException;
    }

    /**
     * A token.
     *
     * @param renewal when to get the next one
     * @param end when it is over
     * @param proven whether a server took it
     */
    private record Token(String header, Instant renewal, Instant end, boolean proven) {

        /** At its end at the latest. */
        Token renewedAt(Instant then) {
            return new Token(header, then.isBefore(end) ? then : end, end, proven);
        }
    }

    private final BearerSource.ClientCredentials settings;
    private final Client client;
    private final InstantSource clock;
    private Optional<Token> current = Optional.empty();
    /** The one that is being asked for. */
    private Optional<CompletableFuture<Optional<String>>> next = Optional.empty();

    ClientCredentials(BearerSource.ClientCredentials settings, Client client, InstantSource clock) {
        this.settings = settings;
        this.client = client;
        this.clock = clock;
    }

    /** All that wait for a token wait for the same answer. */
    @Override
    public synchronized CompletableFuture<Optional<String>> header() {
        Instant now = clock.instant();
        if (current.filter(token -> now.isBefore(token.renewal)).isPresent()) {
            return CompletableFuture.completedFuture(current.map(Token::header));
        }
        if (next.isEmpty()) {
            CompletableFuture<Optional<String>> asked = fetch().handle(this::taken);
            next = Optional.of(asked).filter(each -> !each.isDone());
            return asked.copy();
        }
        return next.get().copy();
    }

    /** Takes the next token, or goes on with the one in use when there is none. */
    private synchronized Optional<String> taken(@Nullable Token token, @Nullable Throwable failure) {
        next = Optional.empty();
        Instant now = clock.instant();
        if (token != null) {
            current = Optional.of(token);
        } else if (failure == null
                || current.filter(each -> now.isBefore(each.end)).isEmpty()) {
            current = Optional.empty();
            throw new CompletionException(failure == null ? new IOException("no token") : causeOf(failure));
        } else {
            current = current.map(each -> each.renewedAt(now.plus(NEXT_TRIAL)));
            LOG.warn(
                    "the token in use is not over yet, but there is no next one: {}",
                    causeOf(failure).getMessage());
        }
        return current.map(Token::header);
    }

    /** Once more, unless the token that was refused was never taken: then another one will not be taken, either. */
    @Override
    public synchronized boolean refused(String header) {
        if (current.filter(token -> token.header.equals(header)).isEmpty()) {
            return true;
        }
        boolean proven = current.filter(Token::proven).isPresent();
        current = Optional.empty();
        return proven;
    }

    @Override
    public synchronized void accepted(String header) {
        current = current.map(
                token -> token.header.equals(header) ? new Token(token.header, token.renewal, token.end, true) : token);
    }

    private CompletableFuture<Token> fetch() {
        HttpRequest request;
        HttpClient http;
        try {
            request = request(BearerFile.token(settings.secretFile()));
            http = client.get();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        Instant asked = clock.instant();
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.ofByteArray()));
        // Not a stage of the client's own: who gives up waiting would cancel the request for all.
        CompletableFuture<Token> token = new CompletableFuture<>();
        CompletableFuture<?> read = answer.whenComplete((response, failure) -> {
            try {
                if (failure != null) {
                    throw noAnswer(causeOf(failure));
                }
                token.complete(token(response, asked));
            } catch (IOException e) {
                token.completeExceptionally(e);
            }
        });
        return token.orTimeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((taken, late) -> read.cancel(true));
    }

    private HttpRequest request(String secret) {
        String pair = encoded(settings.clientId()) + ":" + encoded(secret);
        String form = "grant_type=client_credentials"
                + settings.scope().map(scope -> "&scope=" + encoded(scope)).orElse("");
        return HttpRequest.newBuilder(settings.tokenUrl())
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
    }

    private Token token(HttpResponse<byte[]> answer, Instant asked) throws IOException {
        JsonNode json = json(answer.body());
        if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
            String error = json.path("error").asString("");
            throw new IOException(where() + " answered " + answer.statusCode()
                    + (ERROR_CODE.matcher(error).matches() ? " " + error : "")
                    + ": check token-url, client-id, secret-file and scope");
        }
        String token = json.path("access_token").asString("");
        if (!TOKEN.matcher(token).matches()) {
            throw new IOException(where() + " answered without an access_token: check token-url");
        }
        long seconds = json.path("expires_in").asLong(USUAL_LIFE.toSeconds());
        Duration life = Duration.ofSeconds(Math.max(1, Math.min(seconds, LONGEST_LIFE_SECONDS)));
        return new Token("Bearer " + token, asked.plus(life.multipliedBy(4).dividedBy(5)), asked.plus(life), false);
    }

    private IOException noAnswer(Throwable failure) {
        String why = failure instanceof IOException known ? OrthancException.reasonOf(known) : failure.toString();
        return new IOException("no answer from " + where() + " (" + why + ")", failure);
    }

    private Throwable causeOf(Throwable failure) {
        Throwable cause = failure.getCause();
        Throwable first = failure instanceof CompletionException && cause != null ? cause : failure;
        return first instanceof TimeoutException
                ? new IOException(where() + " did not answer within " + ANSWER_TIMEOUT.toSeconds() + " s", first)
                : first;
    }

    private static JsonNode json(byte[] body) {
        try {
            return JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            return JsonMapper.shared().createObjectNode();
        }
    }

    private String where() {
        return "the authorization server " + settings.tokenUrl();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
