package org.dicomgateway.events;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dicomgateway.config.events.ReceiverSettings.Webhook;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.FileTrouble;

/**
 * Posts events to a web server. What it answers with a status of the class 2xx, it has taken; nothing else counts, and
 * no redirection is followed. The body of its answer is not read, however long it is.
 */
final class WebhookMessenger implements Messenger {

    private static final int TOO_MANY_REQUESTS = 429;

    private final Webhook webhook;
    private final WebAccess access;
    private final InstantSource clock;

    WebhookMessenger(Webhook webhook, WebAccess access, InstantSource clock) {
        this.webhook = webhook;
        this.access = access;
        this.clock = clock;
    }

    @Override
    public Attempt tell(EventStore.Waiting event) throws InterruptedException {
        HttpRequest request;
        try {
            request = request(event, secret());
        } catch (IOException e) {
            return Attempt.failed(
                    "secret-file " + webhook.secretFile() + " cannot be read (" + FileTrouble.of(e) + ")");
        } catch (IllegalArgumentException e) {
            return Attempt.failed("secret-file " + webhook.secretFile() + " cannot be used: " + e.getMessage());
        }
        try {
            return answered(request);
        } catch (IOException e) {
            return Attempt.failed("cannot be reached: " + said(e));
        }
    }

    private String secret() throws IOException {
        return Files.readString(webhook.secretFile()).strip();
    }

    private HttpRequest request(EventStore.Waiting event, String secret) {
        Instant now = clock.instant();
        return HttpRequest.newBuilder(webhook.url())
                .timeout(webhook.timeout())
                .header("Content-Type", CloudEvent.MEDIA_TYPE)
                .header("Webhook-Id", event.id())
                .header("Webhook-Timestamp", Long.toString(now.getEpochSecond()))
                .header("Webhook-Signature", Signature.of(secret, event.id(), now, event.body()))
                .POST(BodyPublishers.ofString(event.body()))
                .build();
    }

    /** The client's own timeout begins anew for parts of an exchange; this one covers all until the status is there. */
    private Attempt answered(HttpRequest request) throws IOException, InterruptedException {
        HttpClient client = access.client();
        CompletableFuture<HttpResponse<InputStream>> response = client.sendAsync(request, BodyHandlers.ofInputStream());
        try {
            HttpResponse<InputStream> answer = response.get(webhook.timeout().toMillis(), TimeUnit.MILLISECONDS);
            answer.body().close();
            return meaning(answer);
        } catch (TimeoutException e) {
            access.leave(client);
            return late();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                access.leave(client);
                if (cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException)) {
                    return late();
                }
                throw cause;
            }
            throw new IllegalStateException("telling " + webhook.url() + " failed unexpectedly", e.getCause());
        } finally {
            response.cancel(true);
        }
    }

    private Attempt late() {
        return Attempt.failed("did not answer within " + DurationText.of(webhook.timeout()));
    }

    private Attempt meaning(HttpResponse<InputStream> answer) {
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return Attempt.TAKEN;
        } else if (status == HttpURLConnection.HTTP_GONE) {
            return Attempt.gone("answers 410: it is gone for good");
        } else if (status / 100 == 3) {
            return Attempt.failed(
                    "answers " + status + ": redirections are not followed; set its final address as url");
        }
        Optional<Duration> wait = status == TOO_MANY_REQUESTS || status == HttpURLConnection.HTTP_UNAVAILABLE
                ? WebAccess.retryAfter(answer.headers().firstValue("Retry-After"), clock.instant())
                : Optional.empty();
        return Attempt.later("answers " + status, wait);
    }

    private static String said(IOException e) {
        Throwable last = e;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        String message = last.getMessage();
        return message == null ? last.getClass().getSimpleName() : message;
    }
}
