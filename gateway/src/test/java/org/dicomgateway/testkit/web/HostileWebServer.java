package org.dicomgateway.testkit.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A DICOMweb server that does what a test says, and remembers what it was asked. */
public final class HostileWebServer implements AutoCloseable {

    /** A request that it got whole, or in part; its body as ISO 8859-1. */
    public record Request(
            String method, String path, String authorization, String contentType, String body, boolean whole) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** What it does with a request that it has read. */
    public volatile HttpHandler behaviour = exchange -> answer(exchange, 500, "text/plain", "");

    /** Begins to listen on the loopback. */
    public HostileWebServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            read(exchange);
            behaviour.handle(exchange);
        });
        server.start();
    }

    /** Where it has this path. */
    public URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** In the order of their ends. */
    public List<Request> requests() {
        return requests;
    }

    /** It answers each request so. */
    public void answers(int status, String type, String body) {
        behaviour = exchange -> answer(exchange, status, type, body);
    }

    private void read(HttpExchange exchange) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean whole = true;
        try {
            exchange.getRequestBody().transferTo(body);
        } catch (IOException e) {
            whole = false;
        }
        String login = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                login == null ? "" : login,
                String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
                body.toString(ISO_8859_1),
                whole));
    }

    /** Answers one request. */
    public static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
