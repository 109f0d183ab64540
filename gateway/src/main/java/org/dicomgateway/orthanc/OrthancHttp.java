package org.dicomgateway.orthanc;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.orthanc.BoundedBody.TooLongException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests to one server and reads the answers, each within a time limit. For any number of threads. */
final class OrthancHttp {

    /** Enough for a thousand studies with thousands of instances each. */
    static final DataSize LONGEST_ANSWER = DataSize.ofMebibytes(64);

    private static final Logger LOG = LoggerFactory.getLogger(OrthancHttp.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI base;
    private final Duration answerTimeout;
    private final WebAccess access;

    OrthancHttp(URI base, Optional<Login> login, Duration connectTimeout, Duration answerTimeout) {
        this(base, WebAccess.of(login, connectTimeout), answerTimeout);
    }

    OrthancHttp(URI base, WebAccess access, Duration answerTimeout) {
        this.base = base.getPath().endsWith("/") ? base : URI.create(base + "/");
        this.access = access;
        this.answerTimeout = answerTimeout;
    }

    URI base() {
        return base;
    }

    HttpRequest get(String path) {
        return request(path).GET().build();
    }

    HttpRequest get(String path, String accept) {
        return request(path).header("Accept", accept).GET().build();
    }

    HttpRequest post(String path, String body) {
        return request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(answerTimeout);
    }

    <T> T read(HttpRequest request, Function<JsonNode, T> reader) throws OrthancException {
        return read(request, LONGEST_ANSWER, reader);
    }

    <T> T read(HttpRequest request, DataSize most, Function<JsonNode, T> reader) throws OrthancException {
        byte[] body = bytes(request, most);
        try {
            return reader.apply(JSON.readTree(body));
        } catch (JacksonException | IllegalArgumentException e) {
            throw OrthancException.unreadable(request.uri(), e);
        }
    }

    /**
     * The elements of an array.
     *
     * @throws IllegalArgumentException when it is none: that does not say that there is nothing
     */
    static Stream<JsonNode> elements(JsonNode answer) {
        if (!answer.isArray()) {
            throw new IllegalArgumentException("not an array");
        }
        return answer.valueStream();
    }

    /** The body of an answer. It is an error when the body is longer than {@code most}. */
    byte[] bytes(HttpRequest request, DataSize most) throws OrthancException {
        return body(exchange(request, BodyHandlers.ofByteArray(), most));
    }

    <T> T body(HttpResponse<T> response) throws OrthancException {
        if (response.statusCode() != 200) {
            throw OrthancException.answered(response.uri(), response.statusCode());
        }
        return response.body();
    }

    /**
     * Sends a request. Orthanc closes a connection after one idle second, and a new request can meet that close.
     * Requests here never change the server, so the request is then sent once more. So it is when the server refuses a
     * token that can be renewed.
     */
    <T> HttpResponse<T> exchange(HttpRequest request, BodyHandler<T> handler, DataSize most) throws OrthancException {
        BodyHandler<T> bounded = BoundedBody.upTo(most, handler);
        try {
            return attempt(request, bounded);
        } catch (TooLongException e) {
            throw OrthancException.tooLong(request.uri(), e);
        } catch (ConnectException | HttpTimeoutException e) {
            throw OrthancException.unreachable(request.uri(), e);
        } catch (OrthancException e) {
            throw e;
        } catch (IOException e) {
            try {
                return attempt(request, bounded);
            } catch (OrthancException again) {
                throw again;
            } catch (IOException again) {
                throw OrthancException.unreachable(request.uri(), again);
            }
        }
    }

    /** The same body, closed when it is still being read at the end of the answer timeout. */
    InputStream closedInTime(InputStream body) {
        CompletableFuture<Void> read =
                new CompletableFuture<Void>().orTimeout(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> closed = read.whenComplete((done, late) -> {
            if (late != null) {
                try {
                    body.close();
                } catch (IOException e) {
                    LOG.debug("a body that came too slowly cannot be closed", e);
                }
            }
        });
        return new FilterInputStream(body) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    // Ends the timer, which would keep the body.
                    read.complete(null);
                    closed.complete(null);
                }
            }
        };
    }

    private <T> HttpResponse<T> attempt(HttpRequest request, BodyHandler<T> handler) throws IOException {
        Optional<String> login = login();
        if (login.isEmpty()) {
            return answer(request, handler);
        }
        HttpResponse<T> response = answer(authorized(request, login.get()), handler);
        if (response.statusCode() == HttpURLConnection.HTTP_UNAUTHORIZED && access.refused(login.get())) {
            close(response.body());
            return answer(authorized(request, login().orElse("")), handler);
        }
        if (response.statusCode() / 100 == 2) {
            access.accepted(login.get());
        }
        return response;
    }

    private Optional<String> login() throws IOException {
        CompletableFuture<Optional<String>> login = access.authorization();
        try {
            return login.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrthancException.interrupted(base);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("getting a login for " + base + " failed unexpectedly", e.getCause());
        } finally {
            login.cancel(true);
        }
    }

    private static HttpRequest authorized(HttpRequest request, String login) {
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .header("Authorization", login)
                .build();
    }

    private static void close(Object body) throws IOException {
        if (body instanceof InputStream stream) {
            stream.close();
        }
    }

    /** The timeout of the JDK client covers only the headers of an answer. This timeout also covers the body. */
    private <T> HttpResponse<T> answer(HttpRequest request, BodyHandler<T> handler) throws IOException {
        CompletableFuture<HttpResponse<T>> response = access.client().sendAsync(request, handler);
        try {
            return response.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw OrthancException.late(request.uri(), answerTimeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrthancException.interrupted(request.uri());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("asking " + request.uri() + " failed unexpectedly", e.getCause());
        } finally {
            response.cancel(true);
        }
    }
}
