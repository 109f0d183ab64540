package org.dicomgateway.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import jakarta.mail.Address;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLParameters;
import org.dicomgateway.config.events.ReceiverSettings.Encryption;
import org.dicomgateway.config.events.ReceiverSettings.Mail;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends events as mail, each over a connection of its own. A mail is taken when the server has answered 250 after its
 * text. Its Message-ID is made of the event's id, so a mail that comes twice can be recognized.
 */
final class MailMessenger implements Messenger {

    private static final int LONGEST_SUBJECT = 120;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String receiver;
    private final Mail mail;
    private final Optional<TlsContext> tls;

    MailMessenger(String receiver, Mail mail, TlsContexts contexts) {
        this.receiver = receiver;
        this.mail = mail;
        this.tls = mail.encryption() == Encryption.NONE
                ? Optional.empty()
                : mail.tls().map(ClientTls::tls).map(contexts::of);
    }

    @Override
    public Attempt tell(EventStore.Waiting event) {
        try {
            Session session = Session.getInstance(properties());
            MimeMessage message = message(session, event);
            try (Transport transport = session.getTransport("smtp")) {
                transport.connect(
                        mail.host(),
                        mail.port(),
                        mail.user().orElse(null),
                        mail.password().map(Secret::value).orElse(null));
                transport.sendMessage(message, message.getAllRecipients());
            }
            return Attempt.TAKEN;
        } catch (MessagingException | IOException e) {
            return Attempt.failed("mail server " + mail.host() + ":" + mail.port() + ": " + e.getMessage());
        }
    }

    private Properties properties() throws IOException {
        Properties properties = new Properties();
        String millis = Long.toString(mail.timeout().toMillis());
        properties.put("mail.smtp.connectiontimeout", millis);
        properties.put("mail.smtp.timeout", millis);
        properties.put("mail.smtp.writetimeout", millis);
        properties.put("mail.smtp.auth", Boolean.toString(mail.user().isPresent()));
        // The mail names nobody but its sender and its receivers, and does not wait for the answer to QUIT.
        properties.put("mail.smtp.localhost", "dicom-gateway");
        properties.put("mail.smtp.quitwait", "false");
        boolean starttls = mail.encryption() == Encryption.STARTTLS;
        properties.put("mail.smtp.starttls.enable", Boolean.toString(starttls));
        properties.put("mail.smtp.starttls.required", Boolean.toString(starttls));
        properties.put("mail.smtp.ssl.enable", Boolean.toString(mail.encryption() == Encryption.TLS));
        boolean verified = mail.tls().map(ClientTls::verifyHostName).orElse(true);
        properties.put("mail.smtp.ssl.checkserveridentity", Boolean.toString(verified));
        if (tls.isPresent()) {
            properties.put("mail.smtp.ssl.socketFactory", tls.get().context().getSocketFactory());
            SSLParameters parameters = tls.get().parameters();
            properties.put("mail.smtp.ssl.protocols", String.join(" ", parameters.getProtocols()));
            properties.put("mail.smtp.ssl.ciphersuites", String.join(" ", parameters.getCipherSuites()));
        }
        return properties;
    }

    private MimeMessage message(Session session, EventStore.Waiting event) throws MessagingException {
        MimeMessage message = new Identified(session, "<" + event.id() + "@dicom-gateway>");
        message.setFrom(address(mail.from()));
        for (String to : mail.to()) {
            message.addRecipient(RecipientType.TO, address(to));
        }
        message.setSubject(
                Text.printable("[dicom-gateway] " + event.kind().word() + ": " + event.subject(), LONGEST_SUBJECT),
                UTF_8.name());
        message.setHeader("Date", RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        message.setHeader("Auto-Submitted", "auto-generated");
        message.setText(text(event), UTF_8.name());
        message.saveChanges();
        return message;
    }

    private String text(EventStore.Waiting event) {
        return "DICOM Gateway, receiver " + receiver + ": " + event.kind().word() + "\n\n"
                + JSON.writerWithDefaultPrettyPrinter().writeValueAsString(JSON.readTree(event.body())) + "\n";
    }

    private static Address address(String text) throws MessagingException {
        return new InternetAddress(text, true);
    }

    /** A message that keeps its Message-ID. */
    private static final class Identified extends MimeMessage {

        private final String id;

        Identified(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }
}
