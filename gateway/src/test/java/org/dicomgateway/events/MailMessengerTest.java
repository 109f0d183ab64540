package org.dicomgateway.events;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings.Encryption;
import org.dicomgateway.config.events.ReceiverSettings.Mail;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** Mails to a real SMTP server. */
class MailMessengerTest {

    private static final EventStore.Waiting EVENT = event("destination/pacs");

    @TempDir
    private Path directory;

    private final List<MimeMessage> mails = new CopyOnWriteArrayList<>();

    private static EventStore.Waiting event(String subject) {
        return new EventStore.Waiting(
                1, "0123abcd", EventKind.DESTINATION_DOWN, subject, "{\"data\":{\"destination\":\"pacs\"}}", 0);
    }

    private SMTPServer.Builder server() {
        return SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandler((context, from, to, data) -> {
                    try {
                        mails.add(
                                new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(data)));
                    } catch (jakarta.mail.MessagingException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static Mail mail(int port, Encryption encryption, Optional<String> user, Optional<ClientTls> tls) {
        return new Mail(
                "gateway@hospital.example",
                List.of("on-call@hospital.example"),
                "localhost",
                port,
                encryption,
                user,
                user.map(any -> new Secret("right")),
                Duration.ofSeconds(5),
                tls);
    }

    private static Attempt tell(Mail mail, EventStore.Waiting event) {
        return new MailMessenger("on-call", mail, new TlsContexts(InstantSource.system())).tell(event);
    }

    @Test
    void an_event_is_a_mail_that_says_what_happened_and_whose_id_is_that_of_the_event() throws Exception {
        SMTPServer server = server().build();
        server.start();
        try {
            assertThat(tell(
                            mail(server.getPortAllocated(), Encryption.NONE, Optional.empty(), Optional.empty()),
                            EVENT))
                    .isEqualTo(Attempt.TAKEN);
            MimeMessage mail = mails.get(0);
            assertThat(mail.getSubject()).isEqualTo("[dicom-gateway] destination-down: destination/pacs");
            assertThat(mail.getMessageID()).isEqualTo("<0123abcd@dicom-gateway>");
            assertThat(mail.getAllRecipients())
                    .extracting(Object::toString)
                    .containsExactly("on-call@hospital.example");
            assertThat(mail.getContent().toString()).contains("\"destination\" : \"pacs\"");
        } finally {
            server.stop();
        }
    }

    @Test
    void nothing_that_came_over_the_network_begins_another_header() throws Exception {
        SMTPServer server = server().build();
        server.start();
        try {
            Mail mail = mail(server.getPortAllocated(), Encryption.NONE, Optional.empty(), Optional.empty());
            assertThat(tell(mail, event("study/1.2\r\nBcc: thief@example.org\r\n\r\nnot the text")))
                    .isEqualTo(Attempt.TAKEN);
            assertThat(mails.get(0).getHeader("Bcc")).isNull();
            assertThat(mails.get(0).getAllRecipients()).hasSize(1);
        } finally {
            server.stop();
        }
    }

    @Test
    void it_is_encrypted_before_the_login_or_not_sent() throws Exception {
        Certificates certificates = new Certificates(directory).make("bot");
        ClientTls trusted = new ClientTls(
                new TlsSettings(Optional.empty(), List.of(certificates.authority()), TlsProfile.BCP_195),
                true,
                Optional.empty());
        SMTPServer server = server().requireTLS()
                .startTlsSocketFactory(
                        WebhookMessengerTest.identity(certificates).context())
                .requireAuth()
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, context) -> {
                    if (!password.equals("right")) {
                        throw new LoginFailedException();
                    }
                }))
                .build();
        SMTPServer whole = server().serverSocketFactory(
                        WebhookMessengerTest.identity(certificates).context())
                .build();
        SMTPServer plain = server().build();
        server.start();
        whole.start();
        plain.start();
        try {
            Optional<String> user = Optional.of("gateway");
            int port = server.getPortAllocated();
            assertThat(tell(mail(port, Encryption.STARTTLS, user, Optional.of(trusted)), EVENT))
                    .isEqualTo(Attempt.TAKEN);
            assertThat(tell(mail(port, Encryption.STARTTLS, user, Optional.empty()), EVENT)
                            .problem())
                    .as("an authority that nobody knows")
                    .startsWith("mail server localhost:" + port);
            assertThat(tell(
                            mail(whole.getPortAllocated(), Encryption.TLS, Optional.empty(), Optional.of(trusted)),
                            EVENT))
                    .isEqualTo(Attempt.TAKEN);
            assertThat(mails).hasSize(2);
            assertThat(tell(
                                    mail(
                                            plain.getPortAllocated(),
                                            Encryption.STARTTLS,
                                            Optional.empty(),
                                            Optional.of(trusted)),
                                    EVENT)
                            .taken())
                    .as("a server that does not encrypt")
                    .isFalse();
            assertThat(mails).hasSize(2);
        } finally {
            server.stop();
            whole.stop();
            plain.stop();
        }
    }

    @Test
    void a_server_that_says_nothing_is_given_up_in_time() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long begin = System.nanoTime();
            assertThat(tell(mail(silent.getLocalPort(), Encryption.NONE, Optional.empty(), Optional.empty()), EVENT)
                            .taken())
                    .isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
        }
    }
}
