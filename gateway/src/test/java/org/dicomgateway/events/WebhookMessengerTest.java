package org.dicomgateway.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.testkit.web.WebhookServer.after;
import static org.dicomgateway.testkit.web.WebhookServer.endless;
import static org.dicomgateway.testkit.web.WebhookServer.hangUp;
import static org.dicomgateway.testkit.web.WebhookServer.status;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings.Webhook;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.web.WebhookServer;
import org.dicomgateway.testkit.web.WebhookServer.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a web server can answer, and what that means. */
class WebhookMessengerTest {

    private static final EventStore.Waiting EVENT =
            new EventStore.Waiting(1, "0123abcd", EventKind.STUDY_COMPLETE, "study/1.2.3", "{\"id\":\"ü\"}", 0);
    private static final byte[] KEY = "a secret of thirty-two characters".getBytes(UTF_8);

    @TempDir
    private Path directory;

    private Path secret;

    @BeforeEach
    void write() throws Exception {
        secret = directory.resolve("secret");
        Files.writeString(secret, "whsec_" + Base64.getEncoder().encodeToString(KEY) + "\n");
    }

    private Attempt tell(URI url, Optional<ClientTls> tls) throws InterruptedException {
        return tell(new Webhook(url, secret, Duration.ofSeconds(20), tls));
    }

    private static Attempt tell(Webhook webhook) throws InterruptedException {
        TlsContexts contexts = new TlsContexts(InstantSource.system());
        return new WebhookMessenger(
                        webhook, WebAccess.to(webhook.tls(), webhook.timeout(), contexts), InstantSource.system())
                .tell(EVENT);
    }

    private Attempt answered(WebhookServer.Answer answer) throws InterruptedException {
        try (WebhookServer server = WebhookServer.start().always(answer)) {
            return tell(server.url(), Optional.empty());
        }
    }

    @Test
    void an_event_is_signed_with_its_time_and_as_it_is_received() throws Exception {
        try (WebhookServer server = WebhookServer.start()) {
            assertThat(tell(server.url(), Optional.empty())).isEqualTo(Attempt.TAKEN);
            Request request = server.requests().get(0);
            assertThat(request.id()).isEqualTo(EVENT.id());
            assertThat(request.body()).isEqualTo(EVENT.body());
            assertThat(request.contentType()).isEqualTo("application/cloudevents+json");
            assertThat(Instant.ofEpochSecond(Long.parseLong(request.timestamp())))
                    .isBetween(Instant.now().minusSeconds(5), Instant.now().plusSeconds(1));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            byte[] expected =
                    mac.doFinal((request.id() + "." + request.timestamp() + "." + request.body()).getBytes(UTF_8));
            assertThat(request.signature())
                    .isEqualTo("v1," + Base64.getEncoder().encodeToString(expected));
        }
    }

    @Test
    void only_a_status_of_2xx_means_that_it_was_taken() throws Exception {
        assertThat(answered(status(200)).taken()).isTrue();
        assertThat(answered(status(202)).taken()).isTrue();
        for (int status : List.of(400, 401, 404, 408, 500, 502, 503)) {
            assertThat(answered(status(status))).isEqualTo(Attempt.failed("answers " + status));
        }
        assertThat(answered(status(410)).gone()).isTrue();
        assertThat(answered(status(429, "Retry-After", "90")).pause()).contains(Duration.ofSeconds(90));
    }

    @Test
    void a_redirection_is_not_followed() throws Exception {
        try (WebhookServer other = WebhookServer.start();
                WebhookServer server = WebhookServer.start()) {
            for (int status : List.of(301, 302, 307, 308)) {
                server.answer(status(status, "Location", other.url().toString()));
                Attempt attempt = tell(server.url(), Optional.empty());
                assertThat(attempt.taken()).isFalse();
                assertThat(attempt.problem()).contains("answers " + status, "redirections are not followed");
            }
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void one_that_does_not_answer_in_time_has_not_taken_it() throws Exception {
        long begin = System.nanoTime();
        try (WebhookServer server = WebhookServer.start().always(after(Duration.ofSeconds(8), status(204)))) {
            Webhook impatient = new Webhook(server.url(), secret, Duration.ofSeconds(1), Optional.empty());
            assertThat(tell(impatient).problem()).isEqualTo("did not answer within 1 s");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(7));
        }
    }

    @Test
    void one_that_hangs_up_has_not_taken_it_and_an_answer_without_end_is_not_read() throws Exception {
        assertThat(answered(hangUp()).problem()).startsWith("cannot be reached");
        long begin = System.nanoTime();
        assertThat(answered(endless(200)).taken()).isTrue();
        assertThat(answered(endless(500)).problem()).isEqualTo("answers 500");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void nobody_at_the_port_and_no_usable_secret_are_told() throws Exception {
        assertThat(tell(URI.create("http://localhost:1/"), Optional.empty()).problem())
                .startsWith("cannot be reached");
        try (WebhookServer server = WebhookServer.start()) {
            Files.writeString(secret, "");
            assertThat(tell(server.url(), Optional.empty()).problem()).contains("secret-file", "is empty");
            Files.writeString(secret, "whsec_%%%");
            assertThat(tell(server.url(), Optional.empty()).problem()).contains("not Base64");
            Files.delete(secret);
            assertThat(tell(server.url(), Optional.empty()).problem()).contains("secret-file", "cannot be read");
            assertThat(server.requests())
                    .as("nothing goes out without a signature")
                    .isEmpty();
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_or_for_another_host_gets_nothing() throws Exception {
        Certificates ours = new Certificates(directory.resolve("ours")).make("bot");
        Certificates others = new Certificates(directory.resolve("others")).makeForHost("other.example", "bot");
        Optional<ClientTls> trusting = Optional.of(trusting(ours.authority()));
        try (WebhookServer right = WebhookServer.start(identity(ours).context());
                WebhookServer wrong = WebhookServer.start(identity(others).context())) {
            assertThat(tell(right.url(), trusting)).isEqualTo(Attempt.TAKEN);
            assertThat(tell(wrong.url(), trusting).problem()).startsWith("cannot be reached");
            assertThat(tell(wrong.url(), Optional.of(trusting(others.authority())))
                            .problem())
                    .startsWith("cannot be reached");
            assertThat(wrong.requests()).isEmpty();
        }
    }

    private static ClientTls trusting(Path authority) {
        return new ClientTls(
                new TlsSettings(Optional.empty(), List.of(authority), TlsProfile.BCP_195), true, Optional.empty());
    }

    static TlsContext identity(Certificates certificates) {
        return new TlsContexts(InstantSource.system())
                .of(new TlsSettings(
                        Optional.of(new IdentityFiles.Pem(
                                certificates.certificate("bot"), certificates.key("bot"), Optional.empty())),
                        List.of(certificates.authority()),
                        TlsProfile.BCP_195));
    }
}
