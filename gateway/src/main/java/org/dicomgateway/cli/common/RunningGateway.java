package org.dicomgateway.cli.common;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.orthanc.BoundedBody;
import org.dicomgateway.security.KeyMaterialException;
import org.dicomgateway.security.PinnedServerTls;
import tools.jackson.core.JacksonException;

/** The client of a running gateway's operators' interface. Every call ends within its limit. */
public final class RunningGateway {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Long, because a reroute of many deliveries takes time. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private static final DataSize LONGEST_ANSWER = DataSize.ofMebibytes(64);

    private static final int MAX_MESSAGE = 2000;

    private final URI base;
    private final Duration limit;
    private final Optional<String> token;
    private final HttpClient http;

    /** The gateway at the address of these settings. The token is sent with each request, if there is one. */
    public RunningGateway(AdminSettings settings, Optional<String> token) throws RunningGatewayException {
        this(settings, token, ANSWER_TIMEOUT);
    }

    /** The same gateway, which must answer within {@code limit}. */
    public RunningGateway(AdminSettings settings, Optional<String> token, Duration limit)
            throws RunningGatewayException {
        this.token = token;
        this.limit = limit;
        InetSocketAddress address = settings.address();
        InetAddress bound = address.getAddress();
        String host = (bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound).getHostAddress();
        this.http = client(settings);
        this.base = URI.create((settings.tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
    }

    /** The gateway that runs with this configuration, with the token of the environment. */
    public static RunningGateway of(ConfigurationFile configuration)
            throws ConfigurationException, RunningGatewayException {
        AdminSettings settings = Configuration.load(configuration.path()).admin();
        if (!settings.enabled()) {
            throw new RunningGatewayException(
                    "gateway.admin.enabled is false in " + configuration.path()
                            + ": a running gateway takes no requests",
                    ExitCode.MISUSED,
                    null);
        }
        if (settings.address().getPort() == 0) {
            throw new RunningGatewayException(
                    "gateway.admin.port is 0 in " + configuration.path()
                            + ": set a fixed port, otherwise the commands cannot find the gateway",
                    ExitCode.MISUSED,
                    null);
        }
        return new RunningGateway(settings, OperatorToken.fromEnvironment(System.getenv()));
    }

    /** Checks that there is a destination of this name, in the rules or with deliveries. */
    public void requireDestination(String name) throws RunningGatewayException {
        List<String> known = Arrays.stream(Json.readAnswer(get("/api/destinations"), DestinationView[].class))
                .map(DestinationView::name)
                .toList();
        if (!known.contains(name)) {
            throw new RunningGatewayException(
                    "no such destination: " + name + "; there are " + String.join(", ", known), ExitCode.MISUSED, null);
        }
    }

    /** The cluster that the gateway is in; empty when it is on its own. */
    public Optional<StatusView.Cluster> cluster() throws RunningGatewayException {
        return Json.readAnswer(get("/api/status"), StatusView.class).cluster();
    }

    private static HttpClient client(AdminSettings settings) throws RunningGatewayException {
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT);
        if (settings.tls().isPresent()) {
            try {
                client.sslContext(PinnedServerTls.context(settings.tls().get().tls()));
            } catch (KeyMaterialException e) {
                throw new RunningGatewayException(String.valueOf(e.getMessage()), ExitCode.MISUSED, e);
            }
        }
        return client.build();
    }

    /** Sends a GET request, and returns the answer. */
    public String get(String path) throws RunningGatewayException {
        return exchange(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    /** Sends a POST request, and returns the answer. */
    public String post(String path, Object body) throws RunningGatewayException {
        return exchange(HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(body))));
    }

    private String exchange(HttpRequest.Builder request) throws RunningGatewayException {
        token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                request.timeout(limit).build(), BoundedBody.upTo(LONGEST_ANSWER, BodyHandlers.ofString()));
        try {
            return body(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw late(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HttpTimeoutException ? late(e) : unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunningGatewayException("interrupted while asking " + base, ExitCode.FAILED, e);
        } finally {
            answer.cancel(true);
        }
    }

    private String body(HttpResponse<String> answer) throws RunningGatewayException {
        if (answer.statusCode() == 200) {
            return answer.body();
        }
        if (answer.statusCode() == 401) {
            throw new RunningGatewayException(
                    "the gateway at " + base + " needs to know who you are: "
                            + (token.isEmpty() ? "set GATEWAY_TOKEN, or GATEWAY_TOKEN_FILE" : "it knows no such token")
                            + "; " + ProgramName.get() + " hash-password --token makes one",
                    ExitCode.UNREACHABLE,
                    null);
        }
        String error;
        try {
            error = Json.readAnswer(answer.body(), Answers.Failure.class).error();
        } catch (JacksonException e) {
            throw new RunningGatewayException(
                    base + " answers " + answer.statusCode() + " and is not a gateway, or not of this version",
                    ExitCode.UNREACHABLE,
                    e);
        }
        int exitCode = switch (answer.statusCode()) {
            case 400, 404 -> ExitCode.MISUSED;
            case 403 -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
        throw new RunningGatewayException(
                Text.printable(error, MAX_MESSAGE), exitCode, null, answer.statusCode() == 409);
    }

    private RunningGatewayException late(Exception cause) {
        return new RunningGatewayException(
                "the gateway at " + base + " did not answer within " + limit.toSeconds() + " s",
                ExitCode.UNREACHABLE,
                cause);
    }

    private RunningGatewayException unreachable(ExecutionException e) {
        String why = e.getCause() instanceof IOException cause && cause.getMessage() != null
                ? cause.getMessage()
                : "connection refused";
        return new RunningGatewayException(
                "no gateway answers at " + base + " (" + why + "); start it: " + ProgramName.get() + " run."
                        + " If it runs, it was started with another gateway.admin.port",
                ExitCode.UNREACHABLE,
                e);
    }
}
