package org.dicomgateway.testkit.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A web server that takes events. Each request is answered as the next thing in its list says; then with 204. */
public final class WebhookServer implements AutoCloseable {

    /** A request as it came. */
    public record Request(String id, String timestamp, String signature, String contentType, String body, Instant at) {

        /** The event. */
        public JsonNode event() {
            return JsonMapper.shared().readTree(body);
        }

        /** The type of the event without what all types begin with. */
        public String kind() {
            return event().get("type").asString().replace("org.dicomgateway.", "");
        }

        /** What the event is about. */
        public String subject() {
            return event().get("subject").asString();
        }
    }

    /** How a request is answered. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** Answers with this status and these headers, in pairs. */
    public static Answer status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Answers after this time. */
    public static Answer after(Duration time, Answer answer) {
        return exchange -> {
            Thread.sleep(time.toMillis());
            answer.to(exchange);
        };
    }

    /** Closes the connection without an answer. */
    public static Answer hangUp() {
        return exchange -> {
            throw new IOException("closed, as it was told");
        };
    }

    /** Begins a body that never ends. */
    public static Answer endless(int status) {
        return exchange -> {
            exchange.sendResponseHeaders(status, 0);
            byte[] noise = new byte[1 << 16];
            while (true) {
                exchange.getResponseBody().write(noise);
            }
        };
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new ArrayList<>();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private Optional<Answer> always = Optional.empty();

    private WebhookServer(HttpServer server) {
        this.server = server;
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    /** Starts one on a free port. */
    public static WebhookServer start() {
        return start(0);
    }

    /** Starts one on this port. */
    public static WebhookServer start(int port) {
        try {
            return new WebhookServer(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts one with TLS. */
    public static WebhookServer start(SSLContext tls) {
        try {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            return new WebhookServer(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        Answer answer;
        synchronized (this) {
            requests.add(new Request(
                    header(exchange, "Webhook-Id"),
                    header(exchange, "Webhook-Timestamp"),
                    header(exchange, "Webhook-Signature"),
                    header(exchange, "Content-Type"),
                    body,
                    Instant.now()));
            answer = answers.isEmpty() ? always.orElse(status(204)) : answers.removeFirst();
        }
        try {
            answer.to(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    /** The next requests are answered like this, one each. */
    public synchronized WebhookServer answer(Answer... next) {
        answers.addAll(List.of(next));
        return this;
    }

    /** All requests without an answer of their own are answered like this. */
    public synchronized WebhookServer always(Answer answer) {
        always = Optional.of(answer);
        return this;
    }

    /** The requests until now, in their order. */
    public synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Those of this kind. */
    public List<Request> requests(String kind) {
        return requests().stream().filter(each -> each.kind().equals(kind)).toList();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Its address. */
    public URI url() {
        return URI.create((server instanceof HttpsServer ? "https" : "http") + "://localhost:" + port() + "/events");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
